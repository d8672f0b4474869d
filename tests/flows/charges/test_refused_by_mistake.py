"""A charge PortOne finds invalid is an error of ours: no decline, and a stop for everybody."""

from collections.abc import Iterator

import pytest

from portone_local.actors.subscribers import (
    CHARGE,
    days_pass,
    held,
    id_in,
    invoice,
    key_chosen,
    key_deleted,
    key_saved,
    plan_stored,
    subscribe,
)
from portone_local.oracle import assert_clean, converge
from portone_local.stack.passing import clock_of, let_pass
from portone_local.stories.world import MINUTE
from portone_payments.domain.records.billing_keys import KeyState
from portone_payments.domain.records.subscriptions import InvoiceState, SubscriptionStatus
from portone_payments.domain.shared.calendar import DAY, HOUR
from portone_payments.ports.world import Metric
from tests.support.charging import charge
from tests.support.charging import prepared as prepared_id
from tests.support.unkind import UnkindStack, unkind

INVALID, UNFOUND = "INVALID_REQUEST", "BILLING_KEY_NOT_FOUND"
MISTAKES = (
    *(INVALID, UNFOUND, "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT", "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT"),
    *("PROMOTION_PAY_METHOD_DOES_NOT_MATCH", "PAYMENT_SCHEDULE_ALREADY_EXISTS"),
)


@pytest.fixture
def stack() -> Iterator[UnkindStack]:
    with unkind() as found:
        yield found


def subscribers(stack: UnkindStack, number: int) -> list[str]:
    """Subscriptions whose first period is paid, an hour before their second one is charged."""
    plan_stored(stack)
    for each in range(number):
        key_saved(stack, f"user-{each}")
    found = [id_in(subscribe(stack, f"user-{each}")) for each in range(number)]
    let_pass(stack, 31 * DAY - 3 * HOUR)
    return found


def billing_key(stack: UnkindStack, number: int) -> str:
    """What PortOne knows the method by that was saved as this one, from 0 on."""
    return list(stack.portone.billing_books().keys)[number]


def lose_key(stack: UnkindStack, number: int) -> None:
    """PortOne does not find this key any more."""
    stack.wire.refuse("*", UNFOUND, naming=billing_key(stack, number))


def asked(stack: UnkindStack) -> int:
    return stack.wire.refused.get(CHARGE, 0)


# half a day shows that none of it is a decline; tests/cases/test_refused_charges.py goes through days of it
@pytest.mark.parametrize("kind", MISTAKES)
def test_an_error_of_ours_is_no_attempt_raises_an_alarm_and_is_charged_once_repaired(
    stack: UnkindStack, kind: str
) -> None:
    [subscription_id] = subscribers(stack, 1)
    stack.wire.refuse(CHARGE, kind)
    days_pass(stack, 0.5)
    during, waiting = held(stack, subscription_id), invoice(stack, subscription_id)
    told = stack.counted(Metric.SENDING_STOPPED)

    stack.wire.undisturbed()
    days_pass(stack, 1)

    assert (during.status, during.in_flight) == (SubscriptionStatus.ACTIVE, None)
    assert (waiting.state, waiting.tries, waiting.failed_at) == (InvoiceState.OPEN, 0, None)
    assert told > 10
    assert "invoice.failed" not in stack.events()
    assert invoice(stack, subscription_id).state is InvoiceState.PAID
    converge(stack)
    assert_clean(stack, hurt=True)


@pytest.mark.parametrize("kind", [INVALID, UNFOUND])
def test_retry_days_and_grace_stand_still_during_an_error_of_ours(stack: UnkindStack, kind: str) -> None:
    [subscription_id] = subscribers(stack, 1)
    stack.portone.pg.decline(times=1)
    let_pass(stack, 10 * HOUR)
    before = invoice(stack, subscription_id)
    stack.wire.refuse(CHARGE, kind)
    stack.run_for(20 * DAY, step=3 * HOUR)
    during = invoice(stack, subscription_id)

    stack.wire.undisturbed()
    stack.portone.pg.decline(times=1)
    days_pass(stack, 1)
    declined = invoice(stack, subscription_id)
    days_pass(stack, 3)

    assert before.failed_at is not None
    assert during.failed_at is not None
    assert 18 * DAY < during.failed_at - before.failed_at < 20 * DAY
    assert (during.state, during.tries) == (InvoiceState.OPEN, 1)
    assert (declined.tries, declined.state) == (2, InvoiceState.OPEN)
    assert invoice(stack, subscription_id).state is InvoiceState.PAID


@pytest.mark.parametrize("kind", [INVALID, UNFOUND])
def test_one_probe_is_sent_every_ten_minutes_where_every_charge_is_refused(
    stack: UnkindStack, kind: str
) -> None:
    found = subscribers(stack, 6)
    stack.wire.refuse(CHARGE, kind)
    let_pass(stack, 3 * HOUR)
    before = asked(stack)

    stack.run_for(2 * HOUR)
    probes = asked(stack) - before
    stack.wire.undisturbed()
    stack.run_for(40 * MINUTE)

    assert 6 <= probes <= 13
    assert {invoice(stack, each).state for each in found} == {InvoiceState.PAID}


def test_one_refused_charge_stops_no_other(stack: UnkindStack) -> None:
    found = subscribers(stack, 5)
    stack.wire.refuse(CHARGE, INVALID, naming=billing_key(stack, 0))

    let_pass(stack, 4 * HOUR)

    assert [invoice(stack, each).state for each in found] == [InvoiceState.OPEN, *[InvoiceState.PAID] * 4]
    assert invoice(stack, found[0]).tries == 0
    assert stack.counted(Metric.SENDING_STOPPED) > 0


def test_a_single_key_that_is_not_found_waits_and_another_method_pays(stack: UnkindStack) -> None:
    found = subscribers(stack, 2)
    lose_key(stack, 0)
    let_pass(stack, 4 * HOUR)
    lost, other = (invoice(stack, each) for each in found)

    key_chosen(stack, key_saved(stack, "user-0"), "user-0")
    let_pass(stack, HOUR)

    assert (lost.state, lost.tries, other.state) == (InvoiceState.OPEN, 0, InvoiceState.PAID)
    assert stack.counted(Metric.SENDING_STOPPED) > 0
    assert invoice(stack, found[0]).state is InvoiceState.PAID


def test_a_key_that_reads_as_deleted_ends(stack: UnkindStack) -> None:
    [subscription_id] = subscribers(stack, 1)
    stack.portone.webhooks.switched_on = False
    stack.portone.console.delete_billing_key(billing_key(stack, 0))
    stack.wire.refuse(CHARGE, UNFOUND)

    let_pass(stack, 4 * HOUR)

    [key] = stack.ports["store"].wallet("user-0").keys.values()
    assert (key.state, invoice(stack, subscription_id).hard) == (KeyState.DELETED, True)


def test_the_secret_of_another_merchant_ends_no_method(stack: UnkindStack) -> None:
    found = subscribers(stack, 2)
    stack.wire.refuse("*", UNFOUND, naming="billing-key")
    stack.wire.refuse("get_payment", "PAYMENT_NOT_FOUND")

    stack.run_for(3 * DAY, step=HOUR)
    states = {(invoice(stack, each).state, invoice(stack, each).tries) for each in found}
    stack.wire.undisturbed()
    days_pass(stack, 1)

    assert states == {(InvoiceState.OPEN, 0)}
    assert {invoice(stack, each).state for each in found} == {InvoiceState.PAID}


def test_a_charge_a_customer_requested_waits_and_is_made_once(stack: UnkindStack) -> None:
    key_saved(stack)
    payment_id = prepared_id(stack)
    stack.wire.refuse(CHARGE, INVALID)
    refused = charge(stack, payment_id)
    stack.run_for(2 * HOUR)
    times = asked(stack)

    stack.wire.undisturbed()
    stack.run_for(30 * MINUTE)

    assert (refused.status, 6 <= times <= 12) == (202, True)
    assert charge(stack, payment_id).json()["status"] == "PAID"
    converge(stack)
    assert_clean(stack)


def test_a_waiting_charge_is_replaced_by_one_of_another_method(stack: UnkindStack) -> None:
    key_saved(stack)
    stack.wire.refuse(CHARGE, INVALID, naming=billing_key(stack, 0))
    payment_id = prepared_id(stack)
    waits = charge(stack, payment_id)
    other = key_saved(stack)

    paid = charge(stack, payment_id, "charge-2", billingKeyId=other)
    stack.run_for(2 * HOUR, step=5 * MINUTE)

    assert (waits.status, paid.status, paid.json()["status"]) == (202, 200, "PAID")
    assert asked(stack) == 1
    converge(stack)
    assert_clean(stack)


def test_a_charge_of_an_order_waits_for_a_day_at_most(stack: UnkindStack) -> None:
    key_saved(stack)
    payment_id = prepared_id(stack)
    stack.wire.refuse(CHARGE, INVALID)
    charge(stack, payment_id)

    days_pass(stack, 1.5)
    stack.wire.undisturbed()
    days_pass(stack, 1)

    assert stack.portone.books()[payment_id].times_paid == 0
    assert "payment.charge_failed" not in stack.events()


@pytest.mark.parametrize("kind", [INVALID, "UNAUTHORIZED"])
def test_an_order_whose_charge_waits_may_be_withdrawn_and_is_not_charged_later(
    stack: UnkindStack, kind: str
) -> None:
    key_saved(stack)
    payment_id = prepared_id(stack)
    stack.wire.refuse(CHARGE, kind)
    waits = charge(stack, payment_id)

    gone = stack.shop.delete("/orders/order-1")
    stack.wire.undisturbed()
    stack.run_for(2 * HOUR, step=5 * MINUTE)

    assert (waits.status, gone.status) == (202, 200)
    assert payment_id not in stack.portone.books() or not stack.portone.books()[payment_id].times_paid
    converge(stack)
    assert_clean(stack)


def test_fresh_ids_of_a_refused_charge_have_ten_minutes_between_them_and_none_is_used_up(
    stack: UnkindStack,
) -> None:
    key_saved(stack)
    payment_id = prepared_id(stack)
    stack.wire.refuse(CHARGE, INVALID)
    waits = charge(stack, payment_id)
    turned_away = [charge(stack, payment_id, f"at-once-{number}") for number in range(25)]
    once = asked(stack)
    again = []
    for number in range(4):
        clock_of(stack).advance(10 * MINUTE)
        again.append(charge(stack, payment_id, f"later-{number}").status)
    times = asked(stack)
    stack.wire.undisturbed()
    clock_of(stack).advance(10 * MINUTE)

    paid = charge(stack, payment_id, "charge-last")

    assert (waits.status, once, again, times) == (202, 1, [202] * 4, 5)
    assert {each.json()["error"]["code"] for each in turned_away} == {"charge_in_progress"}
    assert {each.headers["retry-after"] for each in turned_away} == {"600"}
    assert (paid.status, paid.json()["status"]) == (200, "PAID")
    converge(stack)
    assert_clean(stack)


def test_refused_renewals_leave_the_probe_of_their_channel_to_others(stack: UnkindStack) -> None:
    found = subscribers(stack, 3)
    for number in range(3):
        stack.wire.refuse(CHARGE, INVALID, naming=billing_key(stack, number))
    let_pass(stack, 4 * HOUR)
    key_saved(stack, "user-9")

    answers = []
    for number in range(6):
        payment_id = prepared_id(stack, "user-9", f"order-{number}")
        answer = stack.app("user-9").post(f"/payments/{payment_id}/charge", {"chargeId": "charge-1"})
        answers.append(answer.status)
        stack.run_for(10 * MINUTE)

    assert answers[2:] == [200] * 4
    assert {invoice(stack, each).state for each in found} == {InvoiceState.OPEN}


@pytest.mark.parametrize("operations", [("*",), ("delete_billing_key", "get_billing_key")])
def test_a_deletion_of_a_method_that_is_not_found_waits_and_is_done_once_it_is_found(
    stack: UnkindStack, operations: tuple[str, ...]
) -> None:
    billing_key_id = key_saved(stack)
    for each in operations:
        stack.wire.refuse(each, UNFOUND, naming=billing_key(stack, 0))

    answer = key_deleted(stack, billing_key_id)
    stack.run_for(DAY, step=HOUR)
    [waits] = stack.ports["store"].wallet("user-1").keys.values()
    told = stack.counted(Metric.SENDING_STOPPED)
    stack.wire.undisturbed()
    stack.run_for(DAY, step=HOUR)

    assert (answer.status, waits.state, told > 1) == (202, KeyState.DELETING, True)
    assert stack.portone.billing_books().keys[billing_key(stack, 0)].deleted_at is not None
    assert stack.app("user-1").get("/billing-keys").json()["items"] == []


@pytest.mark.parametrize("unfound", [True, False])
def test_a_deletion_of_a_method_unknown_at_portone_ends_only_when_staff_decides(
    stack: UnkindStack, *, unfound: bool
) -> None:
    billing_key_id = key_saved(stack)
    lose_key(stack, 0)
    key_deleted(stack, billing_key_id)
    stack.run_for(6 * HOUR, step=HOUR)
    [open_one] = stack.staff.get("/ops/discrepancies").json()["items"]

    path = f"/ops/discrepancies/{open_one['discrepancyId']}/close"
    closed = stack.staff.post(path, {"reason": "the console does not show it"})
    if not unfound:
        stack.wire.undisturbed()
    stack.run_for(2 * HOUR, step=HOUR)
    told = stack.counted(Metric.SENDING_STOPPED)
    stack.run_for(DAY, step=HOUR)

    wallet = stack.ports["store"].wallet("user-1")
    assert (open_one["kind"], open_one["billingKeyId"]) == ("key_missing_there", billing_key_id)
    assert (open_one["paymentId"], closed.status) == (None, 200)
    assert wallet.keys[billing_key_id].state is KeyState.DELETED
    assert wallet.history[-1].by.startswith("staff:") == unfound
    assert (stack.portone.billing_books().keys[billing_key(stack, 0)].deleted_at is None) == unfound
    assert stack.counted(Metric.SENDING_STOPPED) == told


def test_renewals_refused_alone_are_sent_in_turn_and_delay_nobody_else(stack: UnkindStack) -> None:
    found = subscribers(stack, 14)
    for number in range(0, 14, 2):
        stack.wire.refuse(CHARGE, INVALID, naming=billing_key(stack, number))
    let_pass(stack, 3 * HOUR)
    paid = [each for each in found if invoice(stack, each).state is InvoiceState.PAID]
    before = asked(stack)

    stack.run_for(4 * HOUR, step=MINUTE)
    probes = asked(stack) - before
    stack.wire.undisturbed()
    stack.run_for(40 * MINUTE, step=MINUTE)

    assert (paid, before <= 7 + 6 * 2) == (found[1::2], True)
    assert 12 <= probes <= 24
    assert {invoice(stack, each).state for each in found} == {InvoiceState.PAID}


def test_a_renewal_that_stays_refused_keeps_no_other_from_its_turn(stack: UnkindStack) -> None:
    found = subscribers(stack, 8)
    for number in range(0, 8, 2):
        stack.wire.refuse(CHARGE, INVALID, naming=billing_key(stack, number))
    let_pass(stack, 4 * HOUR)

    stack.wire.undisturbed()
    stack.wire.refuse(CHARGE, INVALID, naming=billing_key(stack, 0))
    stack.run_for(4 * HOUR, step=MINUTE)

    assert [invoice(stack, each).state for each in found] == [InvoiceState.OPEN, *[InvoiceState.PAID] * 7]
