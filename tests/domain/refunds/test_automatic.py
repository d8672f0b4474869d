"""Money that must not stay is on its way back in the write that sees it."""

from dataclasses import replace
from typing import Any

import pytest

from portone_payments.domain.payments.absorb import absorb
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import CancellationStatus, Method, RemoteStatus, Snapshot
from portone_payments.domain.records.history import clear_attention, has_attention
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.records.payments import AttentionKind, Payment, Status
from portone_payments.domain.refunds.automatic import (
    AGAIN,
    MISMATCH,
    SURPLUS,
    TRIES,
    account_named,
    end,
    needs_account,
    numbered,
    return_all,
    send_back,
    takes_account,
)
from portone_payments.domain.refunds.reserve import with_refund
from portone_payments.domain.refunds.settlement import decide
from tests.support.records import NOW, a_payment, called, calls_of
from tests.support.refund_records import booked, changed, paid, reserved
from tests.support.snapshots import POLICY, a_snapshot, after_reading, an_account, micros, moment

DAY = 24 * 3600
TAMPERED: dict[str, Any] = {"total": 300, "paid": 300}


def deposited(**fields: Any) -> Snapshot:
    return a_snapshot(method=an_account(), **fields)


def test_a_proven_mismatch_is_refunded_in_full_by_the_write_that_sees_it() -> None:
    payment = after_reading(a_payment(), a_snapshot(**TAMPERED))

    back = payment.refunds[MISMATCH]
    assert (payment.status, calls_of(payment)) == (Status.MISMATCH, [AttentionKind.MISMATCH])
    assert (back.amount, back.full, back.state) == (300, True, RefundState.RESERVED)
    assert payment.due_at is not None


def test_a_payment_that_agrees_is_not_refunded() -> None:
    assert paid().refunds == {}


def test_a_doubt_is_quarantined_and_nothing_is_refunded() -> None:
    payment = after_reading(a_payment(), a_snapshot(channel=None))

    assert (calls_of(payment), dict(payment.refunds)) == ([AttentionKind.QUARANTINED], {})


def test_a_mismatch_is_refunded_once_however_often_it_is_read() -> None:
    once = after_reading(a_payment(), a_snapshot(**TAMPERED))

    again = after_reading(once, a_snapshot(**TAMPERED), at=120)

    assert again.refunds == once.refunds


def refused(payment: Payment, number: int = 1) -> Payment:
    """The PG refused an attempt."""
    return changed(payment, numbered(MISMATCH, number), state=RefundState.FAILED, code="refused_by_pg")


def read_again(payment: Payment, at: float, **fields: Any) -> Payment:
    return after_reading(payment, a_snapshot(**TAMPERED | fields), at=at)


def test_a_refused_automatic_refund_is_made_again_later_under_its_own_number() -> None:
    failed = refused(read_again(a_payment(), 0))

    told = read_again(failed, 60)
    early = read_again(told, 60 + AGAIN[0] - 1)
    again = read_again(told, 60 + AGAIN[0])

    assert told.due_at == int(NOW) + 60 + AGAIN[0]
    assert list(early.refunds) == [MISMATCH]
    second = again.refunds["auto:mismatch:2"]
    assert (second.state, second.amount, second.full) == (RefundState.RESERVED, 300, True)
    assert second.token != again.refunds[MISMATCH].token


def out_of_tries() -> tuple[Payment, float]:
    """Every attempt was refused; the payment and when."""
    payment, at = read_again(a_payment(), 0), 0.0
    for number, wait in enumerate(AGAIN, 1):
        told = read_again(refused(payment, number), at + 1)
        at += 1 + wait
        payment = read_again(told, at)
    return refused(payment, TRIES), at


def test_an_automatic_refund_out_of_attempts_raises_an_attention_and_is_not_repeated() -> None:
    payment, at = out_of_tries()

    stuck = read_again(payment, at + 1)
    later = read_again(stuck, at + 30 * DAY)

    assert has_attention(stuck, AttentionKind.REFUND_STUCK, "refund:auto:mismatch")
    assert len(stuck.refunds) == len(later.refunds) == TRIES
    assert later.due_at is not None


def test_the_attempts_end_within_a_fortnight() -> None:
    assert sum(AGAIN) < 14 * DAY


@pytest.mark.parametrize("kind", [AttentionKind.MISMATCH, AttentionKind.REFUND_STUCK])
def test_a_payment_staff_resolved_is_not_refunded_automatically_any_more(kind: AttentionKind) -> None:
    failed = refused(read_again(a_payment(), 0))

    ended = end(clear_attention(read_again(failed, 60), kind), "resolved", moment(61))
    later = read_again(ended, 30 * DAY)

    assert list(later.refunds) == [MISMATCH]


def settled_as(payment: Payment, code: str) -> Payment:
    return decide(payment, payment.refunds[MISMATCH], RefundState.FAILED, moment(120), code)


def test_an_attempt_that_fails_after_staff_resolved_its_reason_raises_the_attention_again() -> None:
    under_way = read_again(a_payment(), 0)
    ended = end(clear_attention(under_way, AttentionKind.MISMATCH), "resolved", moment(61))

    failed = settled_as(ended, "not_executed")
    back = after_reading(failed, a_snapshot(RemoteStatus.CANCELLED, cancelled=300, **TAMPERED), at=DAY)

    assert has_attention(failed, AttentionKind.REFUND_STUCK, "refund:auto:mismatch")
    assert calls_of(back) == []


@pytest.mark.parametrize(("why", "code"), [("resolved", "decided_by_staff"), ("kept", "not_executed")])
def test_an_attempt_staff_or_the_customer_ended_raises_no_attention(why: str, code: str) -> None:
    ended = end(read_again(a_payment(), 0), why, moment(61))

    assert not has_attention(settled_as(ended, code), AttentionKind.REFUND_STUCK)


def test_the_attempts_end_when_their_reason_is_gone() -> None:
    told = read_again(refused(read_again(a_payment(), 0)), 60)

    honest = after_reading(told, a_snapshot(after=90, transaction_id="tx-2"), at=DAY)

    assert honest.status is Status.PAID
    assert (list(honest.refunds), honest.returning and honest.returning.ended) == ([MISMATCH], "kept")


def test_an_amount_refunded_in_the_console_between_attempts_is_not_refunded_again() -> None:
    told = read_again(refused(read_again(a_payment(), 0)), 60)

    partly = read_again(told, DAY, status=RemoteStatus.PARTIAL_CANCELLED, cancelled=100)
    wholly = read_again(told, DAY, status=RemoteStatus.PARTIAL_CANCELLED, cancelled=300)

    assert partly.refunds["auto:mismatch:2"].amount == 200
    assert (list(wholly.refunds), wholly.returning and wholly.returning.ended) == ([MISMATCH], "back")


def test_a_refused_refund_account_is_requested_again_however_often() -> None:
    payment = after_reading(a_payment(), deposited(**TAMPERED))
    for number in range(1, TRIES + 3):
        payment = after_reading(refused(payment, number), deposited(**TAMPERED), at=60.0 * number)
        waiting = payment.refunds[numbered(MISMATCH, number + 1)]
        assert (waiting.state, waiting.account) == (RefundState.AWAITING_ACCOUNT, None)

    assert has_attention(payment, AttentionKind.REFUND_STUCK)


def test_staff_closes_an_automatic_refund_that_waits_for_an_account() -> None:
    payment = after_reading(a_payment(), deposited(**TAMPERED))

    closed = end(payment, "resolved", moment(60))

    assert closed.refunds[MISMATCH].state is RefundState.FAILED
    assert after_reading(closed, deposited(**TAMPERED), at=DAY).refunds == closed.refunds


def test_an_automatic_refund_uses_the_refund_base_of_the_channel() -> None:
    paid_base = replace(POLICY, refund_base="paid")
    reading = a_snapshot(total=300, paid=250, discount=50)

    payment = absorb(a_payment(), reading, moment(), paid_base).payment

    assert (payment.refunds[MISMATCH].amount, payment.refunds[MISMATCH].balance) == (250, 250)


def test_a_number_used_before_a_restore_is_not_used_again() -> None:
    once = refused(read_again(a_payment(), 0))
    restored = with_refund(once, replace(once.refunds[MISMATCH], id="auto:mismatch:2"))

    told = read_again(restored, 60)
    again = read_again(told, 60 + AGAIN[0])

    assert again.refunds["auto:mismatch:3"].state is RefundState.RESERVED


def test_no_automatic_refund_starts_while_another_refund_is_open() -> None:
    payment = reserved()

    assert return_all(payment, SURPLUS, moment()).refunds == payment.refunds


def test_an_amount_already_refunded_in_the_console_is_not_refunded_again() -> None:
    emptied = paid(cancelled=1_000)

    assert return_all(emptied, SURPLUS, moment()).refunds == {}


def test_a_partly_cancelled_mismatch_refunds_the_rest() -> None:
    partly = a_snapshot(RemoteStatus.PARTIAL_CANCELLED, cancelled=100, **TAMPERED)

    payment = after_reading(a_payment(), partly)

    assert payment.refunds[MISMATCH].amount == 200


def test_an_automatic_refund_of_a_deposit_waits_for_an_account() -> None:
    payment = after_reading(a_payment(), deposited(**TAMPERED))

    back = payment.refunds[MISMATCH]
    assert (back.state, back.sent_at) == (RefundState.AWAITING_ACCOUNT, None)
    assert payment.due_at is not None


def test_a_mismatch_at_an_issued_account_is_closed_and_not_refunded() -> None:
    payment = after_reading(a_payment(), deposited(status=RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, total=300))

    assert (payment.status, payment.close_wanted, dict(payment.refunds)) == (Status.MISMATCH, True, {})


def test_an_honest_account_is_not_closed() -> None:
    payment = after_reading(a_payment(), deposited(status=RemoteStatus.VIRTUAL_ACCOUNT_ISSUED))

    assert (payment.status, payment.close_wanted) == (Status.VIRTUAL_ACCOUNT_ISSUED, False)


@pytest.mark.parametrize("attention", [AttentionKind.MISMATCH, AttentionKind.SURPLUS])
def test_a_complete_refund_clears_the_attention(attention: AttentionKind) -> None:
    differing = replace(paid(), attentions=called(attention, at=1.0))

    calm = send_back(differing, a_snapshot(RemoteStatus.CANCELLED, cancelled=1_000), moment())

    assert calls_of(calm) == []


def test_an_attention_of_another_kind_stays_after_a_complete_refund() -> None:
    buried = replace(paid(), attentions=called(AttentionKind.DEAD_LETTERED))

    assert send_back(buried, a_snapshot(RemoteStatus.CANCELLED, cancelled=1_000), moment()) == buried


@pytest.mark.parametrize("kind", PayMethod)
def test_only_a_virtual_account_needs_a_refund_account(kind: PayMethod) -> None:
    payment = paid(method=Method(kind=kind))

    assert needs_account(payment) == (kind is PayMethod.VIRTUAL_ACCOUNT)


def test_a_failed_automatic_refund_keeps_the_attention() -> None:
    payment = after_reading(a_payment(), a_snapshot(**TAMPERED))
    failed = changed(payment, MISMATCH, state=RefundState.FAILED, code="refused_by_pg")

    again = after_reading(failed, a_snapshot(after=40, **TAMPERED), at=3_600)

    assert (calls_of(again), again.refunds[MISMATCH].state) == ([AttentionKind.MISMATCH], RefundState.FAILED)
    assert again.due_at is not None


def test_an_automatic_refund_is_settled_by_its_cancellation_like_any_other() -> None:
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


UNNAMED = [None, Method(kind=PayMethod.UNRECOGNISED), Method(kind=PayMethod.MOBILE)]


@pytest.fixture(params=UNNAMED, ids=["left_out", "unrecognised", "mobile"])
def unnamed(request: pytest.FixtureRequest) -> Method | None:
    """A way to pay that may need an account to be refunded to, or not."""
    method: Method | None = request.param
    return method


def test_a_refund_that_may_need_an_account_is_first_sent_without_one(unnamed: Method | None) -> None:
    payment = read_again(a_payment(), 0, method=unnamed)

    assert payment.refunds[MISMATCH].state is RefundState.RESERVED
    assert takes_account(payment, payment.refunds[MISMATCH])


def test_a_sent_refund_accepts_no_account_until_it_was_refused(unnamed: Method | None) -> None:
    sent = changed(read_again(a_payment(), 0, method=unnamed), MISMATCH, sent_at=NOW + 1)

    assert not takes_account(sent, sent.refunds[MISMATCH])


def test_a_card_refund_accepts_no_account() -> None:
    payment = read_again(a_payment(), 0)

    assert not takes_account(payment, payment.refunds[MISMATCH])


def test_a_refund_that_may_need_an_account_requests_one_once_it_was_refused(unnamed: Method | None) -> None:
    told = read_again(refused(read_again(a_payment(), 0, method=unnamed)), 60, method=unnamed)

    waiting = told.refunds["auto:mismatch:2"]
    assert waiting.state is RefundState.AWAITING_ACCOUNT
    assert told.due_at == int(NOW) + 60 + AGAIN[0]


def test_a_refund_that_may_need_an_account_is_sent_without_one_when_none_is_given(
    unnamed: Method | None,
) -> None:
    told = read_again(refused(read_again(a_payment(), 0, method=unnamed)), 60, method=unnamed)

    early = read_again(told, 59 + AGAIN[0], method=unnamed)
    again = read_again(told, 60 + AGAIN[0], method=unnamed)

    assert early.refunds["auto:mismatch:2"].state is RefundState.AWAITING_ACCOUNT
    tried = again.refunds["auto:mismatch:2"]
    assert (tried.state, tried.sent_at, tried.account) == (RefundState.RESERVED, None, None)


def test_an_attempt_that_waits_for_an_account_is_replaced_when_the_balance_changes() -> None:
    told = read_again(refused(read_again(a_payment(), 0, method=None)), 60, method=None)
    fewer = {"status": RemoteStatus.PARTIAL_CANCELLED, "cancelled": 100, "method": None}

    again = read_again(told, 60 + AGAIN[0], **fewer)

    assert again.refunds["auto:mismatch:2"].code == "closed_balance_changed"
    assert again.refunds["auto:mismatch:3"].amount == 200


def test_a_refund_out_of_attempts_that_may_need_an_account_waits_and_raises_an_attention() -> None:
    payment, at = read_again(a_payment(), 0, method=None), 0.0
    for number in range(1, TRIES + 1):
        at += 60
        named = account_named(payment, payment.refunds[numbered(MISMATCH, number)])
        payment = read_again(refused(named, number), at, method=None)

    later = read_again(payment, at + 30 * DAY, method=None)

    assert later.refunds[numbered(MISMATCH, TRIES + 1)].state is RefundState.AWAITING_ACCOUNT
    assert has_attention(later, AttentionKind.REFUND_STUCK)
