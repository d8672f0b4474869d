"""A reading differs from the order: proven differences, and doubts that prove nothing."""

from typing import Any

import pytest

from portone_local.actors.shop import (
    ask_to_prepare,
    checkout,
    pay,
    prepare,
    put_order,
    seen_by_staff,
    status,
    verify,
)
from portone_local.oracle import ObservedStack
from portone_local.portone import TEST_CHANNEL, Channel, Unknowns
from portone_payments.ports.world import Metric

HOUR = 3600
DAY = 24 * HOUR
UNKNOWN_METHOD = {"type": "PaymentMethodInventedLater"}
LIVE = pytest.mark.parametrize("settings", [{"mode": "live"}], ids=["live"])
DOUBTS = pytest.mark.parametrize(
    "doubtful", [{"channel": None}, {"method": UNKNOWN_METHOD}], ids=["no_channel", "unknown_method"]
)


@pytest.mark.parametrize(
    "tampered",
    [
        {"amount": 1, "tampered": True},
        {"amount": 12_001, "tampered": True},
        {"currency": "USD", "tampered": True},
    ],
    ids=["less", "more", "currency"],
)
def test_a_tampered_payment_is_a_mismatch_never_paid_and_refunded(
    stack: ObservedStack, tampered: dict[str, Any]
) -> None:
    prepared = prepare(stack)

    pay(stack, prepared, **tampered)
    at_first = verify(stack, prepared).json()["status"]
    stack.run_for(15 * 60)

    assert (at_first, status(stack, prepared)) == ("MISMATCH", "CANCELLED")
    assert stack.portone.books()[prepared["paymentId"]].state == "CANCELLED"
    assert stack.metrics[Metric.MISMATCH] >= 1
    assert Metric.PAID not in stack.metrics


@pytest.mark.parametrize("unknowns", [Unknowns(other_stores_are_visible=True)], ids=["shown"])
def test_a_payment_in_another_store_is_a_mismatch_and_refunded(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    pay(stack, prepared, store_id="store-of-somebody-else")
    at_first = verify(stack, prepared).json()["status"]
    stack.run_for(15 * 60)

    assert (at_first, status(stack, prepared)) == ("MISMATCH", "CANCELLED")


@pytest.mark.parametrize("unknowns", [Unknowns(other_stores_are_visible=False)], ids=["hidden"])
def test_an_invisible_payment_in_another_store_is_not_paid(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    pay(stack, prepared, store_id="store-of-somebody-else")
    stack.run_for(15 * 60)

    assert status(stack, prepared) == "READY"


@LIVE
def test_a_test_channel_in_live_mode_is_a_mismatch(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    pay(stack, prepared, channel=TEST_CHANNEL)

    assert verify(stack, prepared).json()["status"] == "MISMATCH"


@LIVE
def test_a_live_channel_in_live_mode_is_paid(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    pay(stack, prepared)

    assert verify(stack, prepared).json()["status"] == "PAID"


def test_a_mismatch_that_cannot_be_refunded_is_read_daily_until_staff_closes_it(
    stack: ObservedStack,
) -> None:
    prepared = prepare(stack)
    stack.portone.pg.max_cancels = 0
    pay(stack, prepared, amount=1, tampered=True)
    verify(stack, prepared)
    # until it has been tried often enough by itself
    stack.run_for(6 * DAY, step=HOUR)
    before = stack.metrics[Metric.MISMATCH]

    stack.run_for(2 * DAY, step=HOUR)
    repeated = stack.metrics[Metric.MISMATCH]
    stack.staff.post(
        f"/ops/payments/{prepared['paymentId']}/resolve", {"reason": "refunded by hand", "kind": "mismatch"}
    )
    stack.run_for(2 * DAY, step=HOUR)

    assert repeated - before == 2
    assert stack.metrics[Metric.MISMATCH] == repeated
    assert seen_by_staff(stack, "mismatch") == []


def test_a_mismatch_is_not_offered_again_and_never_accepted(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared, amount=1, tampered=True)
    verify(stack, prepared)

    offered = ask_to_prepare(stack)
    accepted = stack.staff.post(
        f"/ops/payments/{prepared['paymentId']}/resolve", {"reason": "looks fine", "decision": "accept"}
    )

    assert (offered.status, offered.json()["error"]["code"]) == (409, "order_already_paid")
    assert (accepted.status, accepted.json()["error"]["code"]) == (409, "nothing_to_resolve")


@DOUBTS
def test_a_payment_in_doubt_is_quarantined_and_stays_due(
    stack: ObservedStack, doubtful: dict[str, Any]
) -> None:
    prepared = prepare(stack)

    pay(stack, prepared, **doubtful)
    stack.run_for(15 * 60)
    [waiting] = seen_by_staff(stack, "quarantined")

    assert status(stack, prepared) == "READY"
    assert waiting["dueAt"] is not None
    assert stack.metrics[Metric.QUARANTINED] >= 1


@DOUBTS
def test_staff_accepting_a_quarantined_payment_makes_it_paid(
    stack: ObservedStack, doubtful: dict[str, Any]
) -> None:
    prepared = prepare(stack)
    pay(stack, prepared, **doubtful)
    verify(stack, prepared)

    body = {"reason": "seen at the PG", "decision": "accept"}
    accepted = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/resolve", body)
    stack.run_for(120)

    assert accepted.status == 200
    assert status(stack, prepared) == "PAID"
    assert seen_by_staff(stack, "quarantined") == []


def test_an_unknown_status_keeps_ours_and_resolves_when_it_passes(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.console.show_status(prepared["paymentId"], "SETTLING")
    verify(stack, prepared)
    quarantined = seen_by_staff(stack, "quarantined")

    stack.portone.console.show_status(prepared["paymentId"], None)
    stack.run_for(3 * HOUR)

    assert len(quarantined) == 1
    assert stack.metrics[Metric.UNRECOGNISED] >= 1
    assert status(stack, prepared) == "PAID"


def test_a_channel_without_its_key_is_ours_by_pg_and_merchant(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    pay(stack, prepared, channel=Channel(type="TEST", key=None))

    assert verify(stack, prepared).json()["status"] == "PAID"


@pytest.mark.parametrize("settings", [{}, {"tax_free_difference": "quarantine"}], ids=["pass", "quarantine"])
def test_another_tax_free_amount_passes_with_a_metric_or_is_quarantined_by_setting(
    stack: ObservedStack, settings: dict[str, str]
) -> None:
    prepared = prepare(stack)

    pay(stack, prepared, tax_free=100)
    seen = verify(stack, prepared).json()["status"]

    assert seen == ("READY" if settings else "PAID")
    assert (Metric.TAX_FREE_DIFFERS in stack.metrics) is (not settings)


def test_a_method_that_was_not_offered_passes_with_a_metric(stack: ObservedStack) -> None:
    put_order(stack, payMethods=["CARD"])
    prepared = prepare(stack)

    pay(stack, prepared, method="TRANSFER")

    assert verify(stack, prepared).json()["status"] == "PAID"
    assert stack.metrics[Metric.METHOD_DIFFERS] >= 1


def test_an_honest_attempt_after_a_tampered_account_settles_the_order(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared, amount=1, tampered=True, method="VIRTUAL_ACCOUNT")
    verify(stack, prepared)
    stack.run_for(60)

    stack.portone.buyer.pay(prepared["paymentId"], checkout(prepared))
    stack.portone.webhooks.lose()
    stack.run_for(DAY, step=HOUR)

    assert status(stack, prepared) == "PAID"
