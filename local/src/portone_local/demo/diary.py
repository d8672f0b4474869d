"""What was charged when, and why: the events the shop received, and beside them PortOne's books."""

from collections import defaultdict
from datetime import date

from rich.box import SIMPLE_HEAD
from rich.table import Table

from portone_local.actors.subscribers import held
from portone_local.demo.stage import Stage
from portone_payments.domain.records.events import Event
from portone_payments.domain.records.subscriptions import Invoice, InvoiceKind, Subscription
from portone_payments.domain.shared.calendar import kst_day

MEANING = {
    "subscription.consented": "she agrees",
    "subscription.paused": "paused",
    "subscription.resumed": "goes on with what is left",
    "subscription.ending": "cancelled, hers while it is paid",
    "subscription.kept": "keeps it after all",
    "subscription.ended": "[dim]over[/dim]",
    "invoice.withheld": "[yellow]withheld[/yellow], no consent",
}


def diary(stage: Stage) -> Table:
    """One row for each day on which something happened to a customer's subscription."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    table.title_style, table.title_justify = "bold", "left"
    table.add_column("2026", justify="right", no_wrap=True)
    table.add_column("customer")
    table.add_column("won, at PortOne", justify="right")
    table.add_column("why")
    together = 0
    for (day, user), events in _days(stage).items():
        won = sum(_won(stage, event) for event in events)
        together += won
        why = "; ".join(filter(None, (_why(stage, event) for event in events)))
        table.add_row(_short(day, weekday=True), user.capitalize(), f"{won:,}" if won else "-", why)
    table.title = f"\nDay by day, in Korea: {together:,} won in all"
    return table


def _days(stage: Stage) -> dict[tuple[date, str], list[Event]]:
    days: dict[tuple[date, str], list[Event]] = defaultdict(list)
    for event in stage.stack.bus.published:
        if event.type.startswith(("invoice.", "subscription.")):
            days[kst_day(event.at), event.user_id].append(event)
    return dict(sorted(days.items()))


def _won(stage: Stage, event: Event) -> int:
    payment_id = _invoice(stage, event).paid_by if event.type == "invoice.paid" else None
    return stage.books(payment_id).paid if payment_id else 0


def _why(stage: Stage, event: Event) -> str:
    match event.type:
        case "invoice.paid":
            return _paid(_invoice(stage, event))
        case "invoice.failed" if "retryAt" in event.data:
            again = kst_day(float(event.data["retryAt"]))
            return f"[red]declined[/red], again on {_short(again)}"
        case "invoice.failed":
            return f"[red]{event.data['code']}[/red], another card is asked for"
        case "subscription.started":
            trial = _subscription(stage, event).trial_ends
            return f"free until {_short(kst_day(trial - 1))}" if trial else ""
    return MEANING.get(event.type, "")


def _paid(invoice: Invoice) -> str:
    """The days that were paid for, and the number of attempts."""
    first, last = kst_day(invoice.starts), kst_day(invoice.ends - 1)
    what = "the difference for " if invoice.kind is InvoiceKind.PRORATION else ""
    tries = f" ({invoice.tries} tries)" if invoice.tries > 1 else ""
    return f"{what}{_short(first)} to {_short(last)}{tries}"


def _invoice(stage: Stage, event: Event) -> Invoice:
    return _subscription(stage, event).invoices[str(event.data["invoiceId"])]


def _subscription(stage: Stage, event: Event) -> Subscription:
    return held(stage.stack, event.subscription_id or "")


def _short(day: date, *, weekday: bool = False) -> str:
    return f"{day:%a} {day.day:2} {day:%b}" if weekday else f"{day.day} {day:%b}"
