"""PUT /orders/{orderId}: the shop's backend stores what it wants paid (IAM)."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from portone_payments.domain.billing_errors import PartsDisagree
from portone_payments.domain.errors import InvalidRequest
from portone_payments.domain.money import checked_amount
from portone_payments.domain.records import Order, OrderPart
from portone_payments.entry.closed import AskedAmount, Currency, OrderMethod, PartOfAmount
from portone_payments.entry.days import Instant, epoch_of
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.names import Name, checked_name
from portone_payments.entry.port_deps import PortDeps
from portone_payments.entry.request import ORDER_ID, Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views import order_fields
from portone_payments.flows.orders import put_order

MOST_PARTS = 60
type UserId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$")]


class Amount(Body):
    """Minor units; `taxFree` is the tax-exempt part of `total`."""

    total: AskedAmount
    tax_free: PartOfAmount = 0


class PartBody(Body):
    """One of the amounts an order is paid in, at once or at `dueAt`."""

    amount: AskedAmount
    tax_free_amount: PartOfAmount = 0
    due_at: Instant | None = None
    name: Name | None = None


class OrderBody(Body):
    """An order. `name` is at most 40 bytes in EUC-KR, the strictest PG's limit (PortOne facts 12.3).

    With `parts` it is paid by POST /schedules; they add up to it, also what is tax-free.
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


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """Store the order, or answer the one that is stored."""
    order_id = request.path("orderId")
    if not ORDER_ID.fullmatch(order_id):
        raise InvalidRequest(field="orderId", reason="malformed")
    body = request.body(OrderBody)
    wanted = Order(
        order_id=order_id,
        user_id=body.user_id,
        name=checked_name(body.name),
        total=checked_amount(body.amount.total, body.currency, field="amount.total"),
        tax_free=_tax_free(body),
        currency=body.currency,
        pay_methods=_pay_methods(body.pay_methods),
        item_kind=body.item_kind,
        expires_at=None if body.expires_at is None else epoch_of(body.expires_at, "expiresAt"),
        parts=_parts(body),
        created_at=deps.clock.now(),
    )
    return answer(200, order_fields(put_order(wanted, store=deps.store)))


def _tax_free(body: OrderBody) -> int:
    tax_free = checked_amount(body.amount.tax_free, body.currency, field="amount.taxFree", least=0)
    if tax_free > body.amount.total:
        raise InvalidRequest(field="amount.taxFree", reason="above_total")
    return tax_free


def _pay_methods(names: Sequence[str]) -> tuple[str, ...]:
    if len(set(names)) != len(names):
        raise InvalidRequest(field="payMethods", reason="repeated")
    return tuple(names)


def _parts(body: OrderBody) -> tuple[OrderPart, ...]:
    """Together exactly the order, one after the other. Raises `PartsDisagree`, `InvalidRequest`."""
    parts = tuple(_part(part, body, f"parts.{number}") for number, part in enumerate(body.parts))
    due = [part.due_at or 0 for part in parts]
    total = (sum(part.amount for part in parts), sum(part.tax_free for part in parts))
    if parts and (total != (body.amount.total, body.amount.tax_free) or due != sorted(due)):
        raise PartsDisagree
    return parts


def _part(part: PartBody, body: OrderBody, field: str) -> OrderPart:
    amount = checked_amount(part.amount, body.currency, field=f"{field}.amount")
    tax_free = checked_amount(part.tax_free_amount, body.currency, field=f"{field}.taxFreeAmount", least=0)
    if tax_free > amount:
        raise InvalidRequest(field=f"{field}.taxFreeAmount", reason="above_total")
    return OrderPart(
        amount=amount,
        tax_free=tax_free,
        due_at=None if part.due_at is None else epoch_of(part.due_at, f"{field}.dueAt"),
        name=checked_name(part.name, f"{field}.name") if part.name else "",
    )


handler = HttpHandler(route, needs=("store",))
