"""Records every charge PortOne receives, by which method, and its answer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from portone_local.actors.subscribers import CHARGE
from portone_local.portone.api import Exchange
from portone_local.stack.stack import Stack

# no PG was asked: that is no try, and an error of ours is no decline either
OURS = ("UNAUTHORIZED", "FORBIDDEN", "CHANNEL_NOT_FOUND")
SPENT = ("MAX_TRANSACTION_COUNT_REACHED", *OURS)


@dataclass(frozen=True, slots=True)
class Heard:
    """One charge that was asked for `at` an epoch second. Won; `again` under a key that was heard before.

    `spent`: no PG was asked; `ours`: for an error of ours.
    """

    payment_id: str
    key: str
    billing_key: str
    amount: int
    at: float
    again: bool
    spent: bool
    ours: bool


class Ear:
    """Keeps the charges until they are read."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._heard: list[Heard] = []
        self._keys: set[str] = set()
        stack.portone.api.watchers.append(self._hear)

    def told(self) -> Iterator[Heard]:
        """The charges since the last call of this."""
        told, self._heard = self._heard, []
        yield from told

    def _hear(self, exchange: Exchange) -> None:
        if exchange.route is None or exchange.route.operation != CHARGE:
            return
        request, asked = exchange.request, json.loads(exchange.request.body)
        key = request.headers["idempotency-key"].strip('"')
        said = exchange.reply.answer.body
        self._heard.append(
            Heard(
                payment_id=request.path.split("/")[2],
                key=key,
                billing_key=asked["billingKey"],
                amount=asked["amount"]["total"],
                at=self._stack.clock.now(),
                again=key in self._keys,
                spent=any(each.encode() in said for each in SPENT),
                ours=any(each.encode() in said for each in OURS),
            )
        )
        self._keys.add(key)
