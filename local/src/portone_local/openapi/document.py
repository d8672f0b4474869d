"""The document, from the routes of the template, the models of the handlers and the shapes of answers."""

import inspect
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter

from portone_local.gateway.functions import load_handler
from portone_local.gateway.routes import Iam, Route, routes_of
from portone_local.openapi.billing_operations import BILLING_OPERATIONS
from portone_local.openapi.identity_operations import IDENTITY_OPERATIONS
from portone_local.openapi.operations import OPERATIONS as OTHERS
from portone_local.openapi.operations import Errors, Operation
from portone_local.openapi.refusals import (
    NO_STORE,
    RETRY_AFTER,
    SCHEMAS,
    Error,
    GatewayMessage,
    Refusals,
    as_json,
)
from portone_local.openapi.user_operations import USER_OPERATIONS
from portone_local.template import cloudformation as template
from portone_payments.domain.errors.common import Forbidden, Unauthenticated
from portone_payments.entry.request import IDEMPOTENCY_KEY, INVOICE_ID, ORDER_ID, PAYMENT_ID
from portone_payments.entry.responses import STATUSES
from portone_payments.entry.rights import Right
from portone_payments.entry.views.identity import VERIFICATION_ID
from portone_payments.entry.views.refunds import REFUND_ID
from portone_payments.entry.views.users import PATH_ID
from portone_payments.flows.operations.discrepancies import DISCREPANCY_ID

OPERATIONS = OTHERS | IDENTITY_OPERATIONS | BILLING_OPERATIONS | USER_OPERATIONS
FILE = template.ROOT / "docs" / "openapi.json"
ABOUT = (
    "Amounts are whole numbers of the currency's minor unit, times are RFC 3339 in UTC. "
    "An error is known by its `code`; one that is `retryable` may be sent again as it was."
)
# by the first part of a path
TAGS = {
    "orders": ("orders", "What is to be paid, by the shop's backend (IAM)."),
    "payments": ("payments", "Paying, refunding and cash receipts, by the app (JWT)."),
    "billing-keys": ("saved-methods", "Saved payment methods (빌링키), by the app (JWT)."),
    "plans": ("plans", "What is sold by the period."),
    "subscriptions": ("subscriptions", "Subscriptions, by the app (JWT)."),
    "schedules": ("schedules", "Orders paid in parts, by the app (JWT)."),
    "identity-verifications": ("identity", "Identity verification (본인인증), by the app (JWT)."),
    "me": ("identity", ""),
    "identity": ("persons", "What is kept of a person, by the shop's backend (IAM)."),
    "ops": ("operators", "What the shop and its staff do with AWS credentials (IAM)."),
    "staff": ("staff", "What staff does with a token that carries the staff claim (JWT)."),
}
PATTERNS = {
    "orderId": ORDER_ID.pattern,
    "paymentId": PAYMENT_ID.pattern,
    "refundId": REFUND_ID.pattern,
    "discrepancyId": DISCREPANCY_ID.pattern,
    "verificationId": VERIFICATION_ID.pattern,
    "planId": ORDER_ID.pattern,
    "billingKeyId": PAYMENT_ID.pattern,
    "subscriptionId": PAYMENT_ID.pattern,
    "invoiceId": INVOICE_ID.pattern,
    "userId": PATH_ID.pattern,
}
# statuses API Gateway also answers by itself
GATEWAY = (404, 413, 429, 500, 503)
SECURITY: dict[str, Any] = {
    "jwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "iam": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "AWS Signature Version 4, service execute-api",
        "x-amazon-apigateway-authtype": "awsSigv4",
    },
}


def document() -> dict[str, Any]:
    """The API as OpenAPI 3.1."""
    found = template.transformed()
    folders = {function: folder for folder, function in template.functions(found).items()}
    refusals = Refusals()
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for route in sorted(routes_of(found), key=lambda route: (route.path, route.method)):
        paths[route.path][route.method.lower()] = _operation(route, folders[route.function], refusals)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Payments",
            "version": version("portone-payments"),
            "description": ABOUT,
            "contact": {"name": "The team that deployed this stack"},
        },
        "servers": [{"url": "https://{api}", "variables": {"api": {"default": "api.shop.example"}}}],
        "tags": [{"name": name, "description": said} for name, said in TAGS.values() if said],
        "paths": dict(paths),
        "components": {
            "schemas": dict(sorted((_schemas() | refusals.schemas).items())),
            "responses": dict(sorted(refusals.responses.items())),
            "securitySchemes": SECURITY,
        },
    }


def text() -> str:
    """The document as the file holds it."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _operation(route: Route, folder: str, refusals: Refusals) -> dict[str, Any]:
    said = OPERATIONS.get(f"{folder}.{route.path.rpartition('/')[2]}") or OPERATIONS[folder]
    iam = isinstance(route.authorizer, Iam)
    operation: dict[str, Any] = {
        "operationId": _camel(said.name or folder) + _caller(route, said),
        "tags": [TAGS[route.path.split("/")[1]][0]],
        "summary": said.summary or _summary(_from(folder, "__doc__")),
        "description": inspect.getdoc(_from(folder, "route")),
        "security": [{"iam" if iam else "jwt": []}],
        "parameters": [*_path_parameters(route), *_query_parameters(route, said), *_headers(said)],
        "responses": _responses(said, refusals, admission=_admission(route, folder), iam=iam),
    }
    if said.body:
        content = as_json({"$ref": SCHEMAS + _model(folder, said).__name__})
        operation["requestBody"] = {"required": not said.body_optional, "content": content}
    return operation


def _caller(route: Route, said: Operation) -> str:
    """What tells the routes of one function apart."""
    if route.path.startswith("/staff"):
        return "AsStaff"
    return "AsOperator" if said.shared and route.path.startswith("/ops") else ""


def _model(folder: str, said: Operation) -> Any:
    """The request model: the handler's own by name, or a shared one."""
    return _from(folder, said.body) if isinstance(said.body, str) else said.body


def _from(folder: str, name: str) -> Any:
    return load_handler(template.handlers()[folder], name)


def _summary(docstring: str) -> str:
    """What a handler's docstring says after the route, without who may call it."""
    said = docstring.partition(": ")[2].partition("\n")[0]
    return re.sub(r" \([^)]*\)\.?$", "", said[:1].upper() + said[1:])


def _path_parameters(route: Route) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", route.path):
        schema = {"type": "string", "pattern": f"^{PATTERNS[name]}$"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(route: Route, said: Operation) -> Iterator[dict[str, Any]]:
    named = said.named if route.path.startswith(("/ops", "/staff")) else {}
    for name, parameter in (named | said.query).items():
        yield {"name": name, "in": "query", "required": False, **parameter}


def _headers(said: Operation) -> Iterator[dict[str, Any]]:
    if said.keyed:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": said.key_required,
            "schema": {"type": "string", "pattern": f"^{IDEMPOTENCY_KEY.pattern}$"},
            "description": "the same key with the same body is the same payment or subscription, for a week",
        }


def _admission(route: Route, folder: str) -> Errors:
    """What a caller is refused with: a user of the app needs no right beyond a token."""
    if route.path.startswith(("/ops", "/staff")) or _from(folder, "handler").rights[0] is not Right.OWNER:
        return (Unauthenticated, Forbidden)
    return (Unauthenticated,)


def _responses(said: Operation, refusals: Refusals, *, admission: Errors, iam: bool) -> dict[str, Any]:
    codes: dict[int, list[str]] = defaultdict(list)
    for error in (*admission, *said.errors):
        codes[STATUSES[error]].append(error.code)
    codes[500].append("internal_error")
    gateway = {*GATEWAY, 403 if iam else 401}
    found = {status: _answer(status, model) for status, model in said.answers.items()}
    for status in {*codes, *gateway}:
        found[status] = refusals.add(status, sorted(codes[status]), gateway=status in gateway)
    return {str(status): found[status] for status in sorted(found)}


def _answer(status: int, model: type) -> dict[str, Any]:
    content: dict[str, Any] = {
        "description": (inspect.getdoc(model) or "").partition("\n")[0],
        "content": as_json({"$ref": SCHEMAS + model.__name__}),
        "headers": {"Cache-Control": {**NO_STORE, "required": True}},
    }
    if status == HTTPStatus.ACCEPTED:
        content["headers"]["Retry-After"] = {**RETRY_AFTER, "required": True}
    return content


def _schemas() -> dict[str, Any]:
    models: list[Any] = [Error, GatewayMessage]
    models += [model for said in OPERATIONS.values() for model in said.answers.values()]
    models += [_model(folder.partition(".")[0], said) for folder, said in OPERATIONS.items() if said.body]
    _, found = TypeAdapter.json_schemas(
        [(model, "validation", TypeAdapter(model)) for model in models],
        ref_template=SCHEMAS + "{model}",
    )
    schemas: dict[str, Any] = _untitled(found["$defs"])
    return schemas


def _untitled(node: Any) -> Any:
    """Without pydantic's titles, which only repeat the names."""
    if isinstance(node, list):
        return [_untitled(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if key != "title" or not isinstance(value, str)}
    return _without_default({key: _untitled(value) for key, value in kept.items()})


def _without_default(node: dict[str, Any]) -> dict[str, Any]:
    """A default said in words: by the keyword, generators take what may be left out for always there."""
    if "default" not in node or isinstance(node["default"], dict):
        return node
    default = node.pop("default")
    said = json.dumps(default) if default or default in (0, False) else ""
    told = [node.get("description"), f"{said} where it is left out" if said and default != [] else None]
    description = "; ".join(filter(None, told))
    return {**node, "description": description} if description else node


def _camel(folder: str) -> str:
    first, *others = folder.split("_")
    return first + "".join(part.capitalize() for part in others)
