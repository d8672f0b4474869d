"""Subscriptions of different ages that fall due in the same minute, each of a customer with a saved card."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from portone_local.portone import FakePortOne
from portone_payments.adapters.aws.queue import write_due
from portone_payments.domain.records.billing_keys import KeyState, SavedKey, Wallet
from portone_payments.domain.records.history import Fact
from portone_payments.domain.records.payments import HistoryLine
from portone_payments.domain.records.subscriptions import (
    Agreement,
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
)
from portone_payments.domain.shared.calendar import HOUR, Interval, Unit, kst_midnight
from portone_payments.domain.windows.customer import customer_id
from portone_payments.flows.billing_keys.readings import key_context
from portone_payments.ports.store import Due, Kind, Store
from portone_payments.ports.world import Vault

PRICE = 9_900
MONTH_AGO, TODAY = date(2025, 12, 15), date(2026, 1, 15)
MONTHLY = Interval(Unit.MONTH, 1)
# how many months they have been paid for: each age in turn, so that what a charge costs is that of the mix
AGES = (1, 12, 24, 120)
# ten o'clock in Korea: the first allowed hour
DUE_AT = kst_midnight(TODAY) + 10 * HOUR


@dataclass(frozen=True, slots=True)
class Shop:
    """Where customers and subscriptions are put; `due_at` in epoch seconds UTC."""

    store: Store
    vault: Vault
    portone: FakePortOne
    due_at: int = DUE_AT

    def fill(self, count: int) -> None:
        """Put `count` subscriptions, one of a customer each."""
        self.portone.webhooks.switched_on = False
        for number in range(count):
            user, issue = f"user-{number:07d}", f"issue{number:07d}"
            self.store.save(self._wallet(number, user, issue))
            self.store.save(self._subscription(number, user, AGES[number % len(AGES)]))

    def _wallet(self, number: int, user: str, issue: str) -> Wallet:
        customer = customer_id(user, {1: "bench"})
        issued = self.portone.buyer.issue_billing_key(issue_id=issue, customer_id=customer)
        key = SavedKey(
            id=issue,
            created_at=float(kst_midnight(MONTH_AGO)),
            pay_method="CARD",
            customer_id=customer,
            state=KeyState.ACTIVE,
            sealed=self.vault.encrypt(issued.billing_key, context=key_context(user, issue)),
            claims=(_paid_by(number),),
        )
        return Wallet(user_id=user, keys={issue: key}, default=issue)

    def _subscription(self, number: int, user: str, months: int) -> Subscription:
        """A monthly one, as it is kept after so many months; the next begins today."""
        since = kst_midnight(MONTH_AGO)
        years, month = divmod(TODAY.month - 1 - months, 12)
        begun = TODAY.replace(year=TODAY.year + years, month=month + 1)
        invoice = _last_invoice(number, months)
        return Subscription(
            subscription_id=subscription_id(number),
            user_id=user,
            plan_id="plan-1",
            name="구독",
            amount=PRICE,
            tax_free=0,
            currency="KRW",
            created_at=float(kst_midnight(begun)),
            start=begun.isoformat(),
            interval=MONTHLY,
            starts_at=kst_midnight(begun),
            paid_until=invoice.ends,
            agreed=Agreement(amount=PRICE, interval=MONTHLY, plan_id="plan-1", since=since),
            invoices={invoice.id: invoice},
            next_invoice=months + 1,
            next_number=months,
            history=tuple(_line(seq, invoice) for seq in (months, months + 1)),
            next_seq=months + 2,
            due_at=self.due_at,
        )


def _last_invoice(number: int, months: int) -> Invoice:
    """The invoice of the month that ends, which has not left yet; those before it have items of their own."""
    since = kst_midnight(MONTH_AGO)
    return Invoice(
        id=str(months),
        kind=InvoiceKind.PERIOD,
        name="구독",
        amount=PRICE,
        tax_free=0,
        starts=since,
        ends=kst_midnight(TODAY),
        due_at=since,
        price=PRICE,
        interval=MONTHLY,
        plan_id="plan-1",
        state=InvoiceState.PAID,
        payment_id=_paid_by(number),
        tries=1,
        tried_at=float(since),
        paid_by=_paid_by(number),
        settled_at=float(since),
    )


def _line(seq: int, invoice: Invoice) -> HistoryLine:
    data: dict[str, str | int | bool] = {"invoice": invoice.id, "amount": PRICE}
    return HistoryLine(seq=seq, at=float(invoice.starts), fact=Fact.INVOICE_PAID, by="sweep", data=data)


def _paid_by(number: int) -> str:
    return f"PAID{number:028d}"


def subscription_id(number: int) -> str:
    """The id of the subscription of this number."""
    return f"subscription{number:07d}"


def message(number: int) -> dict[str, Any]:
    """What wakes a worker for the subscription of this number, without a slot."""
    due = Due(kind=Kind.SUBSCRIPTION, id=subscription_id(number), due_at=DUE_AT)
    return {"messageId": due.id, "body": write_due(due)}
