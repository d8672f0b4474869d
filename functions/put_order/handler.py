"""PUT /orders/{orderId}: the shop's backend stores what it wants paid (IAM)."""

import codecs
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from portone_payments.domain.errors import InvalidRequest
from portone_payments.domain.money import checked_amount
from portone_payments.domain.records import Order
from portone_payments.domain.snapshot import PayMethod
from portone_payments.entry.deps import Deps
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import ORDER_ID, Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views import order_fields
from portone_payments.flows.orders import put_order

NAME_BYTES = 40
EUC_KR = codecs.lookup("euc-kr")  # here, or the first order would import it
type UserId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$")]


class Amount(Body):
    """Minor units; `taxFree` is the tax-exempt part of `total`."""

    total: int
    tax_free: int = 0


class OrderBody(Body):
    """An order. `name` is at most 40 bytes in EUC-KR, the strictest PG's limit (PortOne facts 12.3)."""

    user_id: UserId
    name: Annotated[str, StringConstraints(min_length=1, max_length=NAME_BYTES)]
    amount: Amount
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    pay_methods: Annotated[list[str], Field(min_length=1, max_length=10)]
    item_kind: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,32}$")] | None = None
    expires_at: Annotated[str, StringConstraints(max_length=40)] | None = None


def route(request: Request, deps: Deps) -> dict[str, Any]:
    """Store the order, or answer the one that is stored."""
    order_id = request.path("orderId")
    if not ORDER_ID.fullmatch(order_id):
        raise InvalidRequest(field="orderId", reason="malformed")
    body = request.body(OrderBody)
    wanted = Order(
        order_id=order_id,
        user_id=body.user_id,
        name=_name(body.name),
        total=checked_amount(body.amount.total, body.currency, field="amount.total"),
        tax_free=_tax_free(body),
        currency=body.currency,
        pay_methods=_pay_methods(body.pay_methods),
        item_kind=body.item_kind,
        expires_at=_expiry(body.expires_at),
        created_at=deps.clock.now(),
    )
    return answer(200, order_fields(put_order(wanted, store=deps.store)))


def _name(name: str) -> str:
    """Refused, never cut (money rule 1)."""
    try:
        size = len(EUC_KR.encode(name)[0])
    except UnicodeEncodeError:
        raise InvalidRequest(field="name", reason="not_euc_kr") from None
    if size > NAME_BYTES or not name.isprintable() or not name.strip():
        raise InvalidRequest(field="name", reason="too_long_or_unprintable")
    return name


def _tax_free(body: OrderBody) -> int:
    tax_free = checked_amount(body.amount.tax_free, body.currency, field="amount.taxFree", least=0)
    if tax_free > body.amount.total:
        raise InvalidRequest(field="amount.taxFree", reason="above_total")
    return tax_free


def _pay_methods(names: list[str]) -> tuple[str, ...]:
    known = {method.value for method in PayMethod} - {PayMethod.UNRECOGNISED.value}
    if not set(names) <= known or len(set(names)) != len(names):
        raise InvalidRequest(field="payMethods", reason="unknown_or_repeated")
    return tuple(names)


def _expiry(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(field="expiresAt", reason="not_rfc3339") from None
    if moment.tzinfo is None:
        raise InvalidRequest(field="expiresAt", reason="no_time_zone")
    return int(moment.timestamp())


handler = HttpHandler(route, needs=("store",))
