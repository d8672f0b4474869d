"""What a subscription's invoices are worth, reckoned from its history and its invoices' KST midnights.

In arithmetic of its own: what is left of a period is worth price x days left / days, rounded up.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from portone_payments.domain.records.payments import HistoryLine
from portone_payments.domain.records.subscriptions import Invoice, InvoiceKind, InvoiceState, Subscription

DAY = 24 * 60 * 60
KST = timezone(timedelta(hours=9))
_FOR_ALL = "subscription_price_set"
_PRICES = frozenset({"subscription_started", "subscription_changed", _FOR_ALL})


@dataclass(frozen=True, slots=True)
class Worth:
    """Amounts in minor units: one of `exactly`; up to `most` where the evidence does not show it."""

    exactly: frozenset[int] = frozenset()
    most: int = 0

    def allows(self, amount: int) -> bool:
        """Whether it may be this."""
        return amount in self.exactly if self.exactly else 0 <= amount <= self.most

    def __str__(self) -> str:
        """For a person."""
        return " or ".join(map(str, sorted(self.exactly))) or f"{self.most} at most"


ANYTHING = Worth(most=sys.maxsize)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price announced `at` (epoch seconds UTC): for today, or else for the next period on.

    No period that begins before `since` (epoch seconds UTC) has it; `for_all` leaves the plan as it was.
    """

    seq: int
    at: float
    since: float
    amount: int
    at_once: bool
    for_all: bool
    credit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A subscription and what its history says: prices in order, pauses' ends, invoices paid and given up."""

    subscription: Subscription
    prices: Sequence[Price]
    resumed: Sequence[float]
    paid: Sequence[HistoryLine]
    given_up: frozenset[object]
    withdrawn: Sequence[int]
    now: float

    @property
    def changes(self) -> Sequence[Price]:
        """Each change of plan that took place at once, paid for or credited."""
        return [each for each in self.prices[1:] if each.at_once]

    def bought(self, invoice: Invoice) -> Price | None:
        """The plan that began with this invoice's payment."""
        begins = {(each.seq + 1, each.at) for each in self.paid if each.data.get("invoice") == invoice.id}
        return next((each for each in self.changes if (each.seq, each.at) in begins), None)

    def worth(self, invoice: Invoice) -> Worth:
        """What the days of an invoice cost, before anything comes off it."""
        if invoice.kind is InvoiceKind.PRORATION:
            return self._dearer(invoice)
        prices = self._asked(invoice)
        if self._may_be_short(invoice):
            return Worth(most=max(prices))
        resumed = [at for at in self.resumed if invoice.starts <= at < invoice.ends]
        since = [invoice.starts, *resumed]
        return Worth(frozenset(_left(price, at, invoice) for price in prices for at in since))

    def set_off(self, invoice: Invoice) -> Worth:
        """What was paid before for the days from its own on, less a discount: what a change sets off."""
        bought = self.bought(invoice)
        if bought is None:
            return ANYTHING if invoice.kind is InvoiceKind.PRORATION else Worth(frozenset({0}))
        period, before = self._paid_period(invoice.starts, before=invoice), self._before(bought)
        if period is None:
            return ANYTHING if self._forgotten(invoice.starts) else Worth(frozenset({0}))
        if self._may_be_short(period) or any(each.discount for each in self.subscription.invoices.values()):
            return Worth(most=max(before))
        return Worth(frozenset(_left(price, invoice.starts, period) for price in before))

    def credit(self, change: Price) -> int:
        """What a change leaves for later invoices: what was set off above what it costs."""
        invoices = self.subscription.invoices.values()
        brought = next((each for each in invoices if self.bought(each) is change), None)
        return 0 if brought is None else max(0, -brought.amount - brought.balance)

    def paid_with(self, at: float) -> list[str]:
        """The payments that had paid for the day of `at` by then."""
        invoices = [each for each in self.subscription.invoices.values() if each.starts <= at < each.ends]
        return [each.paid_by for each in invoices if each.paid_by and (each.settled_at or 0) <= at]

    def _dearer(self, invoice: Invoice) -> Worth:
        """What the days left cost under the plan that is bought."""
        bought, period = self.bought(invoice), self._paid_period(invoice.starts, before=invoice)
        if bought is None or period is None or self._may_be_short(period):
            return ANYTHING
        return Worth(frozenset({_left(bought.amount, invoice.starts, period)}))

    def _asked(self, invoice: Invoice) -> list[int]:
        """A period costs the last price announced before it, or one from between its start and payment."""
        until = invoice.settled_at if invoice.settled_at is not None else self.now
        due = [each for each in self.prices if each.since <= invoice.starts]
        told = [each for each in due if each.at <= invoice.starts]
        during = [each.amount for each in due if invoice.starts < each.at <= until]
        others = self._of(InvoiceKind.PRORATION)
        if any(each.starts <= invoice.starts <= (each.settled_at or until) for each in others):
            # the price announced for this period waited for the outcome of a change at once
            during += [each.amount for each in told if each.at_once][-1:]
        return [told[-1].amount if told else self.prices[0].amount, *during]

    def _before(self, change: Price) -> list[int]:
        """What the plan before a change may have cost: the last at once, or one announced since."""
        earlier = [each for each in self.prices if each.seq < change.seq and each.since <= change.at]
        last = max(each.seq for each in earlier if each.at_once)
        return [each.amount for each in earlier if each.seq >= last]

    def _paid_period(self, at: float, *, before: Invoice) -> Invoice | None:
        earlier = [each for each in self._of(InvoiceKind.PERIOD) if int(each.id) < int(before.id)]
        periods = [each for each in earlier if each.starts <= at < each.ends]
        return next((each for each in reversed(periods) if each.state is InvoiceState.PAID), None)

    def _forgotten(self, at: float) -> bool:
        """Whether the invoice of that time may be one that is not kept any more."""
        kept = self.subscription.invoices
        oldest = min((each.starts for each in kept.values()), default=0)
        return at < oldest and len(kept) < self.subscription.next_invoice - 1

    def _may_be_short(self, invoice: Invoice) -> bool:
        """Whether it may be one up to an anchor: it does not show how long a whole one is."""
        first = invoice.id == self._of(InvoiceKind.PERIOD)[0].id
        if self.subscription.anchor_day is None:
            # an anchor may have left with another plan, at once where its interval is another
            moved = invoice.interval != self.subscription.interval
            return first and (moved or not all(each.at_once or each.for_all for each in self.prices))
        return (
            first or datetime.fromtimestamp(invoice.starts, KST).date().isoformat() == self.subscription.start
        )

    def _of(self, kind: InvoiceKind) -> list[Invoice]:
        found = [each for each in self.subscription.invoices.values() if each.kind is kind]
        return sorted(found, key=lambda each: int(each.id))


def course_of(subscription: Subscription, history: Sequence[HistoryLine], now: float) -> Course:
    """The course of a subscription, from all of its history."""
    return Course(
        subscription=subscription,
        prices=[_price(each) for each in history if each.fact in _PRICES],
        resumed=[each.at for each in history if each.fact == "subscription_resumed"],
        paid=[each for each in history if each.fact == "invoice_paid"],
        given_up=frozenset(each.data.get("invoice") for each in history if each.fact == "invoice_unpaid"),
        withdrawn=[
            int(each.data["amount"]) for each in history if each.fact == "subscription_credit_withdrawn"
        ],
        now=now,
    )


def _price(entry: HistoryLine) -> Price:
    return Price(
        seq=entry.seq,
        at=entry.at,
        since=float(entry.data.get("starts", 0)),
        amount=int(entry.data["amount"]),
        at_once=entry.fact == "subscription_started" or "credit" in entry.data,
        for_all=entry.fact == _FOR_ALL,
        credit=int(entry.data.get("credit", 0)),
    )


def _left(price: int, at: float, period: Invoice) -> int:
    """What the days from the one of `at` on (epoch seconds UTC) cost of a period's price."""
    days, left = (period.ends - period.starts) // DAY, -int((at - period.ends) // DAY)
    return -(-price * left // days)
