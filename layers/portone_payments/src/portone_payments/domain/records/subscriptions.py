"""The records of recurring and planned charges. Amounts in minor units, times in epoch seconds UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portone_payments.domain.records.payments import HistoryLine
from portone_payments.domain.shared.calendar import Interval


@dataclass(frozen=True, slots=True)
class Consent:
    """The customer's consent to charges up to `amount`, in minor units; `given_at` in epoch seconds UTC.

    For each `interval`, and for this plan; None and "" for any.
    """

    amount: int
    given_at: float
    interval: Interval | None = None
    plan_id: str = ""
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What was agreed: `amount` before credit, balance, proration and discount, for each `interval`.

    `since`: the start of the invoice it was taken from; None where it was agreed by starting.
    """

    amount: int
    interval: Interval | None = None
    plan_id: str = ""
    since: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


class SubscriptionStatus(StrEnum):
    """Where a subscription, or an order in parts, stands.

    PENDING: its first period, or trial, begins later. TRIAL: its free trial runs. ACTIVE: nothing was
    declined. PAST_DUE: a charge was declined and is tried again. UNPAID: it was given up, or declined by its
    customer; nothing is charged until they say so. PAUSED: nothing is charged until it is resumed. ENDING: it
    ends with what is paid, which can be taken back. ENDED: for good. COMPLETED: every part is paid.
    """

    PENDING = "PENDING"
    TRIAL = "TRIAL"
    ACTIVE = "ACTIVE"
    PAST_DUE = "PAST_DUE"
    UNPAID = "UNPAID"
    PAUSED = "PAUSED"
    ENDING = "ENDING"
    ENDED = "ENDED"
    COMPLETED = "COMPLETED"


class EndReason(StrEnum):
    """Why a subscription has ended.

    DECLINED: its first charge was. UNPAID: dunning ended without money, by setting. REFUNDED: with the refund
    of a payment.
    """

    CUSTOMER = "customer"
    SHOP = "shop"
    DECLINED = "declined"
    UNPAID = "unpaid"
    ORDER_WITHDRAWN = "order_withdrawn"
    ACCOUNT_CLOSED = "account_closed"
    REFUNDED = "refunded"


class InvoiceKind(StrEnum):
    """What an invoice asks money for: a period, a plan change in the middle of one, a part of an order."""

    PERIOD = "period"
    PRORATION = "proration"
    PART = "part"


class InvoiceState(StrEnum):
    """The state of an invoice. WITHHELD: a consent is missing.

    UNPAID: given up, or declined by its customer; it may still be paid at their word. ENDED: it cannot be
    paid any more, since its money was refunded elsewhere before it was seen here.
    """

    OPEN = "OPEN"
    WITHHELD = "WITHHELD"
    PAID = "PAID"
    UNPAID = "UNPAID"
    VOID = "VOID"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceForAll:
    """A new price on its way to every subscriber of a plan, and how far it came.

    Minor units, epoch seconds UTC. `starts` is the KST midnight before whose day no period costs it; None:
    each one's next period. `shards` of the plan's subscribers are gone through twice; `again` the second
    time. `told` have it to come, `kept` what was chosen for themselves, `skipped` could not be told.
    """

    amount: int
    tax_free: int
    asked_at: float
    by: str
    shards: int
    starts: int | None = None
    again: bool = False
    shard: int = 0
    after: str | None = None
    told: int = 0
    kept: int = 0
    skipped: int = 0
    done_at: float | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the shop sells by the period; prices come from here, never from the app.

    `user_ids`: to whom alone it is offered, None to everybody. `group`: plans of which a user has one at a
    time; empty for the plan alone. `start_ahead_days`: how far ahead an app may let it begin.
    """

    plan_id: str
    name: str
    amount: int
    tax_free: int
    currency: str
    interval: Interval
    trial_days: int = 0
    anchor_day: int | None = None
    on_sale: bool = True
    user_ids: tuple[str, ...] | None = None
    group: str = ""
    start_ahead_days: int = 0
    price: PriceForAll | None = None
    tries: int = 0
    due_at: int | None = None
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """So much off for as many periods as are `left`: `percent`, or else `amount` in minor units.

    `counted` is the start (KST midnight) of the last period it was counted for: invoiced once more, as after
    a pause, that period is discounted once more and counted once.
    """

    left: int
    percent: int = 0
    amount: int = 0
    counted: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One amount to charge once, and every attempt to charge it.

    `price` is what was agreed for a whole `interval` of the plan, before everything. `amount` is what the
    days, or the part, cost, less what is `credited` of days already paid, less `discount` and `balance`: what
    was taken from the subscription's balance, or put to it where it is below 0. Minor units.

    `starts` and `ends` are the period's KST midnights; `due_at` is the next attempt. `payment_id` stays
    the same for every attempt, `series` counts the ids that PortOne's attempt limit forced on us, `earlier`
    are those. `asked` marks an attempt its customer requested just now: outside hours and the daily limit.
    `stood_until`: up to when `failed_at` and `due_at` leave out the times in which nothing could be sent.
    `refused_at`: since when dunning stands still for it: PortOne refuses *us*, or its subscription is paused.
    `method`: the saved method its customer named for the next attempt. `window_id`: the payment of the window
    in which it may be paid, number `windows`; a charge waits for it until `window_until`, then for a reading,
    and for as long as that is `in_doubt`.
    `declined_at`: its customer declined this part of an order. `waived_at`: the shop gave up its claim.
    `blocked_at`: its time came while an earlier part was unpaid.
    `lines`: of its subscription's history, those that left with it.
    """

    id: str
    kind: InvoiceKind
    name: str
    amount: int
    tax_free: int
    starts: int
    ends: int
    due_at: int
    price: int = 0
    interval: Interval | None = None
    plan_id: str = ""
    credited: int = 0
    discount: int = 0
    balance: int = 0
    balance_tax_free: int = 0
    state: InvoiceState = InvoiceState.OPEN
    asked: bool = False
    series: int = 1
    payment_id: str | None = None
    earlier: tuple[str, ...] = ()
    tries: int = 0
    tried_at: float | None = None
    failed_at: float | None = None
    stood_until: float | None = None
    refused_at: float | None = None
    code: str | None = None
    hard: bool = False
    withheld_at: float | None = None
    paid_by: str | None = None
    settled_at: float | None = None
    method: str | None = None
    window_id: str | None = None
    windows: int = 0
    window_until: int | None = None
    in_doubt: bool = False
    declined_at: float | None = None
    waived_at: float | None = None
    blocked_at: float | None = None
    lines: tuple[HistoryLine, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    @property
    def worth(self) -> int:
        """What its days, or its part, cost before anything comes off it, in minor units."""
        return self.amount + self.credited + self.discount + self.balance


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledInvoice:
    """An invoice that left its subscription after it was settled; it is back there before it changes."""

    subscription_id: str
    invoice: Invoice
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceToCome:
    """A price for all, in minor units; no period that begins before `starts` (epoch seconds UTC) has it."""

    amount: int
    tax_free: int
    starts: int
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A plan change: once invoice `invoice_id` is paid, or from the next period on where there is none.

    `not_before`: the KST midnight before which no period has it; None for the next one, whenever it begins.
    `begins`: the KST day from which periods are counted anew, for another interval at once. `credits`: what
    it gives back of each payment, in minor units; `lost`: what of that went back before it took place.
    `prices`: what its plan costs after it, soonest first.
    """

    plan_id: str
    name: str
    amount: int
    tax_free: int
    interval: Interval
    anchor_day: int | None = None
    group: str = ""
    not_before: int | None = None
    invoice_id: str | None = None
    by_customer: bool = False
    begins: str | None = None
    credits: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)
    prices: tuple[PriceToCome, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What taking an end back restores: the status `before`, the invoices it voided, the change it dropped.

    `asked_at` in epoch seconds UTC. `voided`: each invoice's state by its id. `pay_open`: what was open
    is still charged.
    """

    asked_at: float
    by: str
    because: EndReason
    before: SubscriptionStatus
    pay_open: bool = False
    voided: Mapping[str, InvoiceState] = field(default_factory=dict)
    change: Change | None = None
    set_aside: Change | None = None
    extra: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Charges of one user by one calendar, or by the parts of one order; one item, one version.

    `start` and `anchor_day` make the calendar (KST days). `next_number` is the first period without an
    invoice. `agreed` is what the customer agreed to last, by paying it or at the start. `balance` above 0 is
    the customer's, below 0 it is owed and joins the next invoice; `balance_tax_free` is its tax-free part.
    `credits`: what plan changes gave back of the newest payments, which goes when their money goes.
    `billing_key_id` None charges the user's default. `in_flight` is the invoice whose outcome is open.
    `starts_at` is the first day's KST midnight, or when it was made where that is today; `paid_until` the
    farthest end of what is paid, settled with 0 or on trial: no pause and no decline changes it. `ends_at` is
    set while it is ENDING, `end_asked_at` while it ends with the charge under way.
    `announced`: for the period that begins when, each kind of announcement was made last, and of which price.
    `resumed` is the KST day a pause ended: of that period only the rest is charged.
    `set_aside` is the change from the next period on that `change`, whose invoice is not paid yet, replaces.
    `group`: the plans of which its user has one at a time. `replaced_by` began in that group after this one
    was given up.
    `pays_with`: the saved method that paid or would pay when that was last recorded; None where none would.
    `unusable`: the assigned method, once a decline or another default showed that it pays no more.
    `stopped_for`: payments whose money somebody else took back, since `stopped_at`: nothing is collected
    until staff decides.
    `spent`: how much of each allowance its user has used (domain/shared/allowances.py).
    """

    subscription_id: str
    user_id: str
    plan_id: str
    name: str
    amount: int
    tax_free: int
    currency: str
    created_at: float
    start: str
    interval: Interval | None = None
    anchor_day: int | None = None
    trial_ends: int | None = None
    starts_at: int = 0
    paid_until: int | None = None
    order_id: str | None = None
    group: str = ""
    discount: Discount | None = None
    replaced_by: str | None = None
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE
    billing_key_id: str | None = None
    pays_with: str | None = None
    unusable: str | None = None
    stopped_for: tuple[str, ...] = ()
    stopped_at: float | None = None
    resumed: str | None = None
    next_number: int = 0
    invoices: Mapping[str, Invoice] = field(default_factory=dict)
    next_invoice: int = 1
    in_flight: str | None = None
    last_try_at: float | None = None
    agreed: Agreement | None = None
    consents: tuple[Consent, ...] = ()
    balance: int = 0
    balance_tax_free: int = 0
    credits: Mapping[str, int] = field(default_factory=dict)
    change: Change | None = None
    set_aside: Change | None = None
    resumes_at: int | None = None
    ends_at: int | None = None
    ended_at: float | None = None
    end_asked_at: float | None = None
    ended_because: EndReason | None = None
    ending: Ending | None = None
    announced: Mapping[str, int] = field(default_factory=dict)
    hash_version: int = 1
    spent: Mapping[str, int] = field(default_factory=dict)
    history: tuple[HistoryLine, ...] = ()
    next_seq: int = 1
    tries: int = 0
    due_at: int | None = None
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """The one place of a user in a plan group: who began there last, and since when its trial is used."""

    user_id: str
    group: str
    subscription_id: str
    trialled_at: float | None = None
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Up to when charges already sent use up the PG's rate, as of `at`; the one record of its kind."""

    until: float = 0.0
    at: float = 0.0
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)
