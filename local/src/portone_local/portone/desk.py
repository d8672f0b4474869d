"""What an operation of the REST API is given: the call, the desk it works at, the form of its body."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from portone_local.portone.billing.books import Billing
from portone_local.portone.exchange import Answer, ApiError
from portone_local.portone.identity.book import IdentityBook
from portone_local.portone.ledger import Ledger
from portone_local.portone.pg import Commands, PgRules, Refusal
from portone_local.portone.refunds import Refunds
from portone_local.portone.till import Till
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

    @property
    def payment_id(self) -> str:
        """The paymentId in the path."""
        return self.ids["paymentId"]


@dataclass(frozen=True)
class Desk:
    """What an operation works with: the books of one store, the PG behind it and the switches."""

    ledger: Ledger
    unknowns: Unknowns
    store_id: str
    sub_stores: frozenset[str]
    till: Till
    refunds: Refunds
    pg: PgRules
    commands: Commands
    identities: IdentityBook
    billing: Billing

    def check_store(self, store_id: str | None) -> None:
        """ApiError unless the credential may act for `store_id` (PortOne facts 1.3)."""
        if store_id not in {None, self.store_id, *self.sub_stores}:
            kind = "FORBIDDEN" if self.unknowns.foreign_store_is_forbidden else "UNAUTHORIZED"
            raise ApiError(kind, "the store is not yours")

    def check_payment(self, payment_id: str, store_id: str | None = None) -> None:
        """ApiError PAYMENT_NOT_FOUND where GET has nothing to answer."""
        self.visible(self.ledger.answer(payment_id), store_id)

    def visible(self, payment: dict[str, Any] | None, store_id: str | None) -> dict[str, Any]:
        """The payment as who asks for `store_id` sees it; ApiError PAYMENT_NOT_FOUND (by a switch, 1.3)."""
        asked = store_id or self.store_id
        hidden = not self.unknowns.other_stores_are_visible
        if payment is None or (hidden and payment["storeId"] != asked):
            raise ApiError("PAYMENT_NOT_FOUND", "결제 건이 존재하지 않습니다")
        return payment

    def check_shown(self, held_by: str | None, store_id: str | None, kind: str) -> None:
        """ApiError `kind` where what store `held_by` holds is not shown to who asks for `store_id` (1.3)."""
        hidden = not self.unknowns.other_stores_are_visible
        if hidden and held_by not in {None, store_id or self.store_id}:
            raise ApiError(kind, "다른 상점의 정보입니다")

    def refusal_of(self, operation: str) -> Refusal | None:
        """The PG's configured answer to this call; ApiError for a refusal of PortOne's own."""
        refusal = self.commands.refusal_of(operation)
        if refusal and refusal.kind != "PG_PROVIDER":
            raise ApiError(refusal.kind, "refused on command", **self._more(refusal))
        return refusal

    def _more(self, refusal: Refusal) -> dict[str, Any]:
        """What CHANNEL_SPECIFIC has beyond its type: here no channel succeeded."""
        if refusal.kind != "CHANNEL_SPECIFIC":
            return {}
        said = {"type": "PG_PROVIDER", "pgCode": refusal.pg_code, "pgMessage": refusal.pg_message}
        channels = [channel.as_answer() for channel in self.till.channels.values()]
        failures = [{**said, "channel": channel} for channel in channels]
        return {"failures": failures, "succeededChannels": []}


def _moment(value: Any) -> dt.datetime:
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("not a date-time with an offset")
    return moment


type Moment = Annotated[dt.datetime, BeforeValidator(_moment)]
"""A date-time of a body: RFC 3339 text, which a strict model would refuse."""


class Body(BaseModel):
    """A request body: no unlisted field, no null, no value of another type."""

    model_config = ConfigDict(strict=True, extra="forbid", alias_generator=to_camel)

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_absent(cls, value: Any) -> Any:
        if isinstance(value, dict) and None in value.values():
            raise ValueError("null")
        return value


def parsed[T: Body](model: type[T], body: bytes | str) -> T:
    """The body as `model`; ApiError INVALID_REQUEST where it does not fit."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise ApiError("INVALID_REQUEST", "요청된 입력 정보가 유효하지 않습니다") from error


def pg_error(refusal: Refusal) -> Answer:
    """The 502 that relays what the PG said (PortOne facts 10)."""
    extra = {"pgCode": refusal.pg_code, "pgMessage": refusal.pg_message}
    return ApiError("PG_PROVIDER", "PG사에서 오류를 전달했습니다", **extra).answer
