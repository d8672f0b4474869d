"""The shapes of answers about saved payment methods, plans and subscriptions."""

from typing import Annotated, Literal, NotRequired, TypedDict

from pydantic import Field, RootModel, with_config

from portone_local.openapi.answers import Checkout, CustomData, Customer
from portone_local.openapi.refund_answers import RefundSummary
from portone_local.openapi.shapes import CLOSED, Cursor, Minor, Time
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.records.subscriptions import EndReason, InvoiceKind, SubscriptionStatus
from portone_payments.domain.shared.calendar import Unit
from portone_payments.domain.subscriptions.ahead import ChargeWaitsFor
from portone_payments.entry.fields.closed import BillingMethod, Currency

type KeyState = Annotated[
    Literal["PENDING", "CHECKING", "ACTIVE", "REFUSED", "DELETING", "DELETED", "LAPSED"],
    Field(description="LAPSED: nobody came back from the window. Only ACTIVE is charged"),
]
type WaitsFor = Literal["payment", "portone"]
type InvoiceState = Annotated[
    Literal["OPEN", "WITHHELD", "UNKNOWN", "PAID", "UNPAID", "VOID", "ENDED"],
    Field(
        description=(
            "OPEN: to be charged. WITHHELD: a consent is missing. UNKNOWN: its charge has no outcome yet. "
            "UNPAID: given up or declined, still payable. VOID: asked for no more. "
            "ENDED: paid, and the money went back elsewhere"
        )
    ),
]
type Advice = Literal["retry_later", "other_method"]


@with_config(CLOSED)
class IssueMark(TypedDict):
    """The mark by which this issue is recognised at PortOne."""

    bundle: str
    issue_id: str


@with_config(CLOSED)
class IssueWindow(TypedDict):
    """What `PortOne.requestIssueBillingKey` needs, or `...AndPay` with an order; hand it over unchanged."""

    billing_key_id: str
    store_id: str
    channel_key: str
    issue_id: str
    issue_name: str
    customer: Customer
    custom_data: IssueMark | CustomData
    billing_key_method: NotRequired[BillingMethod]
    billing_key_and_pay_method: NotRequired[Literal["MOBILE"]]
    product_type: NotRequired[str]
    ui_type: NotRequired[str]
    payment_id: NotRequired[str]
    order_name: NotRequired[str]
    total_amount: NotRequired[Minor]
    tax_free_amount: NotRequired[Minor]
    currency: NotRequired[Currency]
    redirect_url: NotRequired[str]
    app_scheme: NotRequired[str]
    notice_urls: NotRequired[list[str]]


@with_config(CLOSED)
class SavedMethod(TypedDict):
    """How a saved payment method is recognised by its owner; the number is masked."""

    type: PayMethod
    provider: str | None
    card_name: str | None
    issuer: str | None
    brand: str | None
    number: str | None


@with_config(CLOSED)
class BillingKey(TypedDict):
    """A saved payment method; the key itself is never shown."""

    billing_key_id: str
    state: KeyState
    default: bool
    pay_method: BillingMethod
    method: SavedMethod | None
    payment_id: str | None
    code: str | None
    created_at: Time
    issued_at: Time | None


@with_config(CLOSED)
class OpenBillingKey(BillingKey):
    """A saved payment method that is not registered, or not deleted, yet."""

    status_url: str
    waits_for: WaitsFor


@with_config(CLOSED)
class Paying(TypedDict):
    """What a deleted method paid, and which one pays it now."""

    subscription_id: str
    pays_with: Annotated[str | None, Field(description="null where no method does")]


@with_config(CLOSED)
class DeletedBillingKey(BillingKey):
    """A saved payment method that is gone."""

    pays: list[Paying]


@with_config(CLOSED)
class LeavingBillingKey(OpenBillingKey):
    """A saved payment method that is not deleted yet."""

    pays: list[Paying]


@with_config(CLOSED)
class BillingKeys(TypedDict):
    """The saved payment methods that can be charged or are on their way."""

    items: list[BillingKey]


@with_config(CLOSED)
class Interval(TypedDict):
    """How long a period is."""

    unit: Unit
    count: int


@with_config(CLOSED)
class PriceForAll(TypedDict):
    """A new price, and how many of the plan's subscribers were told so far."""

    amount: Minor
    tax_free_amount: Minor
    starts_at: Annotated[Time | None, Field(description="null: with each one's next period")]
    asked_at: Time
    told: int
    kept: Annotated[int, Field(description="whose next price was chosen for themselves")]
    skipped: Annotated[int, Field(description="who could not be told; the same call again tries them")]
    done_at: Time | None


@with_config(CLOSED)
class Plan(TypedDict):
    """What the shop sells by the period; `userIds` and `price` are shown to the shop alone."""

    plan_id: str
    name: str
    amount: Minor
    tax_free_amount: Minor
    currency: Currency
    interval: Interval
    trial_days: int
    anchor_day: int | None
    on_sale: bool
    group: Annotated[str, Field(description="a user has one plan of a group at a time")]
    start_ahead_days: int
    user_ids: NotRequired[Annotated[list[str] | None, Field(description="to whom alone it is offered")]]
    price: NotRequired[Annotated[PriceForAll | None, Field(description="the last new price for all")]]


@with_config(CLOSED)
class OpenPlan(Plan):
    """A plan whose subscribers are still being told of a new price."""

    status_url: str


@with_config(CLOSED)
class NextPlan(TypedDict):
    """The plan from the next period on, or once its difference is paid."""

    plan_id: str
    name: str
    amount: Minor


@with_config(CLOSED)
class Invoice(TypedDict):
    """One amount that is asked for once; UNKNOWN while a charge has no outcome."""

    invoice_id: str
    kind: InvoiceKind
    name: str
    state: InvoiceState
    amount: Minor
    tax_free_amount: Minor
    price: Annotated[int, Field(ge=0, description="of a whole period, before everything")]
    credited: Annotated[int, Field(description="of days paid already, set off by a plan change")]
    discount: Minor
    balance: Annotated[int, Field(description="taken from the balance; below 0: put to it")]
    starts_at: Time
    ends_at: Time
    due_at: Time | None
    payment_id: str | None
    tries: int
    tried_at: Time | None
    settled_at: Time | None
    advice: Annotated[Advice | None, Field(description="after a charge was declined")]
    declined_at: Annotated[Time | None, Field(description="when its customer declined this part")]
    blocked_by: Annotated[str | None, Field(description="the earlier part of the order to be paid first")]


@with_config(CLOSED)
class Invoices(TypedDict):
    """One page of invoices, newest first."""

    items: list[Invoice]
    cursor: Cursor


@with_config(CLOSED)
class Subscription(TypedDict):
    """A subscription, or an order paid in parts: open invoices, those of the running period, some owed ones.

    Newest first; all of them have a list of their own.
    """

    subscription_id: str
    status: SubscriptionStatus
    plan_id: str | None
    order_id: str | None
    name: str
    amount: Minor
    tax_free_amount: Minor
    currency: Currency
    interval: Interval | None
    anchor_day: int | None
    created_at: Time
    trial_ends_at: Time | None
    resumes_at: Time | None
    next_charge_at: Annotated[
        Time | None, Field(description="the next charge, if nothing happens until then")
    ]
    next_charge_amount: Annotated[
        int | None, Field(ge=0, description="what it asks, exactly; with `waitsFor`, what it would ask")
    ]
    waits_for: Annotated[ChargeWaitsFor | None, Field(description="why no charge comes by itself")]
    starts_at: Annotated[Time, Field(description="PENDING until then")]
    paid_until: Annotated[
        Time | None, Field(description="the end of what is paid, settled with 0, or on trial")
    ]
    ends_at: Annotated[Time | None, Field(description="when it ends, or has ended")]
    ended_because: EndReason | None
    cancelling: Annotated[bool, Field(description="ends once the charge under way has an outcome")]
    billing_key_id: Annotated[str | None, Field(description="null charges the default")]
    balance: Annotated[int, Field(description="above 0 is the customer's, below 0 is owed")]
    pays_with: Annotated[str | None, Field(description="the method that would be charged now")]
    consented_at: Time | None
    next_plan: NextPlan | None
    invoices: list[Invoice]


@with_config(CLOSED)
class OpenSubscription(Subscription):
    """A subscription of which a charge has no outcome yet; it is looked after without being asked."""

    status_url: str


@with_config(CLOSED)
class RestRefund(RefundSummary):
    """What goes back of one payment of a subscription that staff ended."""

    payment_id: str


@with_config(CLOSED)
class EndedSubscription(Subscription):
    """One that was to end; `refunds` where staff pays back what is not used of it."""

    refunds: NotRequired[list[RestRefund]]


@with_config(CLOSED)
class EndingSubscription(OpenSubscription):
    """One of which a charge, or a refund of what is not used, has no outcome yet."""

    refunds: NotRequired[list[RestRefund]]


class PaidOrWindow(RootModel[Subscription | Checkout]):
    """The subscription after its invoice was charged; for a window, what `PortOne.requestPayment` needs."""


@with_config(CLOSED)
class Subscriptions(TypedDict):
    """One page of subscriptions and schedules."""

    items: list[Subscription]
    cursor: Cursor


@with_config(CLOSED)
class Preview(TypedDict):
    """What another plan costs now: `charge` less `credit`, `discount` and `balance`; and what follows."""

    charge: Minor
    credit: Minor
    discount: Minor
    balance: Annotated[int, Field(description="taken from the balance; below 0: put to it")]
    due: Minor
    credited: Annotated[int, Field(ge=0, description="kept for later invoices")]
    next_amount: Minor
    next_at: Time | None
