"""A status only a newer version knows is neither settled nor failed nor free to go on: it stays (rule 10)."""

from dataclasses import replace
from typing import Any, cast

import pytest

from portone_payments.adapters.dynamo.codec import OfTomorrow
from portone_payments.domain.approvals.attempt import intend_charge
from portone_payments.domain.approvals.attempts import open_approval
from portone_payments.domain.approvals.settlement import settle_approval
from portone_payments.domain.audit.differences import differences
from portone_payments.domain.billing_keys.wallet import chargeable
from portone_payments.domain.billing_keys.wallet import next_due as wallet_due
from portone_payments.domain.errors.billing import ChangeNotAllowed
from portone_payments.domain.errors.payments import ApprovalInProgress
from portone_payments.domain.payments.absorb import absorb
from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.payments.schedule import next_due as payment_due
from portone_payments.domain.readings.payment import RemoteStatus
from portone_payments.domain.receipts.rules import known_receipt
from portone_payments.domain.records.billing_keys import settled
from portone_payments.domain.records.bounds import CLOSED_HINTS_KEPT, bounded, left_behind
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import CashReceipt
from portone_payments.domain.records.settled_invoices import RUNNING_KEPT, parted
from portone_payments.domain.records.webhooks import HintState
from portone_payments.domain.shared.times import HOUR
from portone_payments.domain.subscriptions.collection import advance, due_invoice, next_due
from portone_payments.domain.subscriptions.invoices import with_invoice
from portone_payments.domain.subscriptions.lifecycle import consent, pause
from portone_payments.domain.subscriptions.policy import BillingPolicy
from tests.support.records import NOW, a_hint, a_payment
from tests.support.snapshots import a_snapshot
from tests.support.subscriptions import by_app, running
from tests.support.wallets import APP, with_active

TOMORROW = cast("Any", OfTomorrow("FROZEN"))
MOMENT = Moment(now=NOW, by="sweep")
PAID = a_snapshot(RemoteStatus.PAID)


def test_a_payment_in_an_unknown_status_keeps_it_and_stays_due() -> None:
    payment = a_payment(status=TOMORROW, hints={"wh_1": a_hint()})

    after = absorb(payment, PAID, MOMENT, CheckPolicy(store_id=PAID.store_id, live=False)).payment

    assert (after.status, after.hints, after.history) == ("FROZEN", payment.hints, ())
    assert after.due_at is not None
    assert after.due_at <= NOW + HOUR
    assert [each for each in differences(payment, PAID) if each.kind.value == "status"] == []


def test_an_attempt_in_an_unknown_state_is_still_under_way() -> None:
    payment = intend_charge(a_payment(), "hash", "issue1", MOMENT)
    frozen = replace(payment, approvals=(replace(payment.approvals[0], state=TOMORROW),))

    assert open_approval(frozen) == frozen.approvals[0]
    assert settle_approval(frozen, PAID, MOMENT) == frozen
    assert payment_due(frozen, NOW) is not None
    with pytest.raises(ApprovalInProgress):
        intend_charge(frozen, "another", "issue1", MOMENT)


def test_a_cash_receipt_in_an_unknown_state_stands() -> None:
    receipt = CashReceipt(
        number=1,
        kind="PERSONAL",
        amount=1,
        tax_free=0,
        by="user",
        key="key",
        sent_at=NOW,
        state=TOMORROW,
    )

    assert known_receipt(a_payment(receipts=(receipt,)), "PERSONAL") == receipt


def test_a_hint_in_an_unknown_state_is_not_evicted() -> None:
    odd = a_hint(0, state=TOMORROW)
    closed = [a_hint(number, HintState.DONE) for number in range(1, CLOSED_HINTS_KEPT * 3)]

    kept, _ = bounded(a_payment(hints={hint.id: hint for hint in [odd, *closed]}))

    assert odd.id in kept.hints


def test_a_saved_method_in_an_unknown_state_is_not_charged_and_does_not_leave() -> None:
    wallet = with_active("issue1")
    odd = replace(wallet.keys["issue1"], state=TOMORROW)
    held = replace(wallet, keys={"issue1": odd})

    assert chargeable(held, "issue1") is None
    assert not settled(odd)
    assert left_behind(held) == ()
    assert wallet_due(replace(held, waking=False), APP.now) == int(APP.now) + HOUR


def test_a_subscription_in_an_unknown_status_waits_for_the_version_that_knows_it() -> None:
    odd = replace(running(), status=TOMORROW)
    later = by_app(odd.created_at + 400 * 24 * HOUR)

    assert advance(odd, later, BillingPolicy()) == odd
    assert due_invoice(odd, later.now) is None
    assert next_due(odd, later.now, BillingPolicy()) == int(later.now) + HOUR
    with pytest.raises(ChangeNotAllowed):
        consent(odd, 1, later)
    with pytest.raises(ChangeNotAllowed):
        pause(odd, None, later)


def test_an_invoice_in_an_unknown_state_does_not_leave() -> None:
    subscription = running()
    first = next(iter(subscription.invoices.values()))
    held = with_invoice(subscription, replace(first, id="0", state=TOMORROW))
    for number in range(1_000, 1_000 + RUNNING_KEPT * 2):
        held = with_invoice(held, replace(first, id=str(number), state=first.state.VOID))

    assert "0" in parted(held)[0].invoices
