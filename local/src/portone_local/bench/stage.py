"""Where charges happen in real time: MiniStack over HTTP, filled, and the fake PortOne over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from portone_local.bench.function import environment_of
from portone_local.bench.scene import DUE_AT, Shop
from portone_local.bench.virtual import GATEWAY, workers_for
from portone_local.bench.worker import ShiftedClock
from portone_local.portone import FakePortOne
from portone_local.portone.http_server import HttpPortOne
from portone_local.stack import wiring
from portone_local.stack.ministack import MiniStack
from portone_local.stack.parameters import fake_portone, parameters_of
from portone_local.stack.token_issuer import TokenIssuer

PROCESSES = 10
FIRST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`count` subscriptions and `FIRST` more for each worker; `rate` in charges a second."""

    count: int
    rate: int
    workers: int
    clock: ShiftedClock
    portone: FakePortOne
    orders: dict[str, Any]

    @property
    def everybody(self) -> int:
        """Subscriptions in all."""
        return self.count + self.workers * FIRST

    def first(self, worker: int) -> list[int]:
        """The subscriptions a worker charges before the run, one for each of its threads."""
        return [self.count + worker * FIRST + number for number in range(FIRST)]

    def begin(self) -> dict[str, Any]:
        """It is the minute in which all are due; what a process needs to know of the stack."""
        self.clock.put(float(DUE_AT))
        self.portone.pg.gateway = GATEWAY
        return {**self.orders, "offset": self.clock.offset}


@contextmanager
def stage(count: int, rate: int) -> Iterator[Stage]:
    """An hour before `count` subscriptions are due."""
    clock = ShiftedClock(0.0)
    clock.put(DUE_AT - 3600.0)
    parameters = parameters_of(TokenIssuer(clock), {"charge_rate": str(rate)})
    portone = fake_portone(parameters, clock, seed=1)
    with MiniStack() as ministack, HttpPortOne(portone) as served:
        wired = wiring.on_ministack(parameters, ministack, clock=clock, transport=None)
        orders = {
            "endpoint": ministack.endpoint_url,
            "resources": wired.resources,
            "environment": environment_of("work_charges", parameters, wired.resources),
            "portone": served.base_url,
            "store_id": parameters["StoreId"],
        }
        workers = min(PROCESSES, workers_for(rate))
        ready = Stage(count=count, rate=rate, workers=workers, clock=clock, portone=portone, orders=orders)
        Shop(wired.ports["store"], wired.ports["vault"], portone).fill(ready.everybody)
        yield ready
