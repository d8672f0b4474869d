"""A renewal is declined, late, unanswered or refused: its customer pays once, or is dunned."""

from collections.abc import Iterator

import pytest

from portone_local.actors.subscribers import (
    CHARGE,
    cancel,
    days_pass,
    held,
    invoice,
    key_deleted,
    key_of,
    subscribed,
    to_hour,
)
from portone_local.oracle import ObservedStack, assert_clean
from portone_local.portone import Fault, Unknowns
from portone_local.stories.telling import at_noon
from portone_local.stories.world import MINUTE
from portone_payments.domain.records.payments import Status
from portone_payments.domain.records.subscriptions import InvoiceState, SubscriptionStatus
from portone_payments.domain.shared.calendar import DAY, HOUR

SECONDS = [45.0, 3 * HOUR + MINUTE]


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with at_noon() as stack:
        yield stack


def renewal(stack: ObservedStack) -> str:
    """A subscription by the month whose renewal comes within a day."""
    subscription_id = subscribed(stack)
    days_pass(stack, 30)
    return subscription_id


def paid_times(stack: ObservedStack) -> list[int]:
    return [book.times_paid for book in stack.portone.books().values()]


@pytest.mark.parametrize("readable", [True, False])
def test_a_decline_is_recognised_within_minutes_whether_or_not_its_attempt_is_readable(
    stack: ObservedStack, *, readable: bool
) -> None:
    subscription_id = renewal(stack)
    stack.portone.pg.decline(readable=readable)

    days_pass(stack, 1)

    declined = invoice(stack, subscription_id)
    assert (declined.state, declined.tries, declined.code) == (InvoiceState.OPEN, 1, "pg_provider")
    assert held(stack, subscription_id).status is SubscriptionStatus.PAST_DUE
    days_pass(stack, 2)
    assert invoice(stack, subscription_id).state is InvoiceState.PAID


def test_failed_now_and_approved_ten_minutes_later_is_paid_once(stack: ObservedStack) -> None:
    subscription_id = renewal(stack)
    stack.portone.pg.decline(approves_after=10 * MINUTE)

    days_pass(stack, 3)

    settled = invoice(stack, subscription_id)
    assert (settled.state, settled.tries) == (InvoiceState.PAID, 1)
    assert held(stack, subscription_id).status is SubscriptionStatus.ACTIVE


@pytest.mark.parametrize("webhooks", [True, False])
def test_an_approval_after_the_next_attempt_started_leaves_one_paid(
    stack: ObservedStack, *, webhooks: bool
) -> None:
    stack.portone.webhooks.switched_on = webhooks
    subscription_id = renewal(stack)
    stack.portone.pg.decline(approves_after=DAY + 30)
    stack.portone.pg.decline(times=3)

    days_pass(stack, 6)

    assert invoice(stack, subscription_id).state is InvoiceState.PAID
    assert paid_times(stack) == [1, 1]


def test_a_used_up_payment_id_gets_one_successor_and_a_second_payment_is_refunded(
    stack: ObservedStack,
) -> None:
    subscription_id = renewal(stack)
    stack.portone.pg.max_attempts = 1
    stack.portone.pg.decline(approves_after=5 * DAY)

    days_pass(stack, 8)

    settled = invoice(stack, subscription_id)
    [spent] = settled.earlier
    store = stack.ports["store"]
    assert (settled.state, settled.series) == (InvoiceState.PAID, 2)
    assert (store.payment(spent).surplus, store.payment(spent).status) == (True, Status.CANCELLED)
    assert store.payment(settled.paid_by).status is Status.PAID


@pytest.mark.parametrize("seconds", SECONDS)
def test_a_lost_answer_with_a_late_effect_charges_once(stack: ObservedStack, seconds: float) -> None:
    subscription_id = renewal(stack)
    stack.portone.inject(operation=CHARGE, fault=Fault.LATE_COMMIT, seconds=seconds)

    days_pass(stack, 2)

    assert invoice(stack, subscription_id).state is InvoiceState.PAID
    assert paid_times(stack) == [1, 1]


def test_an_unanswered_charge_fails_by_readings_and_is_dunned(stack: ObservedStack) -> None:
    subscription_id = renewal(stack)
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT, times=None)

    days_pass(stack, 1.2)
    stack.portone.clear_faults()

    assert invoice(stack, subscription_id).code == "not_executed"
    days_pass(stack, 2)
    assert invoice(stack, subscription_id).state is InvoiceState.PAID


def test_refused_credentials_stop_charging_and_count_as_no_attempt(stack: ObservedStack) -> None:
    subscription_id = renewal(stack)
    stack.portone.inject(operation=CHARGE, fault=Fault.UNAUTHORIZED, times=None)

    days_pass(stack, 0.5)
    stack.portone.clear_faults()
    days_pass(stack, 0.1)

    settled = invoice(stack, subscription_id)
    assert (settled.state, settled.tries) == (InvoiceState.PAID, 1)


@pytest.mark.parametrize("kind", ["INVALID_REQUEST", "BILLING_KEY_NOT_FOUND"])
def test_a_request_portone_finds_invalid_is_no_attempt_and_is_sent_again(
    stack: ObservedStack, kind: str
) -> None:
    subscription_id = renewal(stack)
    stack.portone.console.refuse_next(CHARGE, kind)

    days_pass(stack, 1)

    settled = invoice(stack, subscription_id)
    assert (settled.state, settled.tries, settled.failed_at) == (InvoiceState.PAID, 1, None)


def test_a_key_deleted_at_portone_is_never_charged_again(stack: ObservedStack) -> None:
    subscription_id = renewal(stack)
    stack.portone.webhooks.lose()
    [book] = stack.portone.billing_books().keys.values()
    stack.portone.webhooks.switched_on = False
    stack.portone.console.delete_billing_key(book.billing_key)

    days_pass(stack, 5)

    refused = invoice(stack, subscription_id)
    assert (refused.tries, refused.hard) == (1, True)


def test_a_charge_under_way_outlives_its_key_and_its_subscription(stack: ObservedStack) -> None:
    subscription_id = renewal(stack)
    billing_key_id = key_of(stack, stack.ports["store"].wallet("user-1").default).id
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)
    stack.portone.inject(operation="get_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    while held(stack, subscription_id).in_flight is None:
        stack.run_for(MINUTE)

    answers = (key_deleted(stack, billing_key_id).status, cancel(stack, subscription_id).status)
    days_pass(stack, 1)

    assert answers == (202, 202)
    assert held(stack, subscription_id).status is SubscriptionStatus.ENDED
    assert key_of(stack, billing_key_id).state.value == "DELETED"
    assert stack.ports["store"].payment(invoice(stack, subscription_id).payment_id).status is Status.CANCELLED


@pytest.mark.parametrize("switch", [True, False])
def test_dunning_works_whether_or_not_failed_charges_are_readable(*, switch: bool) -> None:
    unknowns = Unknowns.all_settings()["defaults" if switch else "all_turned"]
    with ObservedStack.in_memory(seed=1, unknowns=unknowns) as stack:
        to_hour(stack, 12)
        subscription_id = renewal(stack)
        stack.portone.pg.decline(times=2)

        days_pass(stack, 5)

        healed = invoice(stack, subscription_id)
        assert (healed.state, healed.tries) == (InvoiceState.PAID, 3)
        assert_clean(stack, answers=stack.answers)
