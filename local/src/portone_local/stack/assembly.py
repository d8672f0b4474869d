"""Handlers, gateway, fake PortOne and ports put together, and the messages between them as time passes."""

import json
from contextlib import suppress
from dataclasses import dataclass

from portone_local.gateway.api import FunctionUrl, Gateway
from portone_local.gateway.functions import Functions
from portone_local.gateway.messages import Request
from portone_local.gateway.polling import QueueRules, Source, failed_in
from portone_local.gateway.sigv4 import NOBODY, SHOP, STAFF, SigV4
from portone_local.gateway.streaming import StreamPoller, StreamRules
from portone_local.gateway.tokens import Fetch
from portone_local.portone import FakePortOne
from portone_local.stack import wiring
from portone_local.stack.token_issuer import TokenIssuer
from portone_local.template import cloudformation as template
from portone_local.twins.clock import Clock, MovableClock
from portone_local.twins.event_bus import MemoryBus, RecordingBus
from portone_payments.adapters.dynamo.codec import Item


@dataclass(frozen=True, slots=True)
class Calls:
    """What was spent: calls of PortOne, read and write request units of DynamoDB. Subtract to compare."""

    portone: int
    reads: float
    writes: float

    def __sub__(self, earlier: "Calls") -> "Calls":
        return Calls(self.portone - earlier.portone, self.reads - earlier.reads, self.writes - earlier.writes)


class Assembly:
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
        self.parameters = parameters
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
        """Deliver every visible message to its worker, in batches."""
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
        """Deliver what was saved to the publisher, as Lambda does all the time."""
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

    def forget_expired(self) -> None:
        """Delete what DynamoDB deletes by itself within a few days; whoever moves the clock calls this."""
        self._wired.forget_expired(self.clock.now())

    def dump(self) -> list[Item]:
        """Every item of the payments table."""
        return self._wired.dump()

    def identity_dump(self) -> list[Item]:
        """Every item of the identity table."""
        return self._wired.identity_dump()

    def erasures_dump(self) -> list[Item]:
        """Every item of the table of erasures."""
        return self._wired.erasures_dump()

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
