"""The whole stack around the handlers, as `make demo`, `make serve` and the tests use it.

with Stack.in_memory(seed=1) as stack:
stack.shop.put("/orders/order-1", {...})
prepared = stack.app("user-1").post("/payments", {"orderId": "order-1", "platform": "web"}).json()
stack.portone.buyer.pay(prepared["paymentId"])
stack.deliver()
stack.run_for(600)
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Self

from portone_local import template, wiring
from portone_local.capture import capturing
from portone_local.clock import Clock, MovableClock
from portone_local.event_bus import MemoryBus, RecordingBus
from portone_local.gateway.api import FunctionUrl, Gateway
from portone_local.gateway.client import Client
from portone_local.gateway.functions import Functions
from portone_local.gateway.messages import Request
from portone_local.gateway.polling import QueueRules, Source, failed_in
from portone_local.gateway.server import Server
from portone_local.gateway.streaming import StreamPoller, StreamRules
from portone_local.gateway.tokens import Fetch, fetch_json
from portone_local.issuer import TokenIssuer
from portone_local.ministack import MiniStack
from portone_local.parameters import STAFF_CLAIM, fake_portone, parameters_of
from portone_local.portone import FakePortOne, Unknowns
from portone_local.sigv4 import NOBODY, SHOP, STAFF, Principal, SigV4
from portone_payments.adapters.codec import Item

__all__ = ["START", "Calls", "Stack", "fake_portone", "parameters_of"]

START = 1_767_323_045.0


@dataclass(frozen=True, slots=True)
class Calls:
    """What was spent: calls of PortOne, read and write request units of DynamoDB. Subtract to compare."""

    portone: int
    reads: float
    writes: float

    def __sub__(self, earlier: "Calls") -> "Calls":
        return Calls(self.portone - earlier.portone, self.reads - earlier.reads, self.writes - earlier.writes)


class Stack:
    """Handlers from `functions/`, the gateway, the fake PortOne and the ports between them."""

    def __init__(
        self,
        parameters: dict[str, str],
        wired: wiring.Wiring,
        *,
        clock: Clock,
        portone: FakePortOne,
        issuer: TokenIssuer,
        fetch: Fetch,
        caller_clock: Clock | None = None,
    ) -> None:
        self.template = template.transformed(parameters)
        self.clock = clock
        self.portone = portone
        self.issuer = issuer
        self.ports = wired.ports
        self.source = wired.source
        self.charge_source = wired.charge_source
        self.logs: list[str] = []
        self._wired = wired
        self._rules = QueueRules.of(self.template)
        self._charge_rules = QueueRules.of(self.template, "ChargeQueue")
        self.functions = Functions.of(
            self.template, resources=wired.resources, ports=wired.ports, clock=clock
        )
        self.stream = StreamPoller(
            wired.stream,
            StreamRules.of(self.template),
            lambda event: self.functions.invoke("Publish", event),
        )
        callers = caller_clock or clock
        self.iam = SigV4([SHOP, STAFF, NOBODY], region=template.REGION, clock=callers)
        self.gateway = Gateway(
            self.template, invoke=self.functions.invoke, clock=callers, iam=self.iam, fetch=fetch
        )
        self.webhook = FunctionUrl("Webhook", invoke=self.functions.invoke, clock=clock)
        self.portone.webhooks.deliver = self.receive

    @classmethod
    @contextmanager
    def in_memory(
        cls,
        *,
        clock: MovableClock | None = None,
        seed: int = 0,
        unknowns: Unknowns | None = None,
        http_issuer: bool = False,
        tap: wiring.Tap = wiring.untapped,
        **settings: str,
    ) -> Iterator[Self]:
        """All in this process, on a clock that only moves by hand; settings are template parameters.

        With `http_issuer` the keys that tokens are checked with are fetched over HTTP.
        """
        moved = clock or MovableClock(START)
        issuer = TokenIssuer(moved)
        with _served(issuer) if http_issuer else nullcontext():
            parameters = parameters_of(issuer, settings)
            portone = fake_portone(parameters, moved, seed, unknowns)
            transport = tap("portone", portone.transport())
            wired = wiring.in_memory(parameters, clock=moved, seed=seed, transport=transport, tap=tap)
            fetch = fetch_json if http_issuer else issuer.document
            stack = cls(parameters, wired, clock=moved, portone=portone, issuer=issuer, fetch=fetch)
            with capturing() as stack.logs:
                yield stack

    @classmethod
    @contextmanager
    def on_ministack(
        cls,
        ministack: MiniStack | None = None,
        *,
        clock: MovableClock | None = None,
        seed: int = 0,
        unknowns: Unknowns | None = None,
        tap: wiring.Tap = wiring.untapped,
        **settings: str,
    ) -> Iterator[Self]:
        """The real adapters on a running MiniStack or one of its own; the fake PortOne is in process."""
        moved = clock or MovableClock(START)
        issuer = TokenIssuer(moved)
        with nullcontext(ministack) if ministack else MiniStack() as running, _served(issuer):
            parameters = parameters_of(issuer, settings)
            portone = fake_portone(parameters, moved, seed, unknowns)
            transport = tap("portone", portone.transport())
            wired = wiring.on_ministack(parameters, running, clock=moved, transport=transport, tap=tap)
            stack = cls(parameters, wired, clock=moved, portone=portone, issuer=issuer, fetch=fetch_json)
            with capturing() as stack.logs:
                yield stack

    def app(self, user_id: str, **claims: object) -> Client:
        """The app of a user, with a fresh token for each request."""

        def authorize(request: Request) -> Request:
            token = self.issuer.issue(user_id, **claims)
            return request.having(("authorization", f"Bearer {token}"))

        return Client(self.gateway.handle, authorize)

    @property
    def shop(self) -> Client:
        """The shop's backend, signing its requests."""
        return self.signing(SHOP)

    @property
    def staff(self) -> Client:
        """An operator, signing requests to /ops."""
        return self.signing(STAFF)

    @property
    def staff_app(self) -> Client:
        """An operator with a token and the staff claim, for /staff."""
        return self.app("staff-1", **STAFF_CLAIM)

    def signing(self, principal: Principal) -> Client:
        """Somebody with keys of ours."""
        return Client(
            self.gateway.handle,
            lambda request: self.iam.sign(request, principal, host=self.gateway.host),
        )

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        """Have a webhook delivered to its Function URL; the status it was answered with."""
        sent = tuple(headers.items())
        return self.webhook.handle(Request(method="POST", target="/", headers=sent, body=body)).status

    def deliver(self) -> None:
        """Do what is due at PortOne: late commits, webhooks."""
        self.portone.run_due()

    def tick(self) -> None:
        """One minute's sweep, every visible message, the stream. What fails is in `failures`, as on AWS."""
        target = self.template["Resources"]["SweepEveryMinute"]["Properties"]["Target"]
        with suppress(Exception):
            self.functions.invoke("Sweep", json.loads(target["Input"]))
        self.work()
        self.publish()

    def work(self) -> None:
        """Hand every visible message to its worker, in batches."""
        self._poll(self.charge_source, "Charges", self._charge_rules)
        self._poll(self.source, "Work", self._rules)

    def _poll(self, source: Source, function: str, rules: QueueRules) -> None:
        while batch := source.take(rules.batch_size):
            failed = {message.id for message in batch}
            with suppress(Exception):
                result = self.functions.invoke(function, {"Records": [each.record() for each in batch]})
                failed = failed_in(batch, result)
            source.settle(batch, failed)

    def publish(self) -> None:
        """Hand what was saved to the publisher, as Lambda does all the time."""
        self.stream.poll()

    def run_for(self, seconds: float, step: float = 60) -> None:
        """Let time pass, with webhooks and a tick at each step."""
        if not isinstance(self.clock, MovableClock):
            raise TypeError("this clock moves by itself")
        end = self.clock.now() + seconds
        while self.clock.now() < end:
            self.clock.advance(min(step, end - self.clock.now()))
            self.deliver()
            self.tick()

    def dump(self) -> list[Item]:
        """Every item of the payments table."""
        return self._wired.dump()

    def identity_dump(self) -> list[Item]:
        """Every item of the identity table."""
        return self._wired.identity_dump()

    @property
    def bus(self) -> MemoryBus | RecordingBus:
        """Where events go; `bus.published` is what it took."""
        return self._wired.bus

    @property
    def calls(self) -> Calls:
        """What was spent so far."""
        units = self._wired.units
        return Calls(len(self.portone.calls()), units.reads, units.writes)

    @property
    def resources(self) -> dict[str, str]:
        """ARN, URL or name of each resource, by logical id."""
        return self._wired.resources

    @property
    def metrics(self) -> dict[str, float]:
        """The sum counted for each metric."""
        return dict(self.ports["meter"].counts)

    @property
    def failures(self) -> list[tuple[str, Exception]]:
        """Every invocation that raised: which function, what."""
        return self.functions.failures


@contextmanager
def _served(issuer: TokenIssuer) -> Iterator[None]:
    with Server(issuer.handle) as server:
        issuer.url = server.url
        yield
