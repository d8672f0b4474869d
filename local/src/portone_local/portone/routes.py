"""The REST operations the fake knows: one function and one row of the table each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from portone_local.portone.checkout import Checkout
from portone_local.portone.exchange import Answer, ApiError, as_json
from portone_local.portone.ledger import Attempt, Ledger, PaymentRecord, PreRegistration
from portone_local.portone.unknowns import Unknowns


@dataclass(frozen=True)
class ApiCall:
    """An authorised call: decoded path ids, query, raw body, time of effect, how far behind a GET reads."""

    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    at: float
    as_of: float | None = None
    lag: int = 0


@dataclass(frozen=True)
class Desk:
    """What an operation works with: the books of one store and the switches."""

    ledger: Ledger
    unknowns: Unknowns
    store_id: str

    def check_store(self, store_id: str | None) -> None:
        """ApiError unless the credential may act for `store_id` (PortOne facts 1.3)."""
        if store_id not in (None, self.store_id):
            kind = "FORBIDDEN" if self.unknowns.foreign_store_is_forbidden else "UNAUTHORIZED"
            raise ApiError(kind, "the store is not yours")


class _PreRegisterBody(BaseModel):
    """PreRegisterPaymentBody: every field optional, none other (PortOne facts 2)."""

    model_config = ConfigDict(strict=True, extra="forbid", alias_generator=to_camel)

    store_id: str | None = None
    total_amount: int | None = Field(default=None, ge=0, lt=2**63)
    tax_free_amount: int | None = Field(default=None, ge=0, lt=2**63)
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_absent(cls, value: Any) -> Any:
        if isinstance(value, dict) and None in value.values():
            raise ValueError("null")
        return value


def get_payment(desk: Desk, call: ApiCall) -> Answer:
    """`GET /payments/{paymentId}` (PortOne facts 3)."""
    desk.check_store(call.query.get("storeId"))
    payment = desk.ledger.answer(call.ids["paymentId"], as_of=call.as_of, lag=call.lag)
    if payment is None:
        raise ApiError("PAYMENT_NOT_FOUND", "결제 건이 존재하지 않습니다")
    return as_json(payment)


def pre_register(desk: Desk, call: ApiCall) -> Answer:
    """`POST /payments/{paymentId}/pre-register` (PortOne facts 2)."""
    try:
        body = _PreRegisterBody.model_validate_json(call.body)
    except ValidationError as error:
        raise ApiError("INVALID_REQUEST", "요청된 입력 정보가 유효하지 않습니다") from error
    desk.check_store(body.store_id)
    with desk.ledger.changing(call.ids["paymentId"], call.at) as (record, at):
        if record.paid_attempt:
            raise ApiError("ALREADY_PAID", "결제가 이미 완료되었습니다")
        if record.pre_registered is None or desk.unknowns.second_pre_register_overwrites:
            record.pre_registered = PreRegistration(body.total_amount, body.tax_free_amount, body.currency)
        if desk.unknowns.pre_registered_is_visible and all(entry.placeholder for entry in record.attempts):
            record.attempts[:] = [_placeholder(desk, record, at)]
    return as_json({})


def _placeholder(desk: Desk, record: PaymentRecord, at: float) -> Attempt:
    registered = record.pre_registered or PreRegistration()
    checkout = Checkout(
        amount=registered.total or 0,
        currency=registered.currency or "KRW",
        tax_free=registered.tax_free or 0,
        order_name="",
        customer={},
        channel=None,
        store_id=desk.store_id,
        platform="API",
    )
    known = record.attempts[0].transaction_id if record.attempts else desk.ledger.new_id()
    return Attempt(known, checkout, at, at, window_open=False, placeholder=True)


@dataclass(frozen=True)
class Route:
    """One operation: our name, PortOne's operationId, its method and path template."""

    operation: str
    operation_id: str
    method: str
    template: str
    act: Callable[[Desk, ApiCall], Answer]

    def ids_in(self, path: str) -> dict[str, str] | None:
        """Decoded path ids when `path`, still percent-encoded, fits the template; `%2F` stays in its id."""
        parts, wanted = path.split("/"), self.template.split("/")
        if len(parts) != len(wanted):
            return None
        pairs = list(zip(wanted, parts, strict=True))
        if any(not part if want.startswith("{") else part != want for want, part in pairs):
            return None
        return {want.strip("{}"): _decoded(part) for want, part in pairs if want.startswith("{")}


ROUTES = (
    Route("get_payment", "getPayment", "GET", "/payments/{paymentId}", get_payment),
    Route("pre_register", "preRegisterPayment", "POST", "/payments/{paymentId}/pre-register", pre_register),
)


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The operation that `method` and `path` ask for, with its path ids."""
    for route in ROUTES:
        ids = route.ids_in(path) if route.method == method else None
        if ids is not None:
            return route, ids
    return None


def _decoded(part: str) -> str:
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError as error:
        raise ApiError("INVALID_REQUEST", "the path is not UTF-8") from error
