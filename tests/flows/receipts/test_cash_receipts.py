"""Cash receipts: one stands for what was paid, for who may ask, and the number it is for is forgotten."""

import json
from typing import Any

import pytest

from portone_local.actors.approver import code_of, held
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from tests.support.receipts import (
    DIGITS,
    NUMBER,
    WISH,
    calls,
    cancel,
    issue,
    paid,
    read,
    receipts,
    standing,
)

MINUTE = 60


def test_a_receipt_is_issued_for_a_paid_payment(stack: ObservedStack) -> None:
    prepared = paid(stack, total=12_000, tax_free=2_000)

    answered = issue(stack, prepared)

    shown = answered.json()
    assert (answered.status, shown["state"], shown["amount"], shown["taxFreeAmount"]) == (
        200,
        "ISSUED",
        12_000,
        2_000,
    )
    [booked] = receipts(stack, prepared)
    assert (booked.amount, booked.tax_free, booked.issue_number) == (12_000, 2_000, shown["issueNumber"])
    assert read(stack, prepared).json() == shown


def test_staff_issues_a_receipt_for_a_buyer(stack: ObservedStack) -> None:
    prepared = paid(stack)

    answered = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cash-receipt", WISH)

    assert (answered.status, len(receipts(stack, prepared))) == (200, 1)


def test_the_number_is_sealed_while_needed_and_appears_nowhere(stack: ObservedStack) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="issue_cash_receipt", fault=Fault.RESET_BEFORE_COMMIT)
    answered = issue(stack, prepared)
    waiting, dumped = held(stack, prepared).receipts[-1], json.dumps(stack.dump())

    stack.run_for(5 * MINUTE)

    said = "".join(
        [dumped, *stack.logs, *stack.ports["queue"].bodies, *stack.metrics, answered.body.decode()]
    )
    assert waiting.identity is not None
    assert held(stack, prepared).receipts[-1].identity is None
    assert not any(number in said for number in (NUMBER, DIGITS))
    assert standing(stack, prepared) == [12_000]


def test_requesting_twice_issues_one_receipt(stack: ObservedStack) -> None:
    prepared = paid(stack)
    first = issue(stack, prepared)

    again = issue(stack, prepared)

    assert (again.status, again.body) == (first.status, first.body)
    assert calls(stack, "issue_cash_receipt") == 1


def test_a_second_click_while_the_first_is_under_way_sends_nothing(stack: ObservedStack) -> None:
    prepared = paid(stack)
    inside: list[Response] = []
    stack.portone.before_next("issue_cash_receipt", lambda: inside.append(issue(stack, prepared)))

    answered = issue(stack, prepared)

    assert [(each.status, each.json()["state"]) for each in inside] == [(202, "UNKNOWN")]
    assert (answered.status, len(receipts(stack, prepared))) == (200, 1)


def test_another_kind_of_receipt_requires_cancelling_the_first(stack: ObservedStack) -> None:
    prepared = paid(stack)
    issue(stack, prepared)
    corporate = {"type": "CORPORATE", "identityNumber": "123-45-67890"}

    refused = issue(stack, prepared, corporate)
    cancelled = cancel(stack, prepared)
    issued = issue(stack, prepared, corporate)

    assert (refused.status, code_of(refused)) == (409, "cash_receipt_exists")
    assert (cancelled.status, cancelled.json()["state"]) == (200, "CANCELLED")
    assert (issued.status, standing(stack, prepared)) == (200, [12_000])


@pytest.mark.parametrize(
    ("method", "reason"), [("CARD", "not_cash"), ({"type": "PaymentMethodMobile"}, "not_cash")], ids=str
)
def test_a_payment_not_made_in_cash_gets_no_receipt(stack: ObservedStack, method: Any, reason: str) -> None:
    prepared = paid(stack, method=method)

    refused = issue(stack, prepared)

    assert (refused.status, code_of(refused)) == (409, "cash_receipt_not_allowed")
    assert refused.json()["error"]["details"] == {"reason": reason}
    assert calls(stack, "issue_cash_receipt") == 0


def test_an_unpaid_payment_gets_no_receipt(stack: ObservedStack) -> None:
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")

    refused = issue(stack, prepared)

    assert refused.json()["error"]["details"] == {"reason": "not_paid"}


def test_only_the_owner_issues_and_reads_and_only_staff_cancels(stack: ObservedStack) -> None:
    prepared = paid(stack)
    path = f"/payments/{prepared['paymentId']}/cash-receipt"

    foreign = [issue(stack, prepared, user="user-2"), stack.app("user-2").get(path)]
    pretended = stack.app("user-1").post(f"/staff{path}/cancel", {})

    assert [(each.status, code_of(each)) for each in foreign] == [(404, "payment_not_found")] * 2
    assert (pretended.status, code_of(pretended)) == (403, "forbidden")
    assert receipts(stack, prepared) == ()


def test_a_payment_without_a_receipt_has_none_to_read_or_cancel(stack: ObservedStack) -> None:
    prepared = paid(stack)

    answered = [read(stack, prepared), cancel(stack, prepared)]

    assert [(each.status, code_of(each)) for each in answered] == [(404, "cash_receipt_not_found")] * 2


@pytest.mark.parametrize("number", ["", "010", "abc-defg-hijk", "0" * 25])
def test_an_impossible_number_is_400(stack: ObservedStack, number: str) -> None:
    prepared = paid(stack)

    refused = issue(stack, prepared, {"type": "PERSONAL", "identityNumber": number})

    assert (refused.status, code_of(refused)) == (400, "invalid_request")
