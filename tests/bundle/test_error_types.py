"""Every error `type` PortOne lists for a mutating call of money, played to our own routes: what one reads.

A type that is new in PortOne's document fails by its name.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from portone_local.actors.approver import authenticate, confirm, held
from portone_local.actors.shop import USER, pay, prepare, put_order, verify
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.portone.contract import Contract
from portone_local.portone.routes import ROUTES

MINUTE = 60
HANGUL = re.compile(r"[가-힣]{2}")
UNKNOWN = "202"  # nobody is told yes or no before a reading says so
CREDENTIALS = {"UNAUTHORIZED": UNKNOWN, "FORBIDDEN": UNKNOWN}
ANSWERED: dict[str, dict[str, str]] = {
    "cancel_payment": CREDENTIALS
    | {"PG_PROVIDER": UNKNOWN, "PAYMENT_ALREADY_CANCELLED": UNKNOWN}
    | dict.fromkeys(
        [
            "INVALID_REQUEST",
            "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT",
            "PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED",
            "PAYMENT_NOT_FOUND",
            "PAYMENT_NOT_PAID",
            "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN",
            "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT",
            "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT",
            "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT",
            "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT",
            "MAX_CANCEL_COUNT_REACHED",
        ],
        "refund_failed",
    ),
    "confirm_payment": CREDENTIALS
    | {
        "PG_PROVIDER": UNKNOWN,
        "ALREADY_PAID": UNKNOWN,
        "INVALID_REQUEST": "approval_failed",
        "INVALID_PAYMENT_TOKEN": "invalid_payment_token",
        "PAYMENT_NOT_FOUND": "invalid_payment_token",
        "INFORMATION_MISMATCH": "information_mismatch",
    },
    "issue_cash_receipt": CREDENTIALS
    | {
        "PG_PROVIDER": UNKNOWN,
        "CASH_RECEIPT_ALREADY_ISSUED": UNKNOWN,
        "INVALID_REQUEST": "cash_receipt_failed",
        # our own configuration: it waits for the next probe
        "CHANNEL_NOT_FOUND": UNKNOWN,
    },
    "cancel_cash_receipt": CREDENTIALS
    | {
        "PG_PROVIDER": UNKNOWN,
        "CASH_RECEIPT_NOT_FOUND": UNKNOWN,
        "CASH_RECEIPT_NOT_ISSUED": UNKNOWN,
        "INVALID_REQUEST": "cash_receipt_failed",
    },
}
# a worker closes accounts: nobody waits for its answer, a reading decides; an answer is not asked for again
CLOSING = {
    "UNAUTHORIZED": False,
    "FORBIDDEN": False,
    "INVALID_REQUEST": True,
    "PAYMENT_NOT_FOUND": True,
    "PAYMENT_NOT_WAITING_FOR_DEPOSIT": True,
    "PG_PROVIDER": True,
}
CASES = [(operation, kind) for operation, kinds in ANSWERED.items() for kind in kinds]
type Ask = Callable[[ObservedStack, dict[str, Any]], Response]


def ask_receipt(stack: ObservedStack, prepared: dict[str, Any]) -> Response:
    body = {"type": "PERSONAL", "identityNumber": "010-0000-0000"}
    return stack.app(USER).post(f"/payments/{prepared['paymentId']}/cash-receipt", body)


def ask_refund(stack: ObservedStack, prepared: dict[str, Any]) -> Response:
    body = {"refundId": "refund-1", "amount": 1_000, "reason": "단순 변심"}
    return stack.app(USER).post(f"/payments/{prepared['paymentId']}/cancel", body)


def ask_receipt_back(stack: ObservedStack, prepared: dict[str, Any]) -> Response:
    return stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cash-receipt/cancel", {})


def paid(stack: ObservedStack) -> dict[str, Any]:
    put_order(stack, payMethods=["TRANSFER"])
    prepared = prepare(stack)
    pay(stack, prepared, method="TRANSFER")
    verify(stack, prepared)
    return prepared


def asked(stack: ObservedStack, operation: str, kind: str) -> tuple[dict[str, Any], Response]:
    """The payment, and what its owner or staff is answered when PortOne refuses with this type."""
    if operation == "confirm_payment":
        prepared = prepare(stack)
        token = authenticate(stack, prepared)
        stack.portone.console.refuse_next(operation, kind)
        return prepared, confirm(stack, prepared, token)
    prepared = paid(stack)
    if operation == "cancel_cash_receipt":
        ask_receipt(stack, prepared)
    stack.portone.console.refuse_next(operation, kind)
    asks: dict[str, Ask] = {
        "cancel_payment": ask_refund,
        "issue_cash_receipt": ask_receipt,
        "cancel_cash_receipt": ask_receipt_back,
    }
    return prepared, asks[operation](stack, prepared)


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with ObservedStack.in_memory(seed=1) as stack:
        yield stack


@pytest.mark.parametrize(("operation", "kind"), CASES)
def test_a_refusal_of_portone_is_a_code_with_two_messages_or_stays_unknown_and_due(
    stack: ObservedStack, operation: str, kind: str
) -> None:
    expected = ANSWERED[operation][kind]

    prepared, answered = asked(stack, operation, kind)

    if expected == UNKNOWN:
        assert answered.status == 202
        assert held(stack, prepared).due_at is not None
        return
    error = answered.json()["error"]
    assert (answered.status, error["code"]) == (409, expected)
    assert HANGUL.search(error["message"]["ko"])
    assert error["message"]["en"].isascii()
    assert kind not in answered.body.decode()


@pytest.mark.parametrize("kind", CLOSING)
def test_a_refused_closing_is_repeated_only_where_portone_did_not_answer_it(
    stack: ObservedStack, kind: str
) -> None:
    prepared = prepare(stack)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT", amount=100, tampered=True)
    stack.portone.console.refuse_next("close_virtual_account", kind)

    stack.deliver()
    stack.run_for(2 * MINUTE)

    payment = held(stack, prepared)
    assert payment.close_asked is CLOSING[kind]
    assert payment.due_at is not None
    assert payment.status == "MISMATCH"


def test_every_type_of_the_document_has_a_row_and_no_row_is_left_over() -> None:
    if not (path := os.environ.get("PORTONE_OPENAPI")):
        pytest.skip("PORTONE_OPENAPI is not set")
    contract = Contract(Path(path))
    names = {route.operation: route.operation_id for route in ROUTES}

    rows = {(operation, kind) for operation, kind in CASES}
    rows |= {("close_virtual_account", kind) for kind in CLOSING}

    operations = [*ANSWERED, "close_virtual_account"]
    assert rows == {(each, kind) for each in operations for kind in contract.error_types(names[each])}
