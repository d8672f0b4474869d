"""Rules of refunds that show only over several calls: what a retry sends, whose id is whose."""

import json
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.shop import USER, pay, prepare, put_order, seen_by_owner, seen_by_staff, verify
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault, Unknowns
from portone_local.portone.exchange import Request

MINUTE = 60
PART = 3_000


def paid(stack: ObservedStack) -> str:
    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)
    return str(prepared["paymentId"])


def refund(stack: ObservedStack, payment_id: str, refund_id: str = "refund-1", **body: Any) -> int:
    wanted = {"refundId": refund_id, "reason": "단순 변심", "amount": PART} | body
    return stack.app(USER).post(f"/payments/{payment_id}/cancel", wanted).status


def state(stack: ObservedStack, payment_id: str, refund_id: str = "refund-1") -> tuple[str, str | None]:
    shown = stack.app(USER).get(f"/payments/{payment_id}/refunds/{refund_id}").json()
    return shown["state"], shown["code"]


def listened(stack: ObservedStack) -> list[Request]:
    """Every cancel PortOne gets from now on."""
    heard: list[Request] = []
    stack.portone.api.watchers.append(
        lambda exchange: heard.append(exchange.request) if exchange.request.path.endswith("/cancel") else None
    )
    return heard


def test_a_retry_sends_exactly_what_was_frozen_although_the_balance_changed(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    heard = listened(stack)
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)

    refund(stack, payment_id)
    stack.portone.console.cancel(payment_id, 1_000)
    stack.run_for(10 * MINUTE)

    first, again = heard
    assert again.body == first.body
    assert again.headers["idempotency-key"] == first.headers["idempotency-key"]
    assert json.loads(first.body)["currentCancellableAmount"] == 12_000
    assert state(stack, payment_id) == ("FAILED", "balance_disagrees")
    assert stack.portone.books()[payment_id].cancelled == 1_000


def test_ids_of_owner_and_staff_are_separate_name_spaces(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    body = {"refundId": "refund-1", "amount": PART, "reason": "goodwill"}

    owners = refund(stack, payment_id)
    staffs = stack.staff.post(f"/ops/payments/{payment_id}/cancel", body).status

    assert (owners, staffs) == (200, 200)
    assert stack.portone.books()[payment_id].cancelled == 2 * PART


def test_an_ambiguous_refund_is_decided_and_never_just_closed(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT, times=None)
    refund(stack, payment_id)
    stack.portone.console.cancel(payment_id, PART)
    stack.run_for(10 * MINUTE)

    closed = stack.staff.post(f"/ops/payments/{payment_id}/resolve", {"reason": "looks fine"})

    assert closed.json()["error"]["code"] == "nothing_to_resolve"
    assert [each["paymentId"] for each in seen_by_staff(stack, "ambiguous")] == [payment_id]
    stack.staff.post(
        f"/ops/payments/{payment_id}/resolve", {"reason": "the console's", "decision": "not_refunded"}
    )


def test_while_a_reading_lags_behind_a_refund_the_next_one_waits_and_keeps_its_id(
    stack: ObservedStack,
) -> None:
    payment_id = paid(stack)
    stack.portone.inject(operation="get_payment", fault=Fault.LAGGING)

    first = refund(stack, payment_id)
    at_once = refund(stack, payment_id, "refund-2", amount=1_000)
    stack.run_for(10 * MINUTE)
    later = refund(stack, payment_id, "refund-2", amount=1_000)

    assert (first, at_once, later) == (200, 409, 200)
    assert stack.portone.books()[payment_id].cancelled == PART + 1_000


def test_a_tampered_payment_of_a_tax_free_order_is_refunded_as_it_was_booked(stack: ObservedStack) -> None:
    put_order(stack, amount={"total": 12_000, "taxFree": 5_000})
    prepared = prepare(stack)
    pay(stack, prepared, amount=1_000, tax_free=0, tampered=True)

    stack.run_for(20 * MINUTE)

    book = stack.portone.books()[prepared["paymentId"]]
    assert (book.cancelled, book.cancelled_tax_free) == (1_000, 0)
    assert seen_by_owner(stack, prepared)["status"] == "CANCELLED"


@pytest.mark.parametrize(
    "unknowns",
    [Unknowns(), replace(Unknowns.all_settings()["all_turned"], cancellations_are_shown_on_paid=True)],
    ids=["defaults", "all_turned_but_shown"],
)
def test_a_refund_the_pg_refused_and_portone_lists_is_not_sent_again(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    heard = listened(stack)
    stack.portone.console.refuse_next_cancel(leaves="FAILED")

    refund(stack, payment_id)
    stack.run_for(10 * MINUTE)

    assert len(heard) == 1
    assert state(stack, payment_id) == ("FAILED", "refused_by_pg")


def test_a_refund_the_pg_refused_and_no_list_shows_uses_its_key_and_is_then_for_staff(
    stack: ObservedStack,
) -> None:
    payment_id = paid(stack)
    heard = listened(stack)
    stack.portone.console.refuse_next_cancel(times=99)

    refund(stack, payment_id)
    stack.run_for(4 * 3600)

    assert len({request.headers["idempotency-key"] for request in heard}) == 1
    assert state(stack, payment_id) == ("AMBIGUOUS", "not_listed")


def test_a_full_refund_sends_its_amount_as_a_number(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    heard = listened(stack)

    stack.app(USER).post(
        f"/payments/{payment_id}/cancel", {"refundId": "all", "full": True, "reason": "단순 변심"}
    )

    [body] = [json.loads(request.body) for request in heard]
    assert (body["amount"], body["taxFreeAmount"]) == (12_000, 0)


@pytest.mark.parametrize("webhooks", [True])
def test_a_refund_of_a_payment_known_to_lag_uses_a_fresh_reading(
    stack: ObservedStack,
) -> None:
    payment_id = paid(stack)
    stack.portone.console.cancel(payment_id, 1_000)
    stack.portone.inject(operation="get_payment", fault=Fault.LAGGING)
    stack.deliver()

    refund(stack, payment_id)

    assert state(stack, payment_id) == ("SUCCEEDED", None)
    assert stack.portone.books()[payment_id].cancelled == PART + 1_000


@pytest.mark.parametrize("webhooks", [True])
def test_a_refund_is_requested_on_the_record_while_portone_is_silent(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    stack.portone.console.cancel(payment_id, 1_000)
    stack.portone.inject(operation="get_payment", fault=Fault.LAGGING)
    stack.deliver()
    for operation in ("get_payment", "cancel_payment"):
        stack.portone.inject(operation=operation, fault=Fault.RESET_BEFORE_COMMIT, times=None)

    answer = refund(stack, payment_id)

    assert answer == 202
