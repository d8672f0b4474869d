"""An issued account that differs is listed, and raises no alarm until it is paid."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.shop import checkout, prepare
from portone_local.portone import TEST_CHANNEL
from portone_local.stack.passing import audited_days
from portone_payments.ports.world import Metric
from tests.support.unkind import UnkindStack, unkind

ALARMING = (Metric.MISMATCH, Metric.QUARANTINED, Metric.DISCREPANCY, Metric.SURPLUS)
OTHER = replace(TEST_CHANNEL, key="channel-key-other", id="channel-other", pg_merchant_id="merchant-other")
TAMPERED: dict[str, dict[str, Any]] = {
    "mismatch": {"amount": 1_000, "tampered": True},
    "quarantined": {"channel": OTHER},
}


@pytest.fixture
def stack() -> Iterator[UnkindStack]:
    with unkind() as found:
        found.portone.console.add_channel(OTHER)
        found.portone.pg.closes_accounts = False
        yield found


def issued(stack: UnkindStack, kind: str) -> str:
    """A day after an account was issued in a window that was changed on the way; the payment's id."""
    prepared = prepare(stack)
    payment_id = str(prepared["paymentId"])
    stack.portone.buyer.pay(payment_id, checkout(prepared, method="VIRTUAL_ACCOUNT", **TAMPERED[kind]))
    stack.deliver()
    audited_days(stack, 1)
    return payment_id


def alarms(stack: UnkindStack) -> set[Metric]:
    return {each for each in ALARMING if stack.metrics.get(each)}


@pytest.mark.parametrize("lost", [True, False], ids=["audit_finds_it", "webhook_tells"])
@pytest.mark.parametrize("kind", list(TAMPERED))
def test_an_unpaid_account_that_differs_raises_no_alarm_and_is_listed(
    stack: UnkindStack, kind: str, *, lost: bool
) -> None:
    stack.portone.webhooks.switched_on = not lost

    payment_id = issued(stack, kind)

    assert alarms(stack) == set()
    assert stack.attention(kind) == [payment_id]
    assert stack.metrics[Metric.DIFFERS_UNPAID] > 0


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("kind", list(TAMPERED))
def test_an_account_that_differs_raises_an_attention_once_paid_whatever_was_decided_before(
    stack: UnkindStack, kind: str, *, closed: bool
) -> None:
    payment_id = issued(stack, kind)
    if closed:
        said = {"decision": "close", "reason": "nothing was paid", "kind": kind}
        assert stack.staff.post(f"/ops/payments/{payment_id}/resolve", said).status == 200

    stack.portone.buyer.deposit(payment_id)
    stack.deliver()

    assert stack.attention(kind) == [payment_id]
    assert alarms(stack) == {Metric.MISMATCH if kind == "mismatch" else Metric.QUARANTINED}
