"""A declined charge is retried with the customer's new method, and its credit is not lost."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from portone_local.actors.subscribers import (
    CHARGE,
    PRICE,
    ask,
    change,
    days_pass,
    held,
    invoice,
    key_chosen,
    key_saved,
    plan_stored,
    subscribed,
)
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.stack.passing import let_pass
from portone_local.stories.telling import at_noon
from portone_local.stories.world import MINUTE
from portone_payments.domain.records.subscriptions import InvoiceState, SettledInvoice, SubscriptionStatus
from portone_payments.domain.shared.calendar import DAY


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with at_noon() as stack:
        yield stack


def test_a_method_given_after_the_grace_is_charged_at_once(stack: ObservedStack) -> None:
    subscription_id = subscribed(stack)
    stack.portone.pg.decline("example-card", times=None)
    days_pass(stack, 1)
    stack.portone.pg.decline(times=None)
    days_pass(stack, 50)
    assert held(stack, subscription_id).status is SubscriptionStatus.UNPAID
    stack.portone.pg.accept()
    stack.portone.pg.accept("example-card")

    key_chosen(stack, key_saved(stack, card="another"))
    let_pass(stack, 2 * MINUTE)

    assert invoice(stack, subscription_id).state is InvoiceState.PAID
    assert held(stack, subscription_id).status is SubscriptionStatus.ACTIVE


def test_a_method_given_during_an_attempt_is_charged_when_that_fails(stack: ObservedStack) -> None:
    subscription_id = subscribed(stack)
    days_pass(stack, 30)
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)
    stack.portone.pg.decline("example-card")
    while held(stack, subscription_id).in_flight is None:
        stack.run_for(MINUTE)
    key_chosen(stack, key_saved(stack, card="another"))

    days_pass(stack, 0.2)

    assert (invoice(stack, subscription_id).state, invoice(stack, subscription_id).tries) == (
        InvoiceState.PAID,
        2,
    )


def test_a_credit_stays_with_the_declined_invoice_that_a_pause_leaves_owed(stack: ObservedStack) -> None:
    subscription_id = subscribed(stack)
    plan_stored(stack, "cheaper", PRICE - 900)
    days_pass(stack, 1)
    change(stack, subscription_id, "cheaper")
    credit = held(stack, subscription_id).balance
    stack.portone.pg.decline("example-card")
    days_pass(stack, 30)
    assert (held(stack, subscription_id).balance, invoice(stack, subscription_id).balance) == (0, credit)

    ask(stack, subscription_id, "pause")

    assert credit > 0
    assert (held(stack, subscription_id).balance, invoice(stack, subscription_id).balance) == (0, credit)
    assert invoice(stack, subscription_id).state is InvoiceState.OPEN


def test_a_late_approval_of_a_given_up_invoice_uses_the_returned_credit(
    stack: ObservedStack,
) -> None:
    subscription_id = subscribed(stack)
    plan_stored(stack, "cheaper", PRICE - 900)
    days_pass(stack, 1)
    change(stack, subscription_id, "cheaper")
    credit = held(stack, subscription_id).balance
    stack.portone.pg.decline("example-card", approves_after=25 * DAY)
    days_pass(stack, 30)
    stack.portone.pg.decline("example-card", times=None)

    days_pass(stack, 20)
    given_up = held(stack, subscription_id)
    days_pass(stack, 6)
    approved = held(stack, subscription_id)

    assert credit > 0
    assert (given_up.status, given_up.balance) == (SubscriptionStatus.UNPAID, credit)
    assert (approved.status, approved.balance) == (SubscriptionStatus.ACTIVE, 0)


def test_an_invoice_that_left_its_subscription_is_paid_by_a_late_approval(stack: ObservedStack) -> None:
    subscription_id = subscribed(stack)
    stack.portone.pg.decline("example-card", approves_after=25 * DAY)
    days_pass(stack, 30)
    stack.portone.pg.decline("example-card", times=None)
    days_pass(stack, 20)
    owing = held(stack, subscription_id)
    given_up = SettledInvoice(subscription_id=subscription_id, invoice=owing.invoices["2"])
    stack.ports["store"].save(replace(owing, invoices={"1": owing.invoices["1"]}), given_up)

    days_pass(stack, 6)

    assert given_up.invoice.state is InvoiceState.UNPAID
    assert invoice(stack, subscription_id).state is InvoiceState.PAID
    assert not stack.ports["store"].payment(given_up.invoice.payment_id).surplus


def test_a_declined_charge_is_not_read_every_ten_minutes_for_a_month(stack: ObservedStack) -> None:
    subscribed(stack)
    stack.portone.pg.decline("example-card", times=None)
    days_pass(stack, 32)
    before = len(stack.portone.calls())

    days_pass(stack, 25)

    assert len(stack.portone.calls()) - before < 60
