"""PortOne's own clients, unchanged: the one from PyPI in this process, the one from npm under Node."""

import dataclasses
import json
import keyword
import types
import typing
from pathlib import Path
from typing import Any

import portone_server_sdk as sdk
from pydantic.alias_generators import to_snake

from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_STORE
from tests.support import node
from tests.support.official_calls import Call

SCRIPT = Path(__file__).parent / "official_calls.mjs"


def by_python(base_url: str, calls: list[Call]) -> list[Any]:
    """What PortOne's Python client makes of each answer, or the exception it raises."""
    client = sdk.PortOneClient(secret=EXAMPLE_SECRET, store_id=EXAMPLE_STORE, base_url=base_url)
    answers = [_asked(_part(client, call), call) for call in calls]
    for part in {id(part): part for part in (_part(client, call) for call in calls)}.values():
        part._sync_client.close()
    return answers


def by_javascript(base_url: str, calls: list[Call]) -> list[str | None]:
    """The error PortOne's JavaScript client raised for each call, None for none."""
    said = {"secret": EXAMPLE_SECRET, "storeId": EXAMPLE_STORE, "baseUrl": base_url}
    asked = {"init": said, "calls": [dataclasses.asdict(call) for call in calls]}
    told: list[str | None] = json.loads(node.run(SCRIPT, said=json.dumps(asked)))
    return told


def _part(client: Any, call: Call) -> Any:
    for name in call.client.split("."):
        client = getattr(client, to_snake(name))
    return client


def _asked(part: Any, call: Call) -> Any:
    method = getattr(part, to_snake(call.method))
    hints = typing.get_type_hints(method)
    named = {to_snake(name): value for name, value in call.options.items()}
    try:
        return method(**{name: _typed(hints[name], value) for name, value in named.items()})
    except Exception as error:  # noqa: BLE001 - what it raises is what is judged
        return error


def _typed(hint: Any, value: Any) -> Any:
    """A value as the client's own input types take it."""
    if isinstance(value, list):
        return [_typed(typing.get_args(_present(hint))[0], each) for each in value]
    kind = _present(hint)
    if not isinstance(value, dict) or not isinstance(kind, type) or not dataclasses.is_dataclass(kind):
        return value
    hints = typing.get_type_hints(kind)
    fields = {_python(name): each for name, each in value.items()}
    return kind(**{name: _typed(hints[name], each) for name, each in fields.items()})


def _python(name: str) -> str:
    snake = to_snake(name)
    return f"{snake}_" if keyword.iskeyword(snake) else snake


def _present(hint: Any) -> Any:
    """The type in an optional one; of a union the first, which is the one that is no plain dictionary."""
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        return next(each for each in typing.get_args(hint) if each is not type(None))
    return hint
