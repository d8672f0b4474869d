"""The oracle sees each violation of a key, a charge or a subscription, planted into a clean world."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.subscribers import (
    PRICE,
    cancel,
    days_pass,
    key_deleted,
    key_saved,
    order_in_parts,
    plan_stored,
    schedule,
    subscribed,
    to_hour,
)
from portone_local.oracle import Evidence, ObservedStack, gather, judge
from portone_local.stories.world import USER
from portone_payments.domain.records.billing_keys import KeyState, SavedKey
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.instructions import ApprovalState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import InvoiceState, Subscription


@pytest.fixture(scope="module")
def clean() -> Iterator[Evidence]:
    """A subscription of two months, one cancelled at once, an order in parts, a method deleted."""
    with ObservedStack.in_memory(seed=1) as stack:
        to_hour(stack, 12)
        subscribed(stack)
        days_pass(stack, 32)
        plan_stored(stack, "plan-2")
        cancel(stack, subscribed(stack, request="request-2", planId="plan-2"))
        key_deleted(stack, key_saved(stack, card="other"))
        order_in_parts(stack, "order-1", [{"amount": 5_000}])
        schedule(stack, "order-1", request="request-3")
        days_pass(stack, 0.1)
        yield gather(stack, answers=stack.answers)


def found(evidence: Evidence) -> list[str]:
    """Which invariants are violated, by the beginning of their text."""
    return [f"{each.invariant} {each.sentence}" for each in judge(evidence)]


def living(evidence: Evidence) -> Subscription:
    """The subscription of two months."""
    return next(each for each in evidence.subscriptions.values() if len(each.invoices) > 1)


def ended(evidence: Evidence) -> Subscription:
    """The one that was cancelled."""
    return next(each for each in evidence.subscriptions.values() if each.ended_at is not None)


def payment_of(evidence: Evidence, subscription: Subscription, number: str = "1") -> Payment:
    """What paid an invoice."""
    return evidence.payments[str(subscription.invoices[number].paid_by)]


def with_subscription(evidence: Evidence, held: Subscription, **changes: Any) -> Evidence:
    changed = replace(held, **changes)
    return replace(evidence, subscriptions={**evidence.subscriptions, held.subscription_id: changed})


def with_invoice(evidence: Evidence, held: Subscription, number: str, **changes: Any) -> Evidence:
    invoices = {**held.invoices, number: replace(held.invoices[number], **changes)}
    return with_subscription(evidence, held, invoices=invoices)


def with_payment(evidence: Evidence, held: Payment, **changes: Any) -> Evidence:
    payments = {**evidence.payments, held.payment_id: replace(held, **changes)}
    return replace(evidence, payments=payments)


def key_in(evidence: Evidence, state: KeyState) -> SavedKey:
    return next(key for key in evidence.wallets[USER].keys.values() if key.state is state)


def with_key(evidence: Evidence, held: SavedKey, **changes: Any) -> Evidence:
    wallet = evidence.wallets[USER]
    keys = {**wallet.keys, held.id: replace(held, **changes)}
    return replace(evidence, wallets={USER: replace(wallet, keys=keys)})


def test_a_clean_world_has_charges_and_no_findings(clean: Evidence) -> None:
    assert len(clean.charges) == 4
    assert {each.state for each in living(clean).invoices.values()} == {InvoiceState.PAID}
    assert judge(clean) == []


def test_i1_an_invoice_paid_by_two_payments(clean: Evidence) -> None:
    subscription = living(clean)
    second = payment_of(clean, subscription, "2")

    assert any("was paid 2 times" in each for each in found(with_payment(clean, second, invoice_id="1")))


def test_i1_a_payment_of_another_amount_than_its_invoice(clean: Evidence) -> None:
    planted = with_invoice(clean, living(clean), "1", amount=PRICE - 1)

    assert found(planted) == [f"I1 asks for {PRICE}, invoice 1 for {PRICE - 1}"]


def test_i1_invoices_that_exceed_their_order(clean: Evidence) -> None:
    order = replace(clean.orders["order-1"], total=4_999)

    planted = replace(clean, orders={**clean.orders, "order-1": order})

    assert found(planted) == ["I1 the invoices of order order-1 sum to 5000, it costs 4999"]


def test_i10_a_charge_that_was_not_claimed(clean: Evidence) -> None:
    unclaimed = replace(clean.charges[0], key="another")

    assert found(replace(clean, charges=(unclaimed,))) == ["I10 a charge was sent and not claimed before"]


def test_i10_a_charge_sent_before_it_was_claimed(clean: Evidence) -> None:
    early = replace(clean.charges[0], at=clean.charges[0].at - 1)

    assert "I10 a charge was sent and not claimed before" in found(replace(clean, charges=(early,)))


def test_i1_an_attempt_that_failed_here_and_succeeded_at_portone(clean: Evidence) -> None:
    payment = payment_of(clean, living(clean))
    [approval] = payment.approvals
    denied = with_payment(clean, payment, approvals=(replace(approval, state=ApprovalState.FAILED),))

    assert "I1 try 1 is FAILED, PortOne said yes to it" in found(denied)


def test_i12_a_charge_after_a_cancellation(clean: Evidence) -> None:
    subscription = ended(clean)
    payment = payment_of(clean, subscription)
    told = clean.answered_at("POST", f"/subscriptions/{subscription.subscription_id}/cancel")
    [charge] = [each for each in clean.charges if each.payment_id == payment.payment_id]
    late = replace(charge, at=(told or 0) + 1)

    findings = found(replace(clean, charges=(late,)))

    assert findings == [f"I12 charged for {subscription.subscription_id} after it was cancelled"]


def test_i12_a_charge_after_the_shop_ended_it(clean: Evidence) -> None:
    subscription = ended(clean)
    path = f"/subscriptions/{subscription.subscription_id}/cancel"
    told = [each for each in clean.answers if each.asked == f"POST {path}"]
    by_shop = [replace(each, asked=f"POST /ops{path}") for each in told]
    payment = payment_of(clean, subscription)
    [charge] = [each for each in clean.charges if each.payment_id == payment.payment_id]
    late = replace(charge, at=told[0].at + 1)

    planted = with_subscription(clean, subscription, ended_at=None)
    findings = found(replace(planted, answers=tuple(by_shop), charges=(late,)))

    assert f"I12 charged for {subscription.subscription_id} after it was cancelled" in findings


def test_i12_a_charge_with_a_deleted_key(clean: Evidence) -> None:
    payment = payment_of(clean, living(clean))
    gone = key_in(clean, KeyState.DELETED)
    [approval] = payment.approvals
    planted = with_payment(clean, payment, approvals=(replace(approval, billing_key_id=gone.id),))
    late = replace(clean.charges[0], key=approval.key, payment_id=payment.payment_id, at=clean.now)

    findings = found(replace(planted, charges=(late,)))

    assert findings == [f"I12 charged with key {gone.id} after it was deleted"]


def test_i4_a_paid_invoice_without_money(clean: Evidence) -> None:
    planted = with_invoice(clean, living(clean), "1", paid_by="nothing")

    assert any("I4 invoice 1 is PAID by it, and it is None" in each for each in found(planted))


def test_i4_money_without_a_paid_invoice(clean: Evidence) -> None:
    planted = with_invoice(clean, living(clean), "1", state=InvoiceState.VOID, paid_by=None)

    assert any("I4 is PAID, invoice 1 is VOID" in each for each in found(planted))


def test_i4_an_invoice_in_flight_without_an_attempt(clean: Evidence) -> None:
    subscription = living(clean)

    findings = found(with_subscription(clean, subscription, in_flight="1"))

    assert any("is in flight, no try of it is open" in each for each in findings)


def test_i4_an_attempt_its_subscription_does_not_know(clean: Evidence) -> None:
    payment = payment_of(clean, living(clean))
    [approval] = payment.approvals
    open_ = replace(approval, state=ApprovalState.CONFIRMED)

    findings = found(with_payment(clean, payment, approvals=(open_,)))

    assert any("does not know it" in each for each in findings)


def test_i4_a_key_deleted_here_and_issued_at_portone(clean: Evidence) -> None:
    alive = key_in(clean, KeyState.ACTIVE)

    findings = found(with_key(clean, alive, state=KeyState.DELETED, sealed=None))

    assert f"I4 key {alive.id} is DELETED here and ISSUED at PortOne" in findings


@pytest.mark.parametrize("kept", ["sealed", "token"])
def test_i14_a_dropped_key_with_a_ciphertext(clean: Evidence, kept: str) -> None:
    gone = key_in(clean, KeyState.DELETED)

    findings = found(with_key(clean, gone, **{kept: "ciphertext"}))

    assert any(each.startswith(f"I14 key {gone.id} is DELETED and still has") for each in findings)


@pytest.mark.parametrize(("due", "said"), [(None, "it is not due"), (1, "is overdue for")])
def test_i10_a_subscription_that_is_not_due(clean: Evidence, due: int | None, said: str) -> None:
    findings = found(with_subscription(clean, living(clean), due_at=due))

    assert any(said in each for each in findings)


def test_i10_a_wallet_that_is_not_due(clean: Evidence) -> None:
    pending = with_key(clean, key_in(clean, KeyState.ACTIVE), state=KeyState.DELETING)

    assert any("waits for" in each and "not due" in each for each in found(pending))


@pytest.mark.parametrize("fact", [Fact.INVOICE_PAID, Fact.INVOICE_FAILED])
def test_i9_a_paid_invoice_that_changes(clean: Evidence, fact: Fact) -> None:
    subscription = living(clean)
    told = record(subscription, fact, Moment(now=clean.now, by="test"), invoice="1")

    findings = found(with_subscription(clean, subscription, history=told.history, next_seq=told.next_seq))

    assert any(each.startswith("I9 invoice 1 of") for each in findings)


def test_i9_a_cancelled_subscription_that_continues(clean: Evidence) -> None:
    subscription = ended(clean)
    told = record(subscription, Fact.SUBSCRIPTION_RESUMED, Moment(now=clean.now, by="test"))

    findings = found(with_subscription(clean, subscription, history=told.history, next_seq=told.next_seq))

    assert f"I9 {subscription.subscription_id} ended, then subscription_resumed" in findings


def test_i7_a_billing_key_in_clear(clean: Evidence) -> None:
    [alive, *_] = clean.keys

    assert any(each.startswith("I7") for each in found(replace(clean, dump=alive.billing_key)))
