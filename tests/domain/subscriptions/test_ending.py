"""An end still to come: what it leaves, what decides it, what taking it back restores (rule 11.2)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from portone_payments.domain.errors.billing import ChangeNotAllowed, SubscriptionEnded, SubscriptionEnding
from portone_payments.domain.records.subscriptions import (
    EndReason,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.shared.calendar import kst_midnight
from portone_payments.domain.subscriptions.collection import advance, due_invoice, next_due
from portone_payments.domain.subscriptions.lifecycle import cancel, keep, pause, resume
from portone_payments.domain.subscriptions.paying import waived
from portone_payments.domain.subscriptions.plan_change import change_later, change_now
from portone_payments.domain.subscriptions.settlement import attempt_failed, paid
from tests.support.subscriptions import (
    BIG,
    POLICY,
    a_plan,
    at,
    by_app,
    facts,
    flying,
    running,
    started,
    tried,
)

END = kst_midnight(date(2026, 2, 28))
MID = at(2026, 2, 10)
RENEWAL = at(2026, 2, 28)


def leaving(subscription: Subscription, now: int = MID, *, pay_open: bool = False) -> Subscription:
    return cancel(subscription, by_app(now), at_period_end=True, pay_open=pay_open)


def declined(now: int = RENEWAL) -> Subscription:
    return tried(running(), now, "card_declined")


def test_it_ends_with_what_is_paid_and_says_so() -> None:
    ending = leaving(running())

    assert (ending.status, ending.ends_at, ending.paid_until) == (SubscriptionStatus.ENDING, END, END)
    assert next_due(ending, MID, POLICY) == END
    gone = advance(ending, by_app(END), POLICY)
    assert (gone.status, gone.ended_because) == (SubscriptionStatus.ENDED, EndReason.CUSTOMER)
    assert gone.ending is None


def test_it_ends_with_its_trial() -> None:
    trial = started(at(2026, 1, 31), a_plan(trial_days=14))

    assert leaving(trial).ends_at == trial.trial_ends == trial.paid_until


def test_where_nothing_reaches_beyond_now_it_ends_now() -> None:
    gone = leaving(declined(), RENEWAL + 3600)

    assert gone.status is SubscriptionStatus.ENDED
    assert gone.invoices["2"].state is InvoiceState.VOID


@pytest.mark.parametrize("code", [None, "card_declined"])
def test_a_charge_under_way_decides_when_it_ends(code: str | None) -> None:
    ending = leaving(flying(running(), RENEWAL), RENEWAL)
    invoice = ending.invoices["2"]
    assert (ending.status, ending.ends_at) == (SubscriptionStatus.ENDING, invoice.ends)

    if code is None:
        after = paid(ending, invoice, by_app(RENEWAL), by=invoice.payment_id)
        assert (after.status, after.ends_at) == (SubscriptionStatus.ENDING, invoice.ends)
    else:
        after = attempt_failed(ending, invoice, code, by_app(RENEWAL), POLICY)
        assert after.status is SubscriptionStatus.ENDED


def test_what_the_customer_leaves_open_is_charged_and_then_it_ends() -> None:
    ending = leaving(declined(), RENEWAL + 3600, pay_open=True)
    retry = ending.invoices["2"].due_at
    assert (ending.status, ending.ends_at) == (SubscriptionStatus.ENDING, ending.invoices["2"].ends)

    after = tried(ending, retry)

    assert (after.status, after.paid_until) == (SubscriptionStatus.ENDING, after.ends_at)
    assert advance(after, by_app(after.ends_at or 0), POLICY).status is SubscriptionStatus.ENDED


def test_what_is_left_open_and_given_up_by_the_shop_ends_it_now() -> None:
    ending = leaving(declined(), RENEWAL + 3600, pay_open=True)

    after = waived(ending, max(ending.invoices, key=int), by_app(RENEWAL + 7200))

    assert (after.status, after.ended_because) == (SubscriptionStatus.ENDED, EndReason.CUSTOMER)


def test_what_is_left_open_and_never_paid_stays_owed() -> None:
    ending = leaving(declined(), RENEWAL + 3600, pay_open=True)

    gone = advance(ending, by_app(RENEWAL + 30 * 24 * 3600), POLICY)

    assert gone.status is SubscriptionStatus.ENDED
    assert gone.invoices["2"].state is InvoiceState.UNPAID


def test_keeping_it_restores_the_change_and_the_invoices_its_ending_dropped() -> None:
    later = change_later(running(), BIG, by_app(MID), by_customer=True)
    now = change_now(later, BIG, by_app(MID), [], POLICY)

    ending = leaving(now)
    assert (ending.change, ending.invoices["2"].state) == (None, InvoiceState.VOID)
    back = keep(ending, by_app(MID + 60))

    was = replace(now, history=(), next_seq=1, due_at=None)
    assert replace(back, history=(), next_seq=1, due_at=None) == was
    assert facts(back)[-4:] == [
        "invoice_voided",
        "subscription_ending",
        "invoice_reopened",
        "subscription_kept",
    ]


@pytest.mark.parametrize("before", [pause(running(), None, by_app(MID)), running()])
def test_keeping_it_restores_its_status(before: Subscription) -> None:
    assert keep(leaving(before), by_app(MID + 60)).status is before.status


def test_an_end_that_has_come_is_not_taken_back() -> None:
    with pytest.raises(SubscriptionEnded):
        keep(leaving(running()), by_app(END))


def test_keeping_what_is_not_to_end_changes_nothing() -> None:
    held = running()

    assert keep(held, by_app(MID)) is held


def test_while_it_ends_nothing_else_changes_and_nothing_is_charged() -> None:
    ending = leaving(running())
    acts: list[Callable[[], Subscription]] = [
        lambda: pause(ending, None, by_app(MID)),
        lambda: resume(ending, by_app(MID)),
        lambda: change_later(ending, BIG, by_app(MID), by_customer=True),
        lambda: change_now(ending, BIG, by_app(MID), [], POLICY),
    ]

    for act in acts:
        with pytest.raises(SubscriptionEnding):
            act()
    assert due_invoice(advance(ending, by_app(END - 1), POLICY), END - 1) is None


def test_cancelling_it_once_more_is_the_same_and_at_once_ends_it() -> None:
    ending = leaving(running())

    assert leaving(ending, MID + 60) is ending
    assert cancel(ending, by_app(MID), at_period_end=False).status is SubscriptionStatus.ENDED


def test_a_second_word_takes_back_that_open_invoices_are_paid() -> None:
    ending = leaving(declined(), RENEWAL + 3600, pay_open=True)

    assert leaving(ending, RENEWAL + 7200).status is SubscriptionStatus.ENDED


def test_one_that_starts_later_is_pending_until_its_day() -> None:
    start = kst_midnight(date(2026, 2, 20))
    pending = started(at(2026, 1, 31), a_plan(trial_days=7), start="2026-02-20")
    assert (pending.status, pending.starts_at, pending.paid_until) == (
        SubscriptionStatus.PENDING,
        start,
        None,
    )

    begun = advance(pending, by_app(start), POLICY)

    assert next_due(pending, at(2026, 1, 31), POLICY) == start
    assert (begun.status, begun.paid_until) == (SubscriptionStatus.TRIAL, begun.trial_ends)
    assert leaving(pending).status is SubscriptionStatus.ENDED
    with pytest.raises(ChangeNotAllowed):
        pause(pending, None, by_app(MID))
