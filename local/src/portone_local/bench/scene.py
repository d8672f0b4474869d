"""Subscriptions that fall due in the same minute, each of a customer with a saved card."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from portone_local.portone import FakePortOne
from portone_payments.adapters.aws.queue import write_due
from portone_payments.domain.records.billing_keys import KeyState, SavedKey, Wallet
from portone_payments.domain.records.subscriptions import Agreement, Subscription
from portone_payments.domain.shared.calendar import HOUR, Interval, Unit, kst_midnight
from portone_payments.domain.windows.customer import customer_id
from portone_payments.flows.billing_keys.readings import key_context
from portone_payments.ports.store import Due, Kind, Store
from portone_payments.ports.world import Vault

PRICE = 9_900
MONTH_AGO, TODAY = date(2025, 12, 15), date(2026, 1, 15)
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
            self.store.save(self._wallet(user, issue))
            self.store.save(self._subscription(number, user))

    def _wallet(self, user: str, issue: str) -> Wallet:
        customer = customer_id(user, {1: "bench"})
        issued = self.portone.buyer.issue_billing_key(issue_id=issue, customer_id=customer)
        key = SavedKey(
            id=issue,
            created_at=float(kst_midnight(MONTH_AGO)),
            pay_method="CARD",
            customer_id=customer,
            state=KeyState.ACTIVE,
            sealed=self.vault.encrypt(issued.billing_key, context=key_context(user, issue)),
        )
        return Wallet(user_id=user, keys={issue: key}, default=issue)

    def _subscription(self, number: int, user: str) -> Subscription:
        """A monthly one whose first period was paid elsewhere; the second begins today."""
        return Subscription(
            subscription_id=subscription_id(number),
            user_id=user,
            plan_id="plan-1",
            name="구독",
            amount=PRICE,
            tax_free=0,
            currency="KRW",
            created_at=float(kst_midnight(MONTH_AGO)),
            start=MONTH_AGO.isoformat(),
            interval=Interval(Unit.MONTH, 1),
            agreed=Agreement(amount=PRICE, since=kst_midnight(MONTH_AGO)),
            next_number=1,
            due_at=self.due_at,
        )


def subscription_id(number: int) -> str:
    """The id of the subscription of this number."""
    return f"subscription{number:07d}"


def message(number: int) -> dict[str, Any]:
    """What wakes a worker for the subscription of this number, without a slot."""
    due = Due(kind=Kind.SUBSCRIPTION, id=subscription_id(number), due_at=DUE_AT)
    return {"messageId": due.id, "body": write_due(due)}
