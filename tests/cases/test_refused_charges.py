"""A charge refused before any PG saw it is no decline: our mistake waits, one dead card ends alone."""

from collections.abc import Callable

import pytest

from portone_local.actors.subscribers import (
    CHARGE,
    key_chosen,
    key_issued,
    key_saved,
    key_started,
    plan_stored,
    registered,
    subscribe,
)
from portone_local.oracle.alarms import alarms_in
from portone_local.stack.passing import clock_of, let_pass
from tests.support.charging import charge
from tests.support.charging import prepared as prepared_id
from tests.support.unkind import UnkindStack

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
OURS = (
    "INVALID_REQUEST",
    "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT",
    "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT",
    "PROMOTION_PAY_METHOD_DOES_NOT_MATCH",
    "PAYMENT_SCHEDULE_ALREADY_EXISTS",
    "BILLING_KEY_NOT_FOUND",
)
TELLS = {"invoice.failed", "subscription.unpaid", "subscription.ended", "payment.failed"}
ours = pytest.mark.parametrize("kind", ["INVALID_REQUEST", "BILLING_KEY_NOT_FOUND"])
each_of_ours = pytest.mark.parametrize("kind", OURS)


def subscribers(stack: UnkindStack, number: int) -> list[str]:
    """Customers of a plan whose first period is paid; their subscriptions."""
    plan_stored(stack)
    ids = []
    for each in range(number):
        key_saved(stack, f"user-{each}")
        ids.append(str(subscribe(stack, f"user-{each}").json()["subscriptionId"]))
    return ids


def state_of(stack: UnkindStack, subscription_id: str, user: str = "user-0") -> str:
    """The status its customer is shown."""
    return str(stack.app(user).get(f"/subscriptions/{subscription_id}").json()["status"])


def charged(stack: UnkindStack) -> int:
    """How many payments PortOne took money for."""
    return sum(book.times_paid for book in stack.portone.books().values())


def declined(stack: UnkindStack) -> list[str]:
    """Published facts that call something declined, failed or ended."""
    return [each for each in stack.events() if each in TELLS]


def somebody_is_called(stack: UnkindStack, before: dict[str, float]) -> bool:
    """Whether an attention is open, or a metric rose that an alarm of the template watches."""
    watched = {each.metric for each in alarms_in(stack.template)}
    rose = {name for name, value in stack.metrics.items() if value > before.get(name, 0)}
    return bool(stack.calling() or watched & rose)


@ours
def test_renewals_refused_before_the_pg_count_as_no_attempts(stack: UnkindStack, kind: str) -> None:
    ids = subscribers(stack, 2)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    before = dict(stack.metrics)
    stack.wire.refuse(CHARGE, kind)
    stack.run_for(4 * DAY, step=HOUR)
    seen, told, called = state_of(stack, ids[0]), declined(stack), somebody_is_called(stack, before)

    stack.wire.undisturbed()
    stack.run_for(26 * HOUR, step=10 * MINUTE)

    assert (seen, told, called) == ("ACTIVE", [], True)
    assert [state_of(stack, each, f"user-{number}") for number, each in enumerate(ids)] == ["ACTIVE"] * 2
    assert (charged(stack), declined(stack)) == (4, [])


@ours
def test_retry_days_and_grace_stand_still_while_charges_are_refused_before_the_pg(
    stack: UnkindStack, kind: str
) -> None:
    [subscription_id] = subscribers(stack, 1)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    stack.portone.pg.decline(times=1)
    let_pass(stack, 10 * HOUR)
    assert state_of(stack, subscription_id) == "PAST_DUE"
    stack.wire.refuse(CHARGE, kind)
    stack.run_for(20 * DAY, step=3 * HOUR)
    seen = state_of(stack, subscription_id)

    stack.wire.undisturbed()
    stack.run_for(5 * DAY, step=HOUR)

    assert (seen, "subscription.unpaid" in stack.events()) == ("PAST_DUE", False)
    assert (charged(stack), state_of(stack, subscription_id)) == (2, "ACTIVE")


@each_of_ours
def test_a_first_charge_refused_before_the_pg_waits_and_is_made_once(stack: UnkindStack, kind: str) -> None:
    key_saved(stack)
    plan_stored(stack)
    before = dict(stack.metrics)
    stack.wire.refuse(CHARGE, kind)

    answer = subscribe(stack)
    again = subscribe(stack)
    stack.run_for(2 * HOUR, step=5 * MINUTE)
    told, called = declined(stack), somebody_is_called(stack, before)
    stack.wire.undisturbed()
    stack.run_for(HOUR)

    assert (answer.status, again.status, told, called) == (202, 202, [], True)
    assert state_of(stack, answer.json()["subscriptionId"], "user-1") == "ACTIVE"
    assert charged(stack) == 1


@each_of_ours
def test_a_charge_of_an_order_refused_before_the_pg_waits_and_is_made_once(
    stack: UnkindStack, kind: str
) -> None:
    key_saved(stack)
    payment_id = prepared_id(stack)
    before = dict(stack.metrics)
    stack.wire.refuse(CHARGE, kind)

    answer = charge(stack, payment_id)
    stack.run_for(2 * HOUR, step=5 * MINUTE)
    told, called = declined(stack), somebody_is_called(stack, before)
    stack.wire.undisturbed()
    stack.run_for(HOUR)
    charge(stack, payment_id)
    stack.run_for(5 * MINUTE)

    assert (answer.status in {202, 503}, told, called) == (True, [], True)
    assert charged(stack) == 1


@ours
def test_a_charge_refused_before_the_pg_is_sent_at_most_every_ten_minutes(
    stack: UnkindStack, kind: str
) -> None:
    subscribers(stack, 4)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    stack.wire.refuse(CHARGE, kind)
    let_pass(stack, 3 * HOUR)
    before = stack.wire.refused.get(CHARGE, 0)

    stack.run_for(2 * HOUR)

    assert 1 <= stack.wire.refused.get(CHARGE, 0) - before <= 4 * 14


def refused_for(stack: UnkindStack, user: str, kind: str) -> None:
    """PortOne refuses the charges of one customer's method alone."""
    books = stack.portone.billing_books()
    [hers] = [each.billing_key for each in books.keys.values() if each.customer_id == user]
    stack.wire.refuse(CHARGE, kind, naming=hers)


@ours
def test_one_customer_whose_charges_are_refused_before_the_pg_delays_no_other(
    stack: UnkindStack, kind: str
) -> None:
    ids = subscribers(stack, 3)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    before = dict(stack.metrics)
    refused_for(stack, customer_of(stack, 0), kind)

    stack.run_for(2 * DAY, step=20 * MINUTE)

    states = [state_of(stack, each, f"user-{number}") for number, each in enumerate(ids)]
    assert (states, declined(stack)) == (["ACTIVE"] * 3, [])
    assert charged(stack) == 5
    assert somebody_is_called(stack, before)


def customer_of(stack: UnkindStack, number: int) -> str:
    """The customer id PortOne knows the owner of the `number`th saved method by."""
    return str(list(stack.portone.billing_books().keys.values())[number].customer_id)


@ours
def test_a_customer_with_a_waiting_charge_can_pay_by_another_method(stack: UnkindStack, kind: str) -> None:
    [subscription_id] = subscribers(stack, 1)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    refused_for(stack, customer_of(stack, 0), kind)
    stack.run_for(DAY, step=20 * MINUTE)

    billing_key_id = key_started(stack, "user-0")
    registered(stack, billing_key_id, key_issued(stack, billing_key_id, "user-0", card="card-2"), "user-0")
    key_chosen(stack, billing_key_id, "user-0")
    stack.run_for(DAY, step=20 * MINUTE)

    assert (charged(stack), state_of(stack, subscription_id)) == (2, "ACTIVE")


def deleted_in_the_console(stack: UnkindStack) -> None:
    """Its issuer, or PortOne's console, deleted one customer's method without a webhook."""
    books = stack.portone.billing_books()
    stack.portone.console.delete_billing_key(next(iter(books.keys)))
    stack.portone.webhooks.lose()


def not_found_and_deleted(stack: UnkindStack) -> None:
    """A charge of it is BILLING_KEY_NOT_FOUND, and PortOne reads it as deleted."""
    first = next(iter(stack.portone.billing_books().keys))
    deleted_in_the_console(stack)
    stack.wire.refuse(CHARGE, "BILLING_KEY_NOT_FOUND", naming=first)


@pytest.mark.parametrize("gone", [deleted_in_the_console, not_found_and_deleted])
def test_a_method_deleted_at_portone_ends_only_itself(
    stack: UnkindStack, gone: Callable[[UnkindStack], None]
) -> None:
    ids = subscribers(stack, 3)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    gone(stack)

    stack.run_for(2 * DAY, step=20 * MINUTE)

    states = [state_of(stack, each, f"user-{number}") for number, each in enumerate(ids)]
    assert states == ["PAST_DUE", "ACTIVE", "ACTIVE"]
    assert charged(stack) == 5


def test_methods_portone_does_not_find_at_all_are_an_error_of_ours(stack: UnkindStack) -> None:
    ids = subscribers(stack, 3)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    before = dict(stack.metrics)
    stack.wire.refuse(CHARGE, "BILLING_KEY_NOT_FOUND")
    stack.wire.refuse("get_billing_key", "BILLING_KEY_NOT_FOUND")
    stack.run_for(4 * DAY, step=HOUR)
    seen = [state_of(stack, each, f"user-{number}") for number, each in enumerate(ids)]
    told, called = declined(stack), somebody_is_called(stack, before)
    methods = [stack.app(f"user-{number}").get("/billing-keys").json()["items"] for number in range(3)]

    stack.wire.undisturbed()
    stack.run_for(26 * HOUR, step=10 * MINUTE)

    assert (seen, told, called) == (["ACTIVE"] * 3, [], True)
    assert [len(each) for each in methods] == [1, 1, 1]
    assert charged(stack) == 6


@ours
def test_a_customer_who_cancels_while_a_charge_waits_is_not_charged_later(
    stack: UnkindStack, kind: str
) -> None:
    [subscription_id] = subscribers(stack, 1)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    stack.wire.refuse(CHARGE, kind)
    stack.run_for(6 * HOUR, step=10 * MINUTE)

    answer = stack.app("user-0").post(f"/subscriptions/{subscription_id}/cancel", {"atPeriodEnd": False})
    clock_of(stack).advance(MINUTE)
    stack.run_for(HOUR, step=10 * MINUTE)
    stack.wire.undisturbed()
    stack.run_for(2 * DAY, step=HOUR)

    assert answer.status in {200, 202}
    assert (charged(stack), state_of(stack, subscription_id)) == (1, "ENDED")
