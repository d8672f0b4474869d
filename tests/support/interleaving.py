"""Two things at the same moment, in every order there is: one runs between two steps of the other."""

from collections.abc import Callable
from typing import Any

from portone_local.stack.stack import Stack
from portone_local.twins.dynamo import undisturbed
from portone_local.twins.tables import MemoryStore


def between(stack: Stack, step: Callable[[], Any], nth: int, act: Callable[[], Any]) -> tuple[Any, Any]:
    """What `step` and `act` gave; `act` runs whole before the `nth` call (from 1) of the table in `step`.

    Where `step` makes fewer calls, `act` follows it. A stack in memory alone: TypeError for another.
    """
    store = stack.ports["store"]
    if not isinstance(store, MemoryStore):
        raise TypeError("only a table in memory can be stopped between two calls")
    told: list[Any] = []
    calls = 0

    def around(_operation: str, call: Callable[[], Any]) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and not told:
            store.table.around = undisturbed
            told.append(act())
        return call()

    store.table.around = around
    try:
        given = step()
    finally:
        store.table.around = undisturbed
    return given, told[0] if told else act()
