"""The shapes of our answers, for docs/openapi.json. The fuzz holds every answer against them, both ways."""

from typing import Annotated, NotRequired, TypedDict

from pydantic import Field, with_config

from portone_local.openapi.receipt_answers import Approval
from portone_local.openapi.refund_answers import RefundSummary
from portone_local.openapi.shapes import CLOSED, Cursor, Minor, Time
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.records.payments import Status
from portone_payments.entry.fields.closed import Currency, GiftCertificate, OrderMethod, ProductKind


@with_config(CLOSED)
class OrderAmount(TypedDict):
    """What an order costs; `taxFree` is the tax-exempt part of `total`."""

    total: Minor
    tax_free: Minor


@with_config(CLOSED)
class PaymentAmount(TypedDict):
    """What was asked, what was really charged and what went back."""

    total: Minor
    tax_free: Minor
    paid: Minor
    cancelled: Minor


@with_config(CLOSED)
class PaidWith(TypedDict):
    """How the buyer paid."""

    type: PayMethod
    provider: str | None


@with_config(CLOSED)
class Account(TypedDict):
    """Where to deposit, while a virtual account waits for it."""

    bank: str | None
    number: str
    holder: str | None
    due_at: Time | None


@with_config(CLOSED)
class Payment(TypedDict):
    """A payment as its owner sees it."""

    payment_id: str
    order_id: str
    order_name: str
    status: Status
    amount: PaymentAmount
    currency: Currency
    created_at: Time
    expires_at: Time
    status_changed_at: Time
    late: Annotated[bool, Field(description="paid after it was no longer offered")]
    paid_at: NotRequired[Time]
    receipt_url: NotRequired[str]
    pay_method: NotRequired[PaidWith]
    refunds: NotRequired[list[RefundSummary]]
    approval: NotRequired[Approval]
    virtual_account: NotRequired[Account]


@with_config(CLOSED)
class UnreadPayment(Payment):
    """A payment PortOne did not tell us about in time; it is looked at again without being asked."""

    status_url: str


@with_config(CLOSED)
class Payments(TypedDict):
    """One page of payments."""

    items: list[Payment]
    cursor: Cursor


@with_config(CLOSED)
class OrderPart(TypedDict):
    """One of the amounts an order is paid in; at once where there is no time."""

    amount: Minor
    tax_free_amount: Minor
    due_at: Time | None
    name: str | None


@with_config(CLOSED)
class OrderProduct(TypedDict):
    """One of the things an order is of."""

    id: str
    name: str
    quantity: int
    amount: Minor | None
    link: str | None
    category_type: str | None
    category_id: str | None


@with_config(CLOSED)
class Order(TypedDict):
    """An order as it was stored."""

    order_id: str
    user_id: str
    name: str
    amount: OrderAmount
    currency: Currency
    pay_methods: list[OrderMethod]
    item_kind: str | None
    expires_at: Time | None
    parts: NotRequired[list[OrderPart]]
    product_type: NotRequired[ProductKind]
    products: NotRequired[list[OrderProduct]]
    last_day_of_use: NotRequired[str]
    country: NotRequired[str]
    gift_certificate_type: NotRequired[GiftCertificate]
    subscription_id: NotRequired[str]
    withdrawn_at: NotRequired[Time]
    withdrawn_by: NotRequired[str]


@with_config(CLOSED)
class OrderWithPayment(Order):
    """An order and the payment that settled it or may still do so.

    Of one that is paid in parts, what is still owed; what went back of a part stands in its payment.
    """

    payment: Payment | None
    paid_total: Minor
    cancelled_total: NotRequired[Minor]
    outstanding_total: NotRequired[Minor]


@with_config(CLOSED)
class OpenOrder(OrderWithPayment):
    """A withdrawn order whose virtual account PortOne has not said to be closed; it is asked again."""

    status_url: str


@with_config(CLOSED)
class Customer(TypedDict):
    """Who pays: by what name the PG knows them, and what it asks for of whom the order names as buyer."""

    customer_id: str
    full_name: NotRequired[str]
    email: NotRequired[str]
    phone_number: NotRequired[str]
    birth_year: NotRequired[str]
    birth_month: NotRequired[str]
    birth_day: NotRequired[str]


@with_config(CLOSED)
class AccountExpiry(TypedDict):
    """When an account stops taking money, as the PG writes it."""

    due_date: str


@with_config(CLOSED)
class AccountWindow(TypedDict):
    """What a window that issues a virtual account is handed."""

    account_expiry: AccountExpiry


@with_config(CLOSED)
class GiftWindow(TypedDict):
    """What a window for gift certificates is handed."""

    gift_certificate_type: str


type OfChannel = Annotated[dict[str, object], Field(description="as Channels says it of the channel")]


class Window(TypedDict):
    """What the window of a pay method is handed beyond what every window is."""

    customer: Customer
    product_type: NotRequired[Annotated[str, Field(description="REAL or DIGITAL, as the SDK says it")]]
    virtual_account: NotRequired[AccountWindow]
    gift_certificate: NotRequired[GiftWindow]
    country: NotRequired[str]
    ui_type: NotRequired[str]
    bypass: NotRequired[Annotated[dict[str, object], Field(description="what one PG alone asks for")]]
    store_details: NotRequired[OfChannel]
    easy_pay: NotRequired[OfChannel]
    alipay_plus: NotRequired[OfChannel]
    order_description: NotRequired[str]
    card: NotRequired[OfChannel]
    window_type: NotRequired[OfChannel]
    locale: NotRequired[str]
    merpay_category_id: NotRequired[str]


@with_config(CLOSED)
class Offer(Window):
    """A pay method, the channel it goes through, and what its window is handed."""

    pay_method: OrderMethod
    channel_key: str


@with_config(CLOSED)
class CustomData(TypedDict):
    """The mark by which this payment is recognised at PortOne."""

    bundle: str
    order_id: str


@with_config(CLOSED)
class Checkout(Window):
    """What `PortOne.requestPayment` needs; hand it over unchanged, with the offer the buyer chose on top."""

    payment_id: str
    status: Status
    expires_at: Time
    store_id: str
    channel_key: str
    pay_method: OrderMethod
    pay_methods: list[Offer]
    order_name: str
    total_amount: Minor
    tax_free_amount: Minor
    currency: Currency
    custom_data: CustomData
    redirect_url: NotRequired[str]
    app_scheme: NotRequired[str]
    notice_urls: NotRequired[list[str]]
