"""Ten charges of one batch against one alone, with real threads and a PG that takes 200 ms."""

import time
from typing import Any

from portone_local.bench.function import environment_of
from portone_local.bench.scene import DUE_AT, Shop, message
from portone_local.bench.worker import ShiftedClock
from portone_local.gateway.functions import load_handler
from portone_local.stack import wiring
from portone_local.stack.parameters import fake_portone, parameters_of
from portone_local.stack.token_issuer import TokenIssuer
from portone_local.template import cloudformation as template
from portone_payments.entry.wiring.worker import Deps

GATEWAY = (0.2, 0.2)
TEN = 10


def ten_to_one(trials: int = 9) -> float:
    """How many times as long as one charge a batch of ten takes, each at its quickest of some trials."""
    clock = ShiftedClock(0.0)
    clock.put(float(DUE_AT))
    parameters = parameters_of(TokenIssuer(clock), {})
    portone = fake_portone(parameters, clock, seed=1)
    wired = wiring.in_memory(parameters, clock=clock, seed=1, transport=portone.transport())
    count = trials * (TEN + 1)
    Shop(wired.ports["store"], wired.ports["vault"], portone).fill(count)
    environment = environment_of("work_charges", parameters, wired.resources)
    handler = load_handler(template.handlers()["work_charges"]).using(Deps(environment, **wired.ports))
    portone.pg.gateway = GATEWAY
    numbers = iter(range(count))
    one = min(_seconds(handler, [next(numbers)]) for _ in range(trials))
    ten = min(_seconds(handler, [next(numbers) for _ in range(TEN)]) for _ in range(trials))
    return ten / one


def _seconds(handler: Any, numbers: list[int]) -> float:
    event = {"Records": [message(number) for number in numbers]}
    began = time.perf_counter()
    handler(event, None)
    return time.perf_counter() - began
