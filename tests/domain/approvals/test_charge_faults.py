"""Every refusal of a charge without effect is an error of ours, except about its method or its id."""

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest

from portone_payments.domain.approvals.attempt import (
    KEPT,
    answered,
    intend,
    intend_charge,
    refused,
    sendable,
    taken_back,
)
from portone_payments.domain.approvals.attempts import (
    MOST_TRIES,
    WAITED,
    check_pace,
    check_tries,
    known_approval,
    open_approval,
    withdrawn,
)
from portone_payments.domain.errors.billing import ChargeInProgress
from portone_payments.domain.errors.common import ProviderRefused
from portone_payments.domain.errors.payments import TooManyTries
from portone_payments.domain.readings.outcome import CHARGE_FAULTS, FORGOTTEN, NO_EFFECT_TYPES, charge_fault
from portone_payments.domain.readings.payment import RemoteStatus
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.stops import PROBE_EVERY
from portone_payments.domain.records.subscriptions import InvoiceState
from portone_payments.domain.shared.calendar import DAY, HOUR
from portone_payments.domain.subscriptions.collection import advance
from portone_payments.domain.subscriptions.settlement import put_back
from tests.support.records import NOW, a_payment
from tests.support.snapshots import a_snapshot, after_reading, moment
from tests.support.subscriptions import POLICY, at, by_app, flying, running, tried

SENT = moment().now
OF_THE_CHARGE = {"MAX_TRANSACTION_COUNT_REACHED", "BILLING_KEY_NOT_FOUND"}
KINDS = [(status, kind) for status, kinds in NO_EFFECT_TYPES.items() for kind in sorted(kinds)]


@pytest.mark.parametrize(("status", "kind"), KINDS)
def test_every_refusal_without_effect_but_two_is_an_error_of_ours(status: int, kind: str) -> None:
    ours = charge_fault(status, kind)

    assert (ours is None) == (kind in OF_THE_CHARGE)
    assert ours is None or ours in CHARGE_FAULTS


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (502, "PG_PROVIDER"),
        (409, "ALREADY_PAID"),
        (409, "BILLING_KEY_ALREADY_DELETED"),
        (500, None),
        (None, None),
    ],
)
def test_an_answer_of_the_pg_or_no_answer_is_no_error_of_ours(status: int | None, kind: str | None) -> None:
    assert charge_fault(status, kind) is None


def charging(**fields: Any) -> Payment:
    return intend_charge(replace(a_payment(), **fields), "token", "issue-1", moment())


def test_a_wrong_request_declines_no_charge_and_a_wrong_token_is_the_buyers_error() -> None:
    charge = refused(charging(), 1, "invalid_request", moment(1))
    confirm = refused(
        intend(a_payment(), "token", "sealed", moment(), asks_stock=False), 1, "invalid_request", moment(1)
    )

    assert [withdrawn(each.approvals[-1]) for each in (charge, confirm)] == [True, False]


def test_a_charge_refused_alone_waits_a_day_and_a_renewal_returns_at_its_time() -> None:
    late = moment(WAITED + 60)
    alone = taken_back(charging(), 1, "invalid_request", NOW + 900, moment(1))
    given_up = taken_back(charging(), 1, "invalid_request", late.now + 900, late)
    stopped = taken_back(charging(), 1, "unauthorized", NOW + 600, moment(1))
    renewal = taken_back(charging(subscription_id="sub1"), 1, "invalid_request", NOW + 900, moment(1))

    assert (open_approval(given_up), open_approval(renewal)) == (None, None)
    assert open_approval(alone) is not None
    assert [sendable(alone.approvals[-1], NOW + at) for at in (899, 900)] == [False, True]
    assert renewal.approvals[-1].stopped_until == NOW + 900
    assert open_approval(stopped) is not None


def test_a_decline_hidden_by_a_later_refusal_of_us_is_a_decline() -> None:
    told = answered(charging(), 1, "invalid_request")

    read = after_reading(told, a_snapshot(RemoteStatus.FAILED, after=65), at=120)

    assert (read.approvals[-1].code, withdrawn(read.approvals[-1])) == ("pg_provider", False)


def test_a_postponed_invoice_is_due_in_the_allowed_hours_and_its_grace_stands_still() -> None:
    declined = tried(running(), at(2026, 2, 28, hour=10), "pg_provider")
    evening = at(2026, 3, 1, hour=20)
    held = flying(declined, evening)
    invoice = held.invoices[held.in_flight or ""]

    after = put_back(held, invoice, by_app(evening), POLICY, until=evening + 2 * HOUR)
    long_after = evening + 30 * DAY
    waiting = advance(after, by_app(long_after), POLICY)
    again = tried(after, long_after, "pg_provider")

    back, told = after.invoices[invoice.id], again.invoices[invoice.id]
    assert back.due_at == at(2026, 3, 2, hour=10)
    assert (back.tries, after.in_flight) == (invoice.tries - 1, None)
    assert waiting.invoices[invoice.id].state is InvoiceState.OPEN
    assert invoice.failed_at is not None
    assert (told.failed_at, told.refused_at) == (invoice.failed_at + 30 * DAY, None)
    assert told.state is InvoiceState.OPEN


def test_a_postponed_first_attempt_has_no_grace() -> None:
    held = flying(running(), at(2026, 2, 28, hour=10) + DAY)

    back = put_back(held, held.invoices["2"], by_app(at(2026, 3, 1)), POLICY, until=None).invoices["2"]

    assert (back.failed_at, back.refused_at, back.due_at) == (None, None, at(2026, 3, 1))


def test_a_decline_of_the_last_day_is_never_displaced_by_withdrawn_attempts() -> None:
    payment = refused(charging(), 1, "pg_provider", moment(1))
    for number in range(2, KEPT + 10):
        intended = intend_charge(payment, f"token-{number}", "issue-1", moment(number))
        payment = refused(intended, number, "invalid_request", moment(number))

    declined = known_approval(payment, "token")

    assert declined is not None
    assert (declined.attempt, declined.code) == (1, "pg_provider")
    assert len(payment.approvals) == KEPT
    assert payment.approvals[-1].attempt == KEPT + 9


@pytest.mark.parametrize(
    ("saved", "channel", "again"),
    [("issue-1", "channel-1", True), ("issue-2", "channel-1", False), ("issue-1", "channel-2", False)],
)
def test_the_key_of_a_withdrawn_charge_sends_nothing_but_the_same_again(
    saved: str,
    channel: str,
    again: bool,  # noqa: FBT001 - a row of the table
) -> None:
    payment = a_payment(expires_at=NOW + DAY)
    first = intend_charge(payment, "token", "issue-1", moment(0), channel_key="channel-1")
    withdrawn_one = refused(first, 1, "unauthorized", moment(1))

    later = intend_charge(withdrawn_one, "token-2", saved, moment(FORGOTTEN), channel_key=channel)

    assert (later.approvals[-1].key == first.approvals[0].key) is again


def refused_in_turn(code: str, number: int) -> Payment:
    """Charges of a payment, refused one a second."""
    payment = charging()
    for each in range(1, number + 1):
        payment = refused(payment, each, code, moment(each))
        payment = intend_charge(payment, f"token-{each}", "issue-1", moment(each))
    return payment


@pytest.mark.parametrize(("code", "counts"), [("pg_provider", True), ("invalid_request", False)])
def test_attempts_a_day_are_limited_and_those_stopped_by_an_error_of_ours_do_not_count(
    code: str,
    counts: bool,  # noqa: FBT001 - a row of the table
) -> None:
    payment = refused_in_turn(code, MOST_TRIES - 1)
    last = refused(payment, MOST_TRIES, code, moment(MOST_TRIES))

    check_tries(refused_in_turn(code, MOST_TRIES - 2), NOW + HOUR)
    with pytest.raises(TooManyTries) if counts else nullcontext():
        check_tries(last, NOW + HOUR)
    check_tries(last, NOW + WAITED + 2 * MOST_TRIES)


def test_a_charge_waiting_for_us_is_no_attempt_of_its_customer() -> None:
    declined = refused_in_turn("pg_provider", MOST_TRIES - 1)
    check_tries(taken_back(declined, MOST_TRIES, "unauthorized", NOW + 900, moment(60)), NOW + HOUR)

    with pytest.raises(TooManyTries):
        check_tries(declined, NOW + HOUR)


def test_a_charge_refused_alone_has_ten_minutes_between_attempts_and_another_method_none() -> None:
    waits = taken_back(charging(), 1, "invalid_request", NOW + 900, moment(0))
    over = refused(charging(), 1, "invalid_request", moment(1))
    stopped = taken_back(charging(), 1, "unauthorized", NOW + 600, moment(0))

    for payment, error in ((waits, ChargeInProgress), (over, ProviderRefused)):
        with pytest.raises(error) as told:
            check_pace(payment, "issue-1", SENT + PROBE_EVERY - 1.5)
        check_pace(payment, "issue-1", SENT + PROBE_EVERY)
        check_pace(payment, "issue-2", SENT + 1)
        assert told.value.data == {"retry_after": 2}
    check_pace(stopped, "issue-1", SENT + 1)
    check_pace(refused(charging(), 1, "pg_provider", moment(1)), "issue-1", SENT + 1)
