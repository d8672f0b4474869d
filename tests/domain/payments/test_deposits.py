"""Deposits a bank took back, and refunds it could not pay out (rules 10.4 and 10.6)."""

from dataclasses import replace

import pytest

from portone_payments.domain.readings.payment import AccountRefund, RemoteStatus
from portone_payments.domain.records.payments import AttentionKind, Payment, Status
from tests.support.records import a_payment, calls_of
from tests.support.snapshots import a_snapshot, after_reading, an_account, facts

MINUTE = 60
PAID = a_snapshot(method=an_account())
WAITING = a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, after=40, method=an_account())


def read_at(*minutes: int) -> Payment:
    payment = after_reading(a_payment(), PAID)
    for at in minutes:
        payment = after_reading(payment, WAITING, at * MINUTE)
    return payment


@pytest.mark.parametrize(
    ("minutes", "told"),
    [((2, 10), False), ((2, 3, 4, 5, 6), False), ((2, 10, 17), True), ((2, 3, 4, 5, 17), True)],
    ids=["two", "many_within_minutes", "three", "many_and_one_later"],
)
def test_three_readings_in_a_quarter_of_an_hour_prove_that_a_deposit_was_taken_back(
    minutes: tuple[int, ...],
    told: bool,  # noqa: FBT001 - a column of the table
) -> None:
    payment = read_at(*minutes)

    assert payment.status is Status.PAID
    assert ("deposit_taken_back" in facts(payment)) is told
    assert (AttentionKind.DEPOSIT_TAKEN_BACK in calls_of(payment)) is told


def test_a_deposit_taken_back_raises_one_attention_until_it_is_paid_again() -> None:
    payment = read_at(2, 10, 17, 30, 60)
    assert facts(payment).count("deposit_taken_back") == 1

    payment = after_reading(payment, PAID, 70 * MINUTE)
    for at in (80, 90, 96):
        payment = after_reading(payment, WAITING, at * MINUTE)

    assert facts(payment).count("deposit_taken_back") == 2


def test_a_reading_that_shows_it_paid_restarts_the_count() -> None:
    payment = after_reading(read_at(2, 10), PAID, 11 * MINUTE)

    payment = after_reading(payment, WAITING, 17 * MINUTE)

    assert payment.taken_back == 1


@pytest.mark.parametrize("status", [AccountRefund.FAILED, AccountRefund.PARTIAL_REFUND_FAILED])
def test_a_refund_the_bank_could_not_pay_out_raises_an_attention_until_it_could(
    status: AccountRefund,
) -> None:
    payment = after_reading(a_payment(), PAID)

    stuck = after_reading(payment, replace(PAID, method=replace(an_account(), refund=status)), 90)
    done = replace(PAID, method=replace(an_account(), refund=AccountRefund.COMPLETED))
    after = after_reading(stuck, done, 120)

    assert (calls_of(stuck), calls_of(after)) == ([AttentionKind.REFUND_STUCK], [])
    assert facts(after).count("refund_stuck") == 1
