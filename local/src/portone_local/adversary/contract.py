"""The shapes of PortOne's answers, read from its OpenAPI document."""

import json
from pathlib import Path
from typing import Any

from portone_local.adversary.shape import Leaf, Many, Node, Of, Record, Slot, Union

_OF_FORMAT = {"date-time": Of.STAMP, None: Of.TEXT}


class Contract:
    """The document at `path`, as shapes by operationId and status."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_bytes())
        self._schemas: dict[str, Any] = document["components"]["schemas"]
        self._nodes: dict[str, Node] = {}
        self._responses: dict[str, dict[str, Any]] = {
            operation["operationId"]: operation["responses"]
            for methods in document["paths"].values()
            for operation in methods.values()
        }

    def shape(self, operation_id: str, status: int) -> Node | None:
        """The shape of an operation's answer; None for a status the document does not list."""
        response = self._responses[operation_id].get(str(status))
        return self._node(response["content"]["application/json"]["schema"]) if response else None

    def _node(self, schema: dict[str, Any]) -> Node:
        if "$ref" not in schema:
            return self._made(schema, "")
        name = schema["$ref"].rpartition("/")[2]
        if name not in self._nodes:
            self._nodes[name] = self._made(self._schemas[name], name)
        return self._nodes[name]

    def _made(self, schema: dict[str, Any], name: str) -> Node:
        if "discriminator" in schema:
            return self._union(schema["discriminator"])
        if schema.get("type") == "array":
            return Many(self._node(schema["items"]))
        if "properties" in schema:
            return self._record(schema, name)
        return _leaf(schema)

    def _union(self, discriminator: dict[str, Any]) -> Union:
        made = {tag: self._node({"$ref": ref}) for tag, ref in discriminator["mapping"].items()}
        return Union(
            discriminator["propertyName"],
            {tag: each for tag, each in made.items() if isinstance(each, Record)},
        )

    def _record(self, schema: dict[str, Any], name: str) -> Record:
        required = schema.get("required", [])
        return Record(
            name,
            {each: Slot(self._node(of), each not in required) for each, of in schema["properties"].items()},
        )


def _leaf(schema: dict[str, Any]) -> Leaf:
    if len(schema.get("enum", ())) > 1:
        return Leaf(Of.ENUM, tuple(schema["enum"]))
    if schema.get("type") != "string" or "enum" in schema:
        return Leaf()
    return Leaf(_OF_FORMAT.get(schema.get("format"), Of.VALUE))
