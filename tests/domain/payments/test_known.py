"""What a reading leaves out stays known for the same attempt (rule 10.1)."""

from dataclasses import replace
from typing import Any

import pytest

from portone_payments.domain.payments.known import ACCOUNT_FOR, completed, seen_from
from portone_payments.domain.payments.schedule import account_due_at
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import (
    AccountRefund,
    CancellationStatus,
    Method,
    RemoteStatus,
    Snapshot,
    VirtualAccount,
)
from portone_payments.domain.records.payments import AttentionKind, Seen
from tests.support.records import NOW, a_payment, calls_of
from tests.support.snapshots import (
    CARD,
    CHANNEL,
    a_cancellation,
    a_snapshot,
    after_reading,
    an_account,
    facts,
    micros,
)

DAY = 24 * 3600
WHOLE: dict[str, Any] = {
    "channel": CHANNEL,
    "method": Method(kind=PayMethod.EASY_PAY, provider="KAKAOPAY", card_inside=True),
    "vat": 91,
    "paid_at": 5,
    "pg_tx_id": "pg-1",
    "receipt_url": "https://receipt.example/1",
    "disputed": True,
    "receipt_issued": True,
}


def seen(snapshot: Snapshot) -> Seen:
    return seen_from(completed(snapshot, None), None)


@pytest.mark.parametrize("name", list(WHOLE))
def test_a_field_left_out_stays_known_for_the_same_attempt(name: str) -> None:
    before = seen(a_snapshot(**WHOLE))
    shorter = a_snapshot(**WHOLE | {name: None})

    assert getattr(completed(shorter, before), name) == WHOLE[name]


def given_back(cancelled: int, **interesting: Any) -> Snapshot:
    return a_snapshot(RemoteStatus.PARTIAL_CANCELLED, cancelled=cancelled, **interesting)


@pytest.mark.parametrize("shown", [900, 600, 0])
def test_the_amount_paid_stays_known_whether_or_not_the_reading_shrinks(shown: int) -> None:
    before = seen(a_snapshot(paid=900, discount=100))

    first = seen_from(given_back(300, paid=shown, discount=100), before)
    second = seen_from(given_back(400, paid=shown, discount=100), first)

    assert [(each.paid, each.charged) for each in (first, second)] == [(shown, 900)] * 2


@pytest.mark.parametrize("shown", [900, 600])
def test_the_amount_paid_is_known_although_the_first_reading_shows_a_refund(shown: int) -> None:
    assert seen(given_back(300, paid=shown, discount=100)).charged == 900


def test_the_amount_paid_belongs_to_one_attempt_that_took_money() -> None:
    before = seen(a_snapshot(paid=900))

    assert seen_from(a_snapshot(paid=0, transaction_id="tx-2"), before).charged == 0
    assert seen_from(a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, paid=0), before).charged == 0
    assert seen_from(a_snapshot(paid=0), seen(a_snapshot(RemoteStatus.READY, paid=900))).charged == 0


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "paid_at"])
def test_another_attempt_starts_from_nothing(name: str) -> None:
    before = seen(a_snapshot(**WHOLE))
    other = a_snapshot(transaction_id="tx-2", **WHOLE | {name: None})

    assert getattr(completed(other, before), name) is None


def test_the_account_of_one_attempt_says_nothing_about_the_method_of_the_next() -> None:
    issued = a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, method=an_account())
    payment = after_reading(a_payment(), issued)

    payment = after_reading(payment, a_snapshot(transaction_id="tx-2", after=90, method=None), at=90)

    assert payment.seen is not None
    assert payment.seen.method is None


def test_a_failure_belongs_to_failed_and_is_not_carried_along() -> None:
    failed = a_snapshot(RemoteStatus.FAILED, failed_at=7, pg_code="51")
    before = seen(failed)

    again = completed(replace(failed, failed_at=None, pg_code=None), before)
    paid = completed(a_snapshot(), before)

    assert (again.failed_at, again.pg_code) == (7, "51")
    assert (paid.failed_at, paid.pg_code) == (None, None)


@pytest.mark.parametrize(
    ("shown", "known"),
    [
        (Method(kind=PayMethod.EASY_PAY), WHOLE["method"]),
        (Method(kind=PayMethod.UNRECOGNISED), WHOLE["method"]),
        (CARD, CARD),
    ],
    ids=["nothing_inside", "cannot_be_read", "another"],
)
def test_each_field_of_a_method_stays_known(shown: Method, known: Method) -> None:
    before = seen(a_snapshot(**WHOLE))

    assert completed(a_snapshot(method=shown), before).method == known


def test_a_channel_keeps_its_key_only_within_the_same_contract() -> None:
    before = seen(a_snapshot())
    unnamed = replace(CHANNEL, key=None)

    assert completed(a_snapshot(channel=unnamed), before).channel == CHANNEL
    moved = replace(unnamed, pg_merchant_id="merchant-2")
    assert completed(a_snapshot(channel=moved), before).channel == moved


def test_a_list_that_was_left_out_stays_absent_and_its_former_content_stays_known() -> None:
    before = seen(a_snapshot(cancellations=(a_cancellation(1, CancellationStatus.REQUESTED),)))

    reading = completed(a_snapshot(cancellations=None), before)

    assert reading.cancellations is None
    assert seen_from(reading, before).cancellations == {"cancellation-1": "REQUESTED"}


def test_the_refund_status_at_the_bank_stays_known() -> None:
    method = replace(an_account(), refund=AccountRefund.PENDING)
    before = seen(a_snapshot(method=method))

    assert completed(a_snapshot(method=an_account()), before).method == method


@pytest.mark.parametrize(
    "method",
    [None, Method(kind=PayMethod.VIRTUAL_ACCOUNT), Method(kind=PayMethod.CONVENIENCE_STORE)],
    ids=["no_method", "no_account", "another_way_to_wait"],
)
def test_an_account_that_waits_for_a_deposit_is_not_offered_for_ever(method: Method | None) -> None:
    waiting = a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, method=method)

    payment = after_reading(a_payment(), waiting)

    assert account_due_at(payment) == int(NOW + 10) + ACCOUNT_FOR


def test_a_due_date_from_portone_precedes_our_own() -> None:
    account = VirtualAccount(number="1")
    waiting = a_snapshot(
        RemoteStatus.VIRTUAL_ACCOUNT_ISSUED,
        method=Method(kind=PayMethod.VIRTUAL_ACCOUNT, virtual_account=account),
    )
    payment = after_reading(a_payment(), waiting)

    payment = after_reading(payment, replace(waiting, method=an_account(due_after=DAY)), at=90)

    assert account_due_at(payment) == int(NOW + DAY)


def test_the_time_of_payment_is_no_later_than_the_reading_that_shows_it() -> None:
    refunded = a_snapshot(
        RemoteStatus.CANCELLED, after=90, paid_at=None, cancelled=1_000, cancellations=(a_cancellation(),)
    )

    assert completed(a_snapshot(after=50, paid_at=None), None).paid_at == micros(50)
    assert completed(refunded, None).paid_at == micros(40)
    assert completed(a_snapshot(RemoteStatus.READY, paid_at=None), None).paid_at is None


def test_a_cancellation_in_an_unknown_state_is_done_where_the_total_shows_it() -> None:
    unknown = a_cancellation(1, CancellationStatus.UNRECOGNISED, total=300)
    partly = RemoteStatus.PARTIAL_CANCELLED

    done = completed(a_snapshot(partly, cancelled=300, cancellations=(unknown,)), None)
    open_ = completed(a_snapshot(cancelled=0, cancellations=(unknown,)), None)

    assert [each.status for each in done.shown] == [CancellationStatus.SUCCEEDED]
    assert [each.status for each in open_.shown] == [CancellationStatus.UNRECOGNISED]


def test_a_cancellation_in_an_unknown_state_raises_one_attention() -> None:
    unknown = a_cancellation(1, CancellationStatus.UNRECOGNISED, total=300)
    shown = a_snapshot(cancellations=(unknown,))

    payment = after_reading(after_reading(a_payment(), shown), shown, at=90)

    assert calls_of(payment) == [AttentionKind.QUARANTINED]
    assert facts(payment) == ["quarantined", "paid"]
