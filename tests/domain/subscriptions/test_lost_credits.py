"""A credit goes when the money of its payment goes, once, whatever else happened meanwhile."""

from dataclasses import replace

from portone_payments.domain.records.payments import Payment, Seen
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.shared.calendar import Interval, Unit
from portone_payments.domain.subscriptions.credits import may_lose_credit, without_lost_credit
from portone_payments.domain.subscriptions.plan_change import change_now
from portone_payments.domain.subscriptions.settlement import paid
from tests.support.records import a_payment
from tests.support.subscriptions import POLICY, a_plan, at, by_app, facts, flying, started, tried

START, NOW = at(2026, 1, 1), at(2026, 1, 11)
CHEAP = a_plan(plan_id="plan-0", amount=3_100)
YEARLY = a_plan(plan_id="plan-y", amount=99_000, interval=Interval(Unit.YEAR, 1))
REST = 6_707


def payment(cancelled: int = 0) -> Payment:
    """The payment of the first period, as last read."""
    seen = Seen(transaction_id="tx", updated_at=0, total=9_900, paid=9_900, cancelled=cancelled)
    return replace(
        a_payment(),
        payment_id="payment-1",
        total=9_900,
        subscription_id="sub1",
        order_id="sub1",
        invoice_id="1",
        seen=seen,
    )


def changed(plan_id: str = "cheap") -> Subscription:
    """A month of 9,900 won was paid; on its eleventh day another plan is chosen."""
    plan = {"cheap": CHEAP, "yearly": YEARLY}[plan_id]
    return change_now(tried(started(START), START), plan, by_app(NOW), [payment()], POLICY)


def back(held: Subscription, was: int, now: int) -> Subscription:
    """A reading shows that more of the payment went back."""
    return without_lost_credit(held, payment(was), payment(now), by_app(NOW))


def test_what_a_cheaper_plan_left_goes_with_its_payment_and_comes_again_with_it() -> None:
    held = changed()

    gone = back(held, 0, 9_900)
    again = back(gone, 9_900, 0)

    assert (held.balance, gone.balance, again.balance) == (REST - 2_100, 0, REST - 2_100)
    assert facts(again)[-2:] == ["subscription_credit_withdrawn"] * 2


def test_no_more_goes_than_was_refunded_nor_than_was_credited() -> None:
    held = changed()

    part = back(held, 0, 1_000)
    rest = back(part, 1_000, 9_900)

    assert (held.balance - part.balance, rest.balance) == (1_000, 0)


def test_a_rest_set_off_against_another_interval_becomes_owed() -> None:
    yearly = tried(changed("yearly"), NOW)

    assert back(yearly, 0, 9_900).balance == -REST


def test_what_goes_back_while_the_change_is_being_paid_is_owed_once_it_is_paid() -> None:
    held = flying(changed("yearly"), NOW)

    gone = back(held, 0, 9_900)
    invoice = gone.invoices[gone.in_flight or ""]
    yearly = tried_on(gone)

    assert gone.balance == 0 < invoice.amount
    assert yearly.balance == -REST
    assert back(yearly, 9_900, 9_900) is yearly


def tried_on(held: Subscription) -> Subscription:
    """What is under way is paid."""
    invoice = held.invoices[held.in_flight or ""]
    return paid(held, invoice, by_app(NOW), by=invoice.payment_id)


def test_only_periods_are_read_again_and_only_when_money_moved() -> None:
    part = replace(payment(9_900), order_id="order-1")

    assert may_lose_credit(payment(), payment(9_900))
    assert not may_lose_credit(payment(), payment())
    assert not may_lose_credit(replace(part, seen=None), part)
