"""What a handler may know of an API Gateway v2 or Function URL event: validated, never the raw event."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from portone_payments.domain.errors.common import InvalidRequest, PayloadTooLarge, Unauthenticated
from portone_payments.domain.errors.payments import OrderNotFound, PaymentNotFound
from portone_payments.domain.shared.keyed_hash import keyed_hash
from portone_payments.entry.rights import Caller

BODY_CAP = 16 * 1024
PAYMENT_ID = re.compile(r"[0-9A-Za-z]{1,64}")
ORDER_ID = re.compile(r"[0-9A-Za-z._:-]{1,64}")
INVOICE_ID = re.compile(r"[0-9]{1,9}")
_LIMIT_TEXT = re.compile(r"[1-9][0-9]?|100")
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_EXACT = 2**53
type BillingKeyId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,64}$")]
type PlanId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._:-]{1,64}$")]
# byte for byte as tokens carry it, and so never in a path: an HTTP API decodes those, some escapes twice
type UserId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$")]


class Body(BaseModel):
    """A request body: camelCase names, strict types, no unknown fields."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True, frozen=True)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, and once it is admitted, its caller."""

    event: Mapping[str, Any]
    admitted: Caller | None = None

    @property
    def id(self) -> str:
        """API Gateway's request id, for support."""
        return str(self._context.get("requestId", "-"))

    @property
    def route(self) -> str:
        """The route's template, such as `GET /payments/{paymentId}`: it holds no ids."""
        return str(self.event.get("routeKey", "-"))

    @property
    def caller(self) -> Caller:
        """The admitted caller. Raises `Unauthenticated` where there is none."""
        if self.admitted is None:
            raise Unauthenticated
        return self.admitted

    @property
    def user_id(self) -> str:
        """The user who calls. Raises `Unauthenticated` for any other caller."""
        if not self.caller.owner:
            raise Unauthenticated
        return self.caller.name

    @property
    def authorizer(self) -> Mapping[str, Any]:
        """What API Gateway vouches for."""
        found = self._context.get("authorizer")
        return found if isinstance(found, Mapping) else {}

    @property
    def account(self) -> str:
        """The AWS account the API is of."""
        return str(self._context.get("accountId", ""))

    @property
    def payment_id(self) -> str:
        """The path's paymentId. Raises `PaymentNotFound` for one that cannot be ours."""
        payment_id = self.path("paymentId")
        if not PAYMENT_ID.fullmatch(payment_id):
            raise PaymentNotFound
        return payment_id

    @property
    def order_id(self) -> str:
        """The path's orderId, unchecked; an impossible one is not found."""
        order_id = self.path("orderId")
        if not ORDER_ID.fullmatch(order_id):
            raise OrderNotFound
        return order_id

    @property
    def source_ip(self) -> str:
        """The caller's address as API Gateway saw it."""
        return str((self._context.get("http") or {}).get("sourceIp", ""))

    @property
    def method(self) -> str:
        """The HTTP method, in capitals."""
        return str((self._context.get("http") or {}).get("method", "")).upper()

    @property
    def limit(self) -> int:
        """How many items a page has: 1 to 100, 20 by default. Raises `InvalidRequest`."""
        text = self.query("limit")
        if text is None:
            return 20
        if not _LIMIT_TEXT.fullmatch(text):
            raise InvalidRequest(field="limit", reason="out_of_range")
        return int(text)

    def path(self, name: str) -> str:
        """A path parameter, decoded by API Gateway."""
        return str((self.event.get("pathParameters") or {}).get(name, ""))

    def query(self, name: str) -> str | None:
        """A query parameter, None when absent."""
        value = (self.event.get("queryStringParameters") or {}).get(name)
        return None if value is None else str(value)

    def status_url(self, path: str) -> str:
        """The path by which this caller asks again: under /ops or /staff for who came that way."""
        route = self.route.partition(" ")[2]
        door = next((each for each in ("/ops", "/staff") if route.startswith(f"{each}/")), "")
        return f"{door}{path}"

    def header(self, name: str) -> str | None:
        """A header by its lower-case name."""
        headers = self.event.get("headers") or {}
        return next((str(value) for key, value in headers.items() if str(key).lower() == name), None)

    @property
    def idempotency_key(self) -> str | None:
        """The client's Idempotency-Key: 1 to 255 printable characters. Raises `InvalidRequest`."""
        key = self.header("idempotency-key")
        if key is not None and not IDEMPOTENCY_KEY.fullmatch(key):
            raise InvalidRequest(field="Idempotency-Key", reason="malformed")
        return key

    def body[B: Body](self, model: type[B]) -> B:
        """The JSON body as `model`. Raises `InvalidRequest`, `PayloadTooLarge`."""
        try:
            return model.model_validate(self._json(), by_alias=True, by_name=False)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            field = ".".join(str(part) for part in first["loc"])[:64]
            raise InvalidRequest(field=field, reason=str(first["type"])) from None

    @property
    def has_body(self) -> bool:
        """Whether anything was sent."""
        return bool(self.event.get("body"))

    def body_hash(self) -> str:
        """A digest of the body's meaning, for bodies of ids: JSON equal up to spelling has the same one."""
        return hashlib.sha256(self._canonical()).hexdigest()

    def keyed_body_hash(self, key: str) -> str:
        """The same for bodies about a person: without the key a phone cannot be found by hashing them all."""
        return keyed_hash(key, self._canonical())

    def _canonical(self) -> bytes:
        return json.dumps(self._json(), sort_keys=True, separators=(",", ":")).encode()

    def _json(self) -> Any:
        try:
            return json.loads(
                self._raw(), object_pairs_hook=_unique, parse_constant=_no_constants, parse_float=_number
            )
        except (ValueError, RecursionError):
            raise InvalidRequest(field="body", reason="not_json") from None

    def _raw(self) -> str:
        body = self.event.get("body") or ""
        if len(body) > BODY_CAP * 4 // 3 + 4:
            raise PayloadTooLarge
        if not self.event.get("isBase64Encoded"):
            raw = body.encode("utf-8", "surrogatepass")
        else:
            try:
                raw = base64.b64decode(body, validate=True)
            except binascii.Error:
                raise InvalidRequest(field="body", reason="not_base64") from None
        if len(raw) > BODY_CAP:
            raise PayloadTooLarge
        return raw.decode("utf-8")

    @property
    def _context(self) -> Mapping[str, Any]:
        return self.event.get("requestContext") or {}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("the same name twice")
    return dict(pairs)


def _number(text: str) -> int | float:
    """2966.0 is the whole number it is for JSON Schema, as far as every JSON library tells it exactly."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) <= _EXACT else value


def _no_constants(constant: str) -> Any:
    raise ValueError(constant)
