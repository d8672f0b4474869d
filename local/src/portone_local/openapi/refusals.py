"""Error answers, each written down once and referred to."""

from typing import Any, NotRequired, TypedDict

from pydantic import with_config

from portone_local.openapi.shapes import CLOSED
from portone_payments.domain.windows.given import Need
from portone_payments.entry.fields.closed import OrderMethod
from portone_payments.entry.messages.catalogue import Action
from portone_payments.entry.messages.errors import MESSAGES

SCHEMAS = "#/components/schemas/"
BY_GATEWAY = "API Gateway itself."
RETRY_AFTER = {"schema": {"type": "string", "pattern": "^[0-9]+$"}, "description": "seconds"}
NO_STORE = {"schema": {"type": "string", "const": "no-store"}, "description": "every answer of ours is new"}
# what is worth sending again, after the seconds it says
WAITING = frozenset({Action.WAIT, Action.RETRY})


@with_config(CLOSED)
class Message(TypedDict):
    """The same sentence for a person, twice."""

    ko: str
    en: str


@with_config(CLOSED)
class Details(TypedDict):
    """What an error may say beyond its code."""

    field: NotRequired[str]
    reason: NotRequired[str]
    payment_id: NotRequired[str]
    refund_id: NotRequired[str]
    subscription_id: NotRequired[str]
    balance: NotRequired[int]
    amount: NotRequired[int]
    status: NotRequired[str]
    pay_method: NotRequired[OrderMethod]
    missing: NotRequired[list[Need]]
    allowance: NotRequired[str]


@with_config(CLOSED)
class ErrorBody(TypedDict):
    """Go by `code`, which is stable; `retryable`: the same request may be sent again.

    `message` says why where that is known, `action` what to offer next; support asks for `requestId`.
    """

    code: str
    message: Message
    action: Action
    retryable: bool
    request_id: str
    details: NotRequired[Details]


@with_config(CLOSED)
class Error(TypedDict):
    """Every refusal of ours."""

    error: ErrorBody


@with_config(CLOSED)
class GatewayMessage(TypedDict):
    """What API Gateway itself answers before or instead of a function."""

    message: str


def as_json(schema: dict[str, Any]) -> dict[str, Any]:
    """The content of a JSON body."""
    return {"application/json": {"schema": schema}}


class Refusals:
    """Collects the components; `add` answers a reference to one."""

    def __init__(self) -> None:
        self.schemas: dict[str, Any] = {}
        self.responses: dict[str, Any] = {}

    def add(self, status: int, codes: list[str], *, gateway: bool) -> dict[str, Any]:
        """A reference to the answer with `status`: ours with one of `codes`, or API Gateway's own."""
        name = ".".join([str(status), *codes, *(["gateway"] if gateway else [])])
        told = [f"`{code}`: {MESSAGES[code].en}" for code in codes]
        schemas = [self._schema(code) for code in codes]
        if gateway:
            told.append(BY_GATEWAY)
            schemas.append({"$ref": SCHEMAS + "GatewayMessage"})
        response: dict[str, Any] = {
            "description": "\n".join(told),
            "content": as_json(schemas[0] if len(schemas) == 1 else {"anyOf": schemas}),
        }
        # not required: API Gateway's own answers have neither
        response["headers"] = {"Cache-Control": NO_STORE} if codes else {}
        if any(MESSAGES[code].action in WAITING for code in codes):
            response["headers"]["Retry-After"] = RETRY_AFTER
        response = {name: value for name, value in response.items() if value}
        self.responses[name] = response
        return {"$ref": f"#/components/responses/{name}"}

    def _schema(self, code: str) -> dict[str, Any]:
        only = {"properties": {"error": {"properties": {"code": {"const": code}}}}}
        self.schemas[f"Error.{code}"] = {"allOf": [{"$ref": SCHEMAS + "Error"}, only]}
        return {"$ref": f"{SCHEMAS}Error.{code}"}
