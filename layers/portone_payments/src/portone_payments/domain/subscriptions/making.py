"""The one maker of invoices: what the days cost, less discount and balance; a sum too small to charge waits.

For periods, what is left of one, plan changes and the parts of an order; a preview shows what it made (rule
11.6).
"""

from dataclasses import dataclass, replace

from portone_payments.domain.records.subscriptions import Invoice, InvoiceKind, Subscription
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.proration import tax_free_share


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the days or the part cost, less what is `credited` of days already paid, and less a discount.

    Minor units; each `tax_free` is the tax-free part of what it is named with.
    """

    worth: int
    tax_free: int
    credited: int = 0
    credited_tax_free: int = 0
    discount: int = 0

    @property
    def left(self) -> int:
        """What that comes to; below 0 where more was paid already."""
        return self.worth - self.credited - self.discount

    @property
    def left_tax_free(self) -> int:
        """How much of it is tax-free, each part by what it is for: so it may lie outside of what is left."""
        discounted = tax_free_share(self.discount, self.worth, self.tax_free)
        return self.tax_free - self.credited_tax_free - discounted


def made(subscription: Subscription, blank: Invoice, cost: Cost, policy: BillingPolicy) -> Invoice:
    """The invoice with its amount: 0 below the smallest charge, what is left of it then joins the balance.

    What is owed joins an invoice; a cheaper plan asks for none of it. A tax-free part that does not fit into
    the amount waits in the balance too, so that all amounts together have that of all they were for.
    """
    left, free = cost.left, cost.left_tax_free
    wanted = left - subscription.balance
    asks = left > 0 or blank.kind is not InvoiceKind.PRORATION
    amount = wanted if asks and wanted >= policy.least(subscription.currency) else 0
    tax_free = min(max(0, free - subscription.balance_tax_free), amount)
    return replace(
        blank,
        amount=amount,
        tax_free=tax_free,
        credited=cost.credited,
        discount=cost.discount,
        balance=left - amount,
        balance_tax_free=free - tax_free,
    )
