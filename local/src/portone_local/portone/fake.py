"""The fake PortOne as one object: its sides, its books, and the two ways to reach it."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portone_local.clock import Clock, MovableClock
from portone_local.portone.answers import Optionals, PaymentAnswers
from portone_local.portone.api import Call, PortOneApi
from portone_local.portone.buyer import Buyer
from portone_local.portone.checkout import LIVE_CHANNEL, TEST_CHANNEL, Channel
from portone_local.portone.console import Console
from portone_local.portone.events import Delivery, Sent
from portone_local.portone.faults import ANY_OPERATION, MUTATIONS_ONLY, READS_ONLY, Fault, Injection
from portone_local.portone.ledger import Ledger, PaymentRecord
from portone_local.portone.routes import ROUTES, Desk
from portone_local.portone.till import Till
from portone_local.portone.transport import InProcessTransport, Pause
from portone_local.portone.unknowns import Unknowns
from portone_local.portone.webhooks import Webhooks

EXAMPLE_SECRET = "example-portone-api-secret"
EXAMPLE_STORE = "store-00000000-0000-4000-8000-000000000001"
EXAMPLE_WEBHOOK_SECRET = "whsec_ZXhhbXBsZS13ZWJob29rLXNlY3JldC1mYWtlLTAwMDE="


@dataclass(frozen=True)
class PaymentBook:
    """What is true at PortOne about one paymentId, whatever a GET is made to say. Minor units.

    `state` is None while nothing can be read; amounts are those of the attempt shown, 0 without one.
    """

    payment_id: str
    state: str | None
    total: int
    paid: int
    cancelled: int
    currency: str | None
    store_id: str | None
    channel_type: str | None
    times_paid: int
    transaction_ids: tuple[str, ...]
    cancellation_ids: tuple[str, ...]
    pre_registered_total: int | None


class FakePortOne:
    """One store at PortOne: `buyer` and `console` act, `webhooks` tell, `inject` makes it misbehave.

    `webhook_secret` may be several, oldest first. `pause` is how a slow reply waits: it moves a MovableClock.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        seed: int = 0,
        secret: str = EXAMPLE_SECRET,
        store_id: str = EXAMPLE_STORE,
        webhook_secret: str | Sequence[str] = EXAMPLE_WEBHOOK_SECRET,
        unknowns: Unknowns | None = None,
        channels: Iterable[Channel] = (LIVE_CHANNEL, TEST_CHANNEL),
        optionals: Optionals = Optionals.ALL,
        pause: Pause | None = None,
    ) -> None:
        switches = unknowns or Unknowns()
        secrets = [webhook_secret] if isinstance(webhook_secret, str) else webhook_secret
        answers = PaymentAnswers(seed, "merchant-example", switches, optionals)
        by_key = {channel.key or channel.pg_merchant_id: channel for channel in channels}
        self.clock = clock
        self.store_id = store_id
        self.pause = pause or (clock.advance if isinstance(clock, MovableClock) else time.sleep)
        self.webhooks = Webhooks(clock=clock, seed=seed, secrets=secrets, unknowns=switches)
        self._ledger = Ledger(clock=clock, seed=seed, render=answers)
        till = Till(self._ledger, self.webhooks, answers, store_id, by_key)
        self.buyer = Buyer(ledger=self._ledger, webhooks=self.webhooks, till=till)
        self.console = Console(ledger=self._ledger, webhooks=self.webhooks, answers=answers)
        self.api = PortOneApi(desk=Desk(self._ledger, switches, store_id), secret=secret)

    def transport(self) -> InProcessTransport:
        """This PortOne for an `httpx.Client(transport=...)` in the same process."""
        return InProcessTransport(self.api, self.pause)

    def inject(
        self,
        *,
        operation: str,
        fault: Fault,
        nth: int = 1,
        seconds: float | None = None,
        times: int | None = 1,
    ) -> None:
        """Have `fault` happen to the `nth` call of `operation` from now, `times` in a row (None: for good).

        ValueError for an operation that is not served or a fault that cannot happen to it.
        """
        if operation != ANY_OPERATION and fault not in faults_of(operation):
            raise ValueError(f"{fault} does not happen to {operation}")
        self.api.faults.add(Injection(operation, fault, nth, seconds, times))

    def clear_faults(self) -> None:
        """Behave again."""
        self.api.faults.clear()

    def run_due(self) -> list[Sent]:
        """Do what came due: late commits and approvals first, then webhooks; the tries made at delivering."""
        self._ledger.run_due()
        return self.webhooks.run_due()

    def pending(self) -> list[Delivery]:
        """Webhooks still to be delivered."""
        return self.webhooks.pending()

    def calls(self) -> list[Call]:
        """Every API call so far, oldest first, without secrets."""
        return list(self.api.calls)

    def books(self) -> dict[str, PaymentBook]:
        """What is true at PortOne now, by paymentId."""
        with self._ledger.lock:
            self._ledger.run_due()
            return {name: self._book(record) for name, record in self._ledger.payments.items()}

    def _book(self, record: PaymentRecord) -> PaymentBook:
        shown = self._ledger.answer(record.payment_id) or {}
        amount = shown.get("amount", {})
        paid = record.paid_attempt
        channel = (paid or record.attempts[-1]).checkout.channel if record.attempts else None
        return PaymentBook(
            payment_id=record.payment_id,
            state=shown.get("status"),
            total=amount.get("total", 0),
            paid=amount.get("paid", 0),
            cancelled=amount.get("cancelled", 0),
            currency=shown.get("currency"),
            store_id=shown.get("storeId"),
            channel_type=channel.type if isinstance(channel, Channel) else None,
            times_paid=record.times_paid,
            transaction_ids=tuple(entry.transaction_id for entry in record.attempts if not entry.placeholder),
            cancellation_ids=tuple(entry.id for entry in record.cancellations),
            pre_registered_total=record.pre_registered.total if record.pre_registered else None,
        )


def operations() -> tuple[str, ...]:
    """The operations served, as `inject` and the call log name them."""
    return tuple(route.operation for route in ROUTES)


def faults_of(operation: str) -> tuple[Fault, ...]:
    """Every fault that can happen to `operation`; ValueError for one that is not served."""
    methods = {route.operation: route.method for route in ROUTES}
    if operation not in methods:
        raise ValueError(f"no operation {operation}")
    impossible = MUTATIONS_ONLY if methods[operation] == "GET" else READS_ONLY
    return tuple(fault for fault in Fault if fault not in impossible)
