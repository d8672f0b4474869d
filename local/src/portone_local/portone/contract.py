"""PortOne's OpenAPI document compared with exchanges: unions by discriminator, no unlisted field."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from portone_local.portone.api import Exchange
from portone_local.portone.faults import Wire

_FORMATS = FormatChecker(formats=())


class Contract:
    """The document at `path`; `problems` is empty for an exchange that keeps to it."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_bytes())
        self._document: dict[str, Any] = document["components"]["schemas"]
        named = {name: _strict(schema) | _closed(schema) for name, schema in self._document.items()}
        self._schemas = {"components": {"schemas": named}}
        self._validators: dict[str, Draft202012Validator] = {}
        self._operations = {
            operation["operationId"]: operation
            for methods in document["paths"].values()
            for operation in methods.values()
        }

    def problems(self, exchange: Exchange) -> list[str]:
        """What the document does not allow; injected answers and OUTSTANDING are not judged."""
        if exchange.route is None:
            return [f"no operation {exchange.request.method} {exchange.request.path}"]
        operation = self._operations[exchange.route.operation_id]
        found = [*self._request_problems(operation, exchange)]
        answer = exchange.reply.answer
        sent = exchange.reply.wire in (Wire.ANSWER, Wire.DRIP) and exchange.fault is None
        if sent and b"IDEMPOTENCY_OUTSTANDING_REQUEST" not in answer.body:
            found += self._answer_problems(operation, answer.status, answer.body)
        return found

    def operation_ids(self) -> list[str]:
        """Every operation of the document."""
        return list(self._operations)

    def error_types(self, operation_id: str) -> dict[str, int]:
        """The error types that the document lists for an operation, each with its HTTP status."""
        found = {}
        for status, response in self._operations[operation_id]["responses"].items():
            schema = response["content"]["application/json"]["schema"]
            named = self._document[schema["$ref"].rpartition("/")[2]]
            for kind, reference in named.get("discriminator", {}).get("mapping", {}).items():
                error = self._document[reference.rpartition("/")[2]]
                if str(error.get("x-portone-status-code")) == status:
                    found[kind] = int(status)
        return found

    def schema(self, name: str) -> dict[str, Any]:
        """A schema of the document, as it stands there."""
        found: dict[str, Any] = self._document[name]
        return found

    def enum(self, name: str) -> list[str]:
        """The values of an enumeration of the document."""
        return list(self._document[name]["enum"])

    def _request_problems(self, operation: dict[str, Any], exchange: Exchange) -> Iterator[str]:
        known = {entry["name"] for entry in operation.get("parameters", ()) if entry["in"] == "query"}
        yield from (f"query field {name}" for name in exchange.request.query.keys() - known)
        wanted = operation.get("requestBody", {})
        bodies = [exchange.request.query.get("requestBody", "").encode(), exchange.request.body]
        given = [body for body in bodies if body]
        if given and not wanted:
            yield "a body where none is defined"
        elif wanted.get("required") and not given:
            yield "no body"
        elif wanted:
            for body in given:
                yield from self._body_problems(wanted["content"], body)

    def _answer_problems(self, operation: dict[str, Any], status: int, body: bytes) -> Iterator[str]:
        response = operation["responses"].get(str(status))
        if response is None:
            yield f"status {status}"
        else:
            yield from self._body_problems(response["content"], body)

    def _body_problems(self, content: dict[str, Any], body: bytes) -> Iterator[str]:
        for error in self._validator(content["application/json"]["schema"]).iter_errors(json.loads(body)):
            yield f"{error.json_path}: {error.message}"

    def _validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        """Made once for each schema: to go through the whole document takes longer than to judge a body."""
        name = json.dumps(schema, sort_keys=True)
        if name not in self._validators:
            whole = {**_strict(schema), **self._schemas}
            self._validators[name] = Draft202012Validator(whole, format_checker=_FORMATS)
        return self._validators[name]


def _strict(schema: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: unions chosen by their discriminator, objects closed."""
    if isinstance(schema, list):
        return [_strict(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    if "discriminator" in schema:
        return _chosen(schema["discriminator"]["propertyName"], schema["discriminator"]["mapping"])
    strict = {name: _strict(value) for name, value in schema.items()}
    return strict | _closed(schema) if "properties" in schema else strict


def _closed(schema: dict[str, Any]) -> dict[str, bool]:
    """No further field in an object; one written in place without any, such as `bypass`, is left free."""
    return {"additionalProperties": False} if schema.get("type") == "object" else {}


def _chosen(name: str, mapping: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [name],
        "properties": {name: {"enum": sorted(mapping)}},
        "allOf": [
            {"if": {"properties": {name: {"const": value}}, "required": [name]}, "then": {"$ref": reference}}
            for value, reference in mapping.items()
        ],
    }


def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or dt.datetime.fromisoformat(value).tzinfo is not None


def _is_whole(value: object) -> bool:
    return not isinstance(value, int) or abs(value) < 2**63


_FORMATS.checks("date-time", raises=ValueError)(_is_date_time)
_FORMATS.checks("int32")(_is_whole)
_FORMATS.checks("int64")(_is_whole)
