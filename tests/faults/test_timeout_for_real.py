"""The same over real sockets and real time: PortOne takes 25 s to answer a refund."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from portone_local.actors.shop import USER, pay, prepare, verify
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.portone.http_server import HttpPortOne
from portone_local.serve.timer import RunningClock
from portone_local.stack import wiring
from portone_local.stack.parameters import fake_portone, parameters_of
from portone_local.stack.token_issuer import TokenIssuer
from portone_payments.entry.wiring.clock import SystemClock

SLOW = 25.0
API_LIMIT = 29.0
PART = 3_000


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    """A stack whose PortOne is behind a socket and whose clock is the real one."""
    clock, issuer = RunningClock(), TokenIssuer(SystemClock())
    with ExitStack() as opened:
        parameters = parameters_of(issuer, {})
        portone = fake_portone(parameters, clock, seed=1)
        portone.pause = time.sleep
        parameters["PortOneUrl"] = opened.enter_context(HttpPortOne(portone)).base_url
        wired = wiring.in_memory(parameters, clock=clock, seed=1, transport=None)
        stack = ObservedStack(
            parameters, wired, clock=clock, portone=portone, issuer=issuer, fetch=issuer.document
        )
        opened.callback(stack.ports["portone"].close)
        yield stack


@pytest.mark.check
def test_a_refund_that_takes_portone_25_s_is_answered_in_time_and_made_once(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)
    stack.portone.inject(operation="cancel_payment", fault=Fault.LATENCY, seconds=SLOW)
    body = {"refundId": "refund-1", "amount": PART, "reason": "단순 변심"}
    start = time.monotonic()

    answered = stack.app(USER).post(f"/payments/{prepared['paymentId']}/cancel", body)

    assert time.monotonic() - start < API_LIMIT
    assert answered.status in {200, 202}
    verify(stack, prepared)
    shown = stack.app(USER).get(f"/payments/{prepared['paymentId']}/refunds/refund-1").json()
    assert shown["state"] == "SUCCEEDED"
    assert stack.portone.books()[prepared["paymentId"]].cancelled == PART
