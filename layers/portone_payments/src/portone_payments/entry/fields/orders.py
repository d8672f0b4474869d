"""An order in a body: what the shop wants paid, and how."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.orders.parts import check_parts
from portone_payments.domain.records.payments import Order, OrderPart, OrderProduct, ProductType
from portone_payments.domain.shared.money import checked_amount, checked_tax_free
from portone_payments.domain.windows.buyer import NOBODY, Buyer
from portone_payments.entry.fields.buyers import BuyerBody, buyer_in
from portone_payments.entry.fields.closed import (
    AskedAmount,
    Currency,
    GiftCertificate,
    OrderMethod,
    PartOfAmount,
    ProductKind,
)
from portone_payments.entry.fields.dates import Day, Instant, checked_day, epoch_of
from portone_payments.entry.fields.names import Name, checked_name
from portone_payments.entry.fields.texts import Written
from portone_payments.entry.request import ORDER_ID, Body, UserId

MOST_PARTS = 60
MOST_PRODUCTS = 50
type Category = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z_]{1,40}$")]
type Link = Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[!-~]+$")]


class Amount(Body):
    """Minor units; `taxFree` is the tax-exempt part of `total`."""

    total: PartOfAmount
    tax_free: PartOfAmount = 0


class PartBody(Body):
    """One of the amounts an order is paid in, at once or at `dueAt`."""

    amount: AskedAmount
    tax_free_amount: PartOfAmount = 0
    due_at: Instant | None = None
    name: Name | None = None


class ProductBody(Body):
    """One of the things an order is of; the categories are those of Naver; `link` is where it is sold."""

    id: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,50}$")]
    name: Annotated[str, Written, StringConstraints(min_length=1, max_length=100, pattern=r"\S")]
    quantity: Annotated[int, Field(ge=1, le=10_000)]
    amount: PartOfAmount | None = None
    category_type: Category | None = None
    category_id: Category | None = None
    link: Link | None = None


class OrderBody(Body):
    """An order. `name` is at most 40 bytes in EUC-KR, the strictest PG's limit (PortOne facts 12.3).

    With `parts` it is paid by POST /schedules; they add up to it, also what is tax-free. The last six are
    what windows of some PGs need (docs/windows.md): an order that lacks it for one of its methods is refused.
    """

    user_id: UserId
    name: Name
    amount: Amount
    currency: Currency
    pay_methods: Annotated[
        list[OrderMethod], Field(min_length=1, max_length=10, json_schema_extra={"uniqueItems": True})
    ]
    item_kind: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,32}$")] | None = None
    expires_at: Instant | None = None
    parts: Annotated[tuple[PartBody, ...], Field(max_length=MOST_PARTS, strict=False)] = ()
    product_type: ProductKind | None = None
    buyer: BuyerBody | None = None
    products: Annotated[tuple[ProductBody, ...], Field(max_length=MOST_PRODUCTS, strict=False)] = ()
    last_day_of_use: Day | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    gift_certificate_type: GiftCertificate | None = None


def named_order(order_id: str) -> str:
    """The id in the path. Raises `InvalidRequest`."""
    if not ORDER_ID.fullmatch(order_id):
        raise InvalidRequest(field="orderId", reason="malformed")
    return order_id


def order_in(order_id: str, body: OrderBody, now: float) -> Order:
    """The order, created `now` (epoch seconds UTC). Raises `PartsDisagree`, `InvalidRequest`."""
    return Order(
        order_id=order_id,
        user_id=body.user_id,
        name=checked_name(body.name),
        total=checked_amount(body.amount.total, body.currency, field="amount.total", least=0),
        tax_free=_tax_free(body),
        currency=body.currency,
        pay_methods=_pay_methods(body.pay_methods),
        item_kind=body.item_kind,
        expires_at=None if body.expires_at is None else epoch_of(body.expires_at, "expiresAt"),
        parts=_parts(body),
        product_type=body.product_type and ProductType(body.product_type),
        products=tuple(OrderProduct(**product.model_dump()) for product in body.products),
        last_day_of_use=body.last_day_of_use
        and checked_day(body.last_day_of_use, "lastDayOfUse").isoformat(),
        country=body.country,
        gift_certificate_type=body.gift_certificate_type,
        created_at=now,
    )


def buyer_of_order(body: OrderBody) -> Buyer:
    """What is charged to a saved method opens no window, so that nobody asks who buys."""
    return NOBODY if body.parts else buyer_in(body.buyer)


def _tax_free(body: OrderBody) -> int:
    return checked_tax_free(body.amount.tax_free, body.amount.total, body.currency, field="amount.taxFree")


def _pay_methods(names: Sequence[str]) -> tuple[str, ...]:
    if len(set(names)) != len(names):
        raise InvalidRequest(field="payMethods", reason="repeated")
    return tuple(names)


def _parts(body: OrderBody) -> tuple[OrderPart, ...]:
    """Raises `PartsDisagree`, `InvalidRequest`."""
    parts = tuple(_part(part, body, f"parts.{number}") for number, part in enumerate(body.parts))
    check_parts(parts, total=body.amount.total, tax_free=body.amount.tax_free)
    return parts


def _part(part: PartBody, body: OrderBody, field: str) -> OrderPart:
    amount = checked_amount(part.amount, body.currency, field=f"{field}.amount")
    tax_free = checked_tax_free(part.tax_free_amount, amount, body.currency, field=f"{field}.taxFreeAmount")
    return OrderPart(
        amount=amount,
        tax_free=tax_free,
        due_at=None if part.due_at is None else epoch_of(part.due_at, f"{field}.dueAt"),
        name=checked_name(part.name, f"{field}.name") if part.name else "",
    )
