"""Money that must not stay is on its way back in the write that sees it."""

from dataclasses import replace
from typing import Any

import pytest

from portone_local.testing.records import a_payment, called, calls_of
from portone_local.testing.refund_records import booked, changed, paid, reserved
from portone_local.testing.snapshots import a_snapshot, after_reading, an_account, micros, moment
from portone_payments.domain.instruction_records import RefundState
from portone_payments.domain.records import AttentionKind, Payment, Status
from portone_payments.domain.send_back import MISMATCH, SURPLUS, needs_account, return_all, send_back
from portone_payments.domain.snapshot import CancellationStatus, Method, PayMethod, RemoteStatus, Snapshot

TAMPERED: dict[str, Any] = {"total": 300, "paid": 300}


def deposited(**fields: Any) -> Snapshot:
    return a_snapshot(method=an_account(), **fields)


def test_a_proven_mismatch_goes_back_in_full_in_the_write_that_sees_it() -> None:
    payment = after_reading(a_payment(), a_snapshot(**TAMPERED))

    back = payment.refunds[MISMATCH]
    assert (payment.status, calls_of(payment)) == (Status.MISMATCH, [AttentionKind.MISMATCH])
    assert (back.amount, back.full, back.state) == (300, True, RefundState.RESERVED)
    assert payment.due_at is not None


def test_what_agrees_stays() -> None:
    assert paid().refunds == {}


def test_a_doubt_is_quarantined_and_nothing_goes_back() -> None:
    payment = after_reading(a_payment(), a_snapshot(channel=None))

    assert (calls_of(payment), dict(payment.refunds)) == ([AttentionKind.QUARANTINED], {})


def test_however_often_a_mismatch_is_read_it_goes_back_once() -> None:
    once = after_reading(a_payment(), a_snapshot(**TAMPERED))

    again = after_reading(once, a_snapshot(**TAMPERED), at=120)

    assert again.refunds == once.refunds


@pytest.mark.parametrize("state", [RefundState.FAILED, RefundState.SUCCEEDED])
def test_a_return_that_is_settled_is_not_begun_anew(state: RefundState) -> None:
    once = after_reading(a_payment(), a_snapshot(**TAMPERED))
    settled = changed(once, MISMATCH, state=state)

    assert return_all(settled, MISMATCH, moment()) == settled


def test_while_another_refund_is_open_nothing_is_returned_on_top() -> None:
    payment = reserved()

    assert return_all(payment, SURPLUS, moment()) == payment


def test_what_somebody_in_the_console_gave_back_already_is_not_given_back_again() -> None:
    emptied = paid(cancelled=1_000)

    assert return_all(emptied, SURPLUS, moment()) == emptied


def test_a_partly_cancelled_mismatch_returns_the_rest() -> None:
    partly = a_snapshot(RemoteStatus.PARTIAL_CANCELLED, cancelled=100, **TAMPERED)

    payment = after_reading(a_payment(), partly)

    assert payment.refunds[MISMATCH].amount == 200


def test_a_deposit_that_must_go_back_waits_for_an_account() -> None:
    payment = after_reading(a_payment(), deposited(**TAMPERED))

    back = payment.refunds[MISMATCH]
    assert (back.state, back.sent_at) == (RefundState.AWAITING_ACCOUNT, None)
    assert payment.due_at is not None


def test_a_mismatch_at_an_issued_account_is_to_be_closed_and_nothing_refunded() -> None:
    payment = after_reading(a_payment(), deposited(status=RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, total=300))

    assert (payment.status, payment.closing, dict(payment.refunds)) == (Status.MISMATCH, True, {})


def test_an_honest_account_is_not_closed() -> None:
    payment = after_reading(a_payment(), deposited(status=RemoteStatus.VIRTUAL_ACCOUNT_ISSUED))

    assert (payment.status, payment.closing) == (Status.VIRTUAL_ACCOUNT_ISSUED, False)


@pytest.mark.parametrize("attention", [AttentionKind.MISMATCH, AttentionKind.SURPLUS])
def test_once_everything_is_back_nobody_is_called_any_more(attention: AttentionKind) -> None:
    differing = replace(paid(), attentions=called(attention, at=1.0))

    calm = send_back(differing, a_snapshot(RemoteStatus.CANCELLED, cancelled=1_000), moment())

    assert calls_of(calm) == []


def test_the_call_of_another_kind_stays_though_everything_is_back() -> None:
    buried = replace(paid(), attentions=called(AttentionKind.DEAD_LETTERED))

    assert send_back(buried, a_snapshot(RemoteStatus.CANCELLED, cancelled=1_000), moment()) == buried


@pytest.mark.parametrize("kind", PayMethod)
def test_only_a_virtual_account_needs_an_account_to_refund_to(kind: PayMethod) -> None:
    payment = paid(method=Method(kind=kind))

    assert needs_account(payment) == (kind is PayMethod.VIRTUAL_ACCOUNT)


def test_a_return_that_failed_leaves_the_call_for_a_person() -> None:
    payment = after_reading(a_payment(), a_snapshot(**TAMPERED))
    failed = changed(payment, MISMATCH, state=RefundState.FAILED, code="refused_by_pg")

    again = after_reading(failed, a_snapshot(after=40, **TAMPERED), at=3_600)

    assert (calls_of(again), again.refunds[MISMATCH].state) == ([AttentionKind.MISMATCH], RefundState.FAILED)
    assert again.due_at is not None


def test_a_return_is_settled_by_its_cancellation_like_any_refund() -> None:
    payment = after_reading(a_payment(), a_snapshot(**TAMPERED))

    done = after_reading(payment, cancelled_by(payment), at=300)

    assert (done.status, calls_of(done), done.due_at) == (Status.CANCELLED, [], None)
    assert done.refunds[MISMATCH].state is RefundState.SUCCEEDED


def cancelled_by(payment: Payment) -> Snapshot:
    """PortOne carried the automatic refund out."""
    refund = payment.refunds[MISMATCH]
    cancellation = booked(refund, CancellationStatus.SUCCEEDED, requested_at=micros(200))
    return a_snapshot(
        RemoteStatus.CANCELLED, after=200, cancelled=300, cancellations=(cancellation,), **TAMPERED
    )
