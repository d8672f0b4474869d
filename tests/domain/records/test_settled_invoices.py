"""Settled invoices leave their subscription; what decides about later ones stays in it."""

from dataclasses import replace

from portone_payments.domain.records.settled_invoices import (
    LINES_KEPT,
    OWED_KEPT,
    RUNNING_KEPT,
    parted,
    returned,
)
from portone_payments.domain.records.subscriptions import (
    Ending,
    EndReason,
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
)
from tests.support.subscriptions import running

FIRST = running().invoices["1"]
PAID, UNPAID, VOID, OPEN = InvoiceState.PAID, InvoiceState.UNPAID, InvoiceState.VOID, InvoiceState.OPEN


def with_states(*states: InvoiceState, in_flight: str | None = None) -> Subscription:
    """A subscription whose periods, from the first one on, ended like this."""
    periods = {str(number): a_period(number, state) for number, state in enumerate(states, start=1)}
    return replace(running(), invoices=periods, in_flight=in_flight)


def a_period(number: int, state: InvoiceState) -> Invoice:
    return replace(FIRST, id=str(number), state=state, starts=FIRST.starts + number, payment_id=None)


def a_difference(number: int) -> Invoice:
    return replace(FIRST, id=str(number), kind=InvoiceKind.PRORATION)


def staying(subscription: Subscription) -> list[str]:
    return list(parted(subscription)[0].invoices)


def leaving(subscription: Subscription) -> list[str]:
    return [each.invoice.id for each in parted(subscription)[1]]


def test_the_period_before_leaves_when_the_next_one_is_paid() -> None:
    renewing, renewed = with_states(PAID, OPEN), with_states(PAID, PAID)

    assert (staying(renewing), leaving(renewing)) == (["1", "2"], [])
    assert (staying(renewed), leaving(renewed)) == (["2"], ["1"])


def test_an_attempt_under_way_keeps_its_invoice() -> None:
    assert leaving(with_states(VOID, PAID, PAID, in_flight="1")) == ["2"]


def test_what_taking_an_end_back_restores_stays() -> None:
    held = with_states(VOID, PAID, PAID)
    ending = Ending(
        asked_at=0.0, by="app", because=EndReason.CUSTOMER, before=held.status, voided={"1": OPEN}
    )

    assert leaving(replace(held, ending=ending)) == ["2"]


def test_an_open_window_keeps_its_invoice() -> None:
    held = with_states(VOID, PAID, PAID)
    opened = replace(held.invoices["1"], window_until=int(held.history[-1].at) + 1)

    assert leaving(replace(held, invoices={**held.invoices, "1": opened})) == ["2"]


def test_the_last_period_that_was_paid_stays_behind_one_that_was_given_up() -> None:
    assert staying(with_states(PAID, PAID, UNPAID, VOID)) == ["2", "3", "4"]


def test_of_what_is_owed_only_the_newest_stays() -> None:
    owing = with_states(PAID, *(UNPAID for _ in range(OWED_KEPT + 2)), PAID)

    assert leaving(owing) == ["1", "2", "3"]


def test_plan_changes_within_the_running_period_stay_up_to_a_bound() -> None:
    held = with_states(PAID, PAID)
    changes = {str(number): a_difference(number) for number in range(3, RUNNING_KEPT + 4)}
    held = replace(held, invoices={**held.invoices, **changes})

    assert leaving(held) == ["1", "3"]


def test_an_invoice_that_returns_does_not_replace_one_that_is_held() -> None:
    held = with_states(PAID, OPEN)
    old = replace(held.invoices["2"], state=VOID)

    assert returned(held, old) == held
    assert set(returned(held, a_period(9, VOID)).invoices) == {"1", "2", "9"}


def test_old_lines_of_the_history_leave_with_an_invoice_and_return_with_it() -> None:
    held = with_states(PAID, PAID)
    lines = tuple(replace(held.history[0], seq=number) for number in range(1, LINES_KEPT + 3))
    kept, (left,) = parted(replace(held, history=lines))
    back = returned(kept, left.invoice)
    again, (left_again,) = parted(replace(back, history=(*back.history, replace(lines[0], seq=9))))

    assert [line.seq for line in left.invoice.lines] == [1, 2]
    assert kept.history == lines[2:]
    assert [line.seq for line in left_again.invoice.lines] == [1, 2, 3]
    assert again.history[0].seq == 4
