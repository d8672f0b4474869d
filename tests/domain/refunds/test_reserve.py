"""Reserving: everything is decided and frozen before the first byte leaves."""

import pytest

from portone_payments.domain.errors.common import BundleError, InvalidRequest
from portone_payments.domain.errors.payments import NotRefundable, RefundAboveBalance, RefundInProgress
from portone_payments.domain.readings.payment import CancellationStatus, RemoteStatus
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.refunds.automatic import MISMATCH
from portone_payments.domain.refunds.reserve import (
    OPEN,
    TOKEN_LENGTH,
    cancellable,
    given_back,
    reserve,
    reserve_back,
)
from tests.support.records import NOW, a_payment
from tests.support.refund_records import (
    REFUND,
    SENT,
    a_request,
    booked,
    changed,
    paid,
    reserved,
    the_refund,
)
from tests.support.snapshots import a_snapshot, after_reading, facts, moment

NOTHING_TAKEN = [RemoteStatus.READY, RemoteStatus.FAILED, RemoteStatus.PAY_PENDING, RemoteStatus.CANCELLED]


def test_a_reserved_refund_freezes_amount_balance_key_and_token() -> None:
    refund = the_refund(reserve(paid(), a_request(amount=300), moment(SENT)))

    assert (refund.amount, refund.balance) == (300, 1_000)
    assert (refund.state, refund.created_at, refund.sent_at) == (RefundState.RESERVED, NOW + SENT, None)
    assert (len(refund.key), len(refund.token)) == (64, TOKEN_LENGTH)


def test_reserving_is_recorded_in_the_history() -> None:
    assert facts(reserved())[-1] == "refund_reserved"


def test_a_refund_that_waits_for_staff_or_an_account_is_not_sent() -> None:
    waiting = the_refund(reserved(state=RefundState.AWAITING_ACCOUNT))

    assert (waiting.state, waiting.sent_at) == (RefundState.AWAITING_ACCOUNT, None)


@pytest.mark.parametrize("status", NOTHING_TAKEN)
def test_a_payment_without_money_cannot_be_refunded(status: RemoteStatus) -> None:
    payment = after_reading(a_payment(), a_snapshot(status))

    with pytest.raises(NotRefundable):
        reserve(payment, a_request(), moment())


@pytest.mark.parametrize("state", sorted(OPEN))
def test_no_refund_is_reserved_while_another_is_open(state: RefundState) -> None:
    busy = changed(reserved(), state=state)

    with pytest.raises(RefundInProgress) as refused:
        reserve(busy, a_request("owner:refund-2"), moment())

    assert refused.value.data == {"retry_after": 10}


@pytest.mark.parametrize("state", [RefundState.SUCCEEDED, RefundState.FAILED])
def test_after_a_refund_is_settled_another_can_be_reserved(state: RefundState) -> None:
    calm = changed(reserved(), state=state)

    assert "owner:refund-2" in reserve(calm, a_request("owner:refund-2"), moment()).refunds


def test_no_refund_is_reserved_until_a_reading_shows_what_an_answer_promised() -> None:
    answered = changed(reserved(), state=RefundState.SUCCEEDED, cancellation_id="cancellation-1")

    with pytest.raises(RefundInProgress):
        reserve(answered, a_request("owner:refund-2"), moment())


def test_more_than_the_balance_is_refused_with_the_balance() -> None:
    with pytest.raises(RefundAboveBalance) as refused:
        reserved(amount=1_001)

    assert refused.value.data["balance"] == 1_000


def test_the_balance_itself_can_be_refunded() -> None:
    assert the_refund(reserved(amount=1_000)).amount == 1_000


def test_a_full_refund_takes_what_is_left() -> None:
    rest = paid(status=RemoteStatus.PARTIAL_CANCELLED, cancelled=400)

    assert the_refund(reserved(rest, full=True)).amount == 600


@pytest.mark.parametrize("amount", [0, -1])
def test_an_amount_below_one_is_refused(amount: int) -> None:
    with pytest.raises(InvalidRequest):
        reserved(amount=amount)


@pytest.mark.parametrize(("full", "amount"), [(True, 300), (False, None)])
def test_a_refund_is_either_full_or_has_an_amount(full: bool, amount: int | None) -> None:  # noqa: FBT001 - a case
    with pytest.raises(InvalidRequest):
        reserve(paid(), a_request(full=full, amount=amount), moment())


def test_a_full_refund_leaves_nothing_to_refund() -> None:
    with pytest.raises(BundleError):
        reserve_back(paid(cancelled=1_000), a_request(full=True), moment())


@pytest.mark.parametrize(("base", "balance"), [("total", 1_000), ("paid", 900)])
def test_the_balance_starts_at_the_refund_base_of_the_channel(base: str, balance: int) -> None:
    assert cancellable(paid(paid=900, discount=100), base=base) == balance


def test_a_payment_never_read_has_no_balance() -> None:
    assert cancellable(a_payment()) == 0


def test_the_tax_free_part_to_refund_is_that_of_portone_not_of_our_request() -> None:
    tampered = after_reading(a_payment(tax_free=500), a_snapshot(total=300, paid=300, tax_free=0))

    refund = the_refund(tampered, MISMATCH)

    assert (refund.amount, refund.tax_free) == (300, 0)


def test_a_tax_free_amount_is_not_refunded_tax_free_twice() -> None:
    rest = after_reading(
        a_payment(tax_free=500),
        a_snapshot(RemoteStatus.PARTIAL_CANCELLED, tax_free=500, cancelled=500, cancelled_tax_free=500),
    )

    assert the_refund(reserved(rest, full=True)).tax_free == 0


def test_reserving_changes_nothing_else() -> None:
    before = paid()

    after = reserved(before)

    assert (after.status, after.seen, after.total) == (before.status, before.seen, before.total)
    assert set(after.refunds) == {REFUND}


@pytest.mark.parametrize("state", RefundState)
def test_every_refund_except_a_failed_one_counts_as_refunded(state: RefundState) -> None:
    assert given_back(changed(reserved(), state=state)) is (state is not RefundState.FAILED)


@pytest.mark.parametrize("status", CancellationStatus)
def test_every_foreign_cancellation_except_a_failed_one_counts_as_refunded(
    status: CancellationStatus,
) -> None:
    outside = booked(the_refund(reserved()), status)

    assert given_back(paid(cancellations=(outside,))) is (status is not CancellationStatus.FAILED)


def test_a_paid_payment_counts_as_not_refunded_and_a_cancelled_one_as_refunded() -> None:
    cancelled = after_reading(a_payment(), a_snapshot(RemoteStatus.CANCELLED))

    assert (given_back(paid()), given_back(cancelled)) == (False, True)
