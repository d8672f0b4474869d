"""Nothing sensitive is logged or stored in clear (I7): canaries in every field, found nowhere."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portone_local.oracle import Answered, ObservedStack
from portone_local.stack import wiring
from portone_local.stack.ministack import MiniStack
from portone_local.stack.parameters import fake_portone, parameters_of
from portone_local.stack.stack import START
from portone_local.stack.token_issuer import TokenIssuer
from portone_local.twins.clock import MovableClock
from portone_local.twins.logs import capturing
from portone_payments.entry.wiring.telemetry import EmfMeter
from portone_payments.ports.store import Due, Kind
from tests.support.canaries import CANARIES, UNSPOKEN, heard, places
from tests.support.canary_life import live_through
from tests.support.fixtures import ministack
from tests.support.listener import Listener
from tests.support.records import a_payment

__all__ = ["ministack"]

FROM_ELSEWHERE = {
    *("api_secret", "webhook_secret", "hash_key"),
    *("token_claim", "idempotency_key", "staff_reason", "forged_signature"),
    *("payment_token", "refund_account", "refund_holder", "receipt_number"),
}


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    """A stack in memory whose metrics are written as they are on Lambda."""
    clock = MovableClock(START)
    issuer = TokenIssuer(clock)
    parameters = parameters_of(issuer, {})
    portone = fake_portone(parameters, clock, seed=1)
    wired = wiring.in_memory(parameters, clock=clock, seed=1, transport=portone.transport())
    wired.ports["meter"] = EmfMeter("PortOnePayments", "payments-test")
    stack = ObservedStack(
        parameters, wired, clock=clock, portone=portone, issuer=issuer, fetch=issuer.document
    )
    with capturing() as stack.logs:
        yield stack


def test_no_canary_leaks_in_a_day_with_all_of_them(
    stack: ObservedStack, capsys: pytest.CaptureFixture[str]
) -> None:
    live_through(stack)

    said = places(stack, printed=capsys.readouterr().out)
    assert all(said.values())
    assert heard(said) == set()


@pytest.mark.ministack
def test_no_canary_leaks_on_the_local_aws_whose_client_logs_everything(ministack: MiniStack) -> None:
    listener = Listener()
    with ObservedStack.on_ministack(ministack, tap=listener.tap) as stack:
        live_through(stack)

        said = places(stack, printed="\n".join(stack.metrics), queued=listener.bodies)
        assert all(said.values())
        assert heard(said) == set()


def test_every_canary_known_to_portone_was_sent_to_us(stack: ObservedStack) -> None:
    told: list[bytes] = []

    def receive(headers: dict[str, str], body: bytes) -> int:
        told.append(body)
        return stack.receive(headers, body)

    stack.portone.webhooks.deliver = receive
    stack.portone.api.watchers.append(lambda exchange: told.append(exchange.reply.answer.body))

    live_through(stack)

    from_portone = b"".join(told).decode()
    assert {name for name in CANARIES if CANARIES[name] not in from_portone} == FROM_ELSEWHERE


PLANTS: dict[str, Callable[[ObservedStack, Any], object]] = {
    "logs": lambda _, canary: logging.getLogger("anybody").debug("said", extra={"buyer": canary}),
    "metrics": lambda stack, canary: stack.ports["meter"].count(canary),
    "queues": lambda stack, canary: stack.ports["queue"].send((Due(kind=Kind.STRAY, id=canary, due_at=1),)),
    "errors": lambda stack, canary: stack.answers.append(Answered(asked="GET /", status=400, body=canary)),
    "table": lambda stack, canary: stack.ports["store"].save(a_payment(order_name=canary)),
}


@pytest.mark.parametrize("name", CANARIES)
@pytest.mark.parametrize("place", PLANTS)
def test_a_planted_leak_is_found(
    stack: ObservedStack, capsys: pytest.CaptureFixture[str], place: str, name: str
) -> None:
    PLANTS[place](stack, CANARIES[name])
    stack.ports["meter"].flush()

    said = places(stack, printed=capsys.readouterr().out)
    expected = set() if place == "table" and name in UNSPOKEN else {(place, name)}
    assert heard(said) == expected
