"""The fake PortOne as one object: its sides, its books, and the two ways to reach it."""

import time
from collections.abc import Callable, Iterable, Sequence

from portone_local.portone.answers import Optionals, PaymentAnswers
from portone_local.portone.api import Call, PortOneApi
from portone_local.portone.billing.answers import BillingAnswers
from portone_local.portone.billing.books import Billing, BillingBooks
from portone_local.portone.billing.buyer import BillingVisitor
from portone_local.portone.billing.charging import Charging
from portone_local.portone.billing.schedules import Schedules
from portone_local.portone.billing.wallet import Wallet
from portone_local.portone.books import PaymentBook, book_of
from portone_local.portone.buyer import Buyer
from portone_local.portone.checkout import LIVE_CHANNEL, TEST_CHANNEL, Channel
from portone_local.portone.console import Console
from portone_local.portone.desk import Desk
from portone_local.portone.events import Delivery, Sent
from portone_local.portone.faults import ANY_OPERATION, MUTATIONS_ONLY, READS_ONLY, Fault, Injection
from portone_local.portone.identity.answers import IdentityAnswers
from portone_local.portone.identity.book import IdentityBook
from portone_local.portone.identity.pg import IDENTITY_CHANNELS, IdentityRules
from portone_local.portone.identity.records import VerificationBook
from portone_local.portone.identity.window import IdentityVisitor
from portone_local.portone.ledger import Ledger
from portone_local.portone.pg import Commands, PgRules
from portone_local.portone.refunds import Refunds
from portone_local.portone.routes import ROUTES
from portone_local.portone.till import Till
from portone_local.portone.transport import InProcessTransport, Pause
from portone_local.portone.unknowns import Unknowns
from portone_local.portone.webhooks import Webhooks
from portone_local.twins.clock import Clock, MovableClock

EXAMPLE_SECRET = "example-portone-api-secret"
EXAMPLE_STORE = "store-00000000-0000-4000-8000-000000000001"
EXAMPLE_SUB_STORE = "store-00000000-0000-4000-8000-000000000002"
EXAMPLE_WEBHOOK_SECRET = "whsec_ZXhhbXBsZS13ZWJob29rLXNlY3JldC1mYWtlLTAwMDE="


class FakePortOne:
    """One store at PortOne: `buyer` and `console` act, `webhooks` tell, `inject` makes it misbehave.

    `pg` and `identity_rules` are what PGs can do, to be changed at any time. `webhook_secret` may be several,
    oldest first. `pause` is how a slow reply waits: it moves a MovableClock.
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
        pg: PgRules | None = None,
        identity_channels: Iterable[Channel] = IDENTITY_CHANNELS,
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
        self.pg = pg or PgRules()
        till = Till(self._ledger, self.webhooks, answers, store_id, by_key, self.pg)
        self.identity_rules = IdentityRules()
        self.identities = IdentityBook(
            ledger=self._ledger,
            answers=IdentityAnswers(answers),
            unknowns=switches.identity,
            channels=identity_channels,
            rules=self.identity_rules,
        )
        visitor = IdentityVisitor(self.identities, store_id)
        self._billing = _billing(self._ledger, till, self.pg)
        self.buyer = Buyer(
            ledger=self._ledger,
            webhooks=self.webhooks,
            till=till,
            identity=visitor,
            billing=self._billing.visitor,
        )
        commands = Commands()
        refunds = Refunds(self._ledger, till, self.pg)
        self.console = Console(
            ledger=self._ledger,
            till=till,
            refunds=refunds,
            commands=commands,
            wallet=self._billing.wallet,
        )
        desk = Desk(
            self._ledger,
            switches,
            store_id,
            frozenset({EXAMPLE_SUB_STORE}),
            till,
            refunds,
            self.pg,
            commands,
            self.identities,
            self._billing,
        )
        self.api = PortOneApi(desk=desk, secret=secret)

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

    def before_next(self, operation: str, action: Callable[[], object]) -> None:
        """Do `action`, such as a console cancel, just before the next call of `operation` is looked at."""
        self.api.interventions.append((operation, action))

    def clear_faults(self) -> None:
        """Behave again."""
        self.api.faults.clear()

    def run_due(self) -> list[Sent]:
        """Do what came due: late commits and approvals first, then webhooks; the delivery attempts made."""
        self._ledger.run_due()
        return self.webhooks.run_due()

    def pending(self) -> list[Delivery]:
        """Webhooks still to be delivered."""
        return self.webhooks.pending()

    def happens_at(self) -> list[float]:
        """When something happens here by itself, in epoch seconds: late effects, late approvals."""
        return self._ledger.happens_at()

    def calls(self) -> list[Call]:
        """Every API call so far, oldest first, without secrets."""
        return list(self.api.calls)

    def books(self) -> dict[str, PaymentBook]:
        """What is true at PortOne now, by paymentId; of another account's store where GET shows it."""
        with self._ledger.lock:
            self._ledger.run_due()
            payments = self._ledger.payments.items()
            books = {name: book_of(record, self._ledger.answer(name) or {}) for name, record in payments}
            return {name: book for name, book in books.items() if self._shown(book)}

    def _shown(self, book: PaymentBook) -> bool:
        """Whether a caller may see another store of the account (a switch)."""
        stores = {None, self.store_id, EXAMPLE_SUB_STORE}
        return self.api.shows_other_stores or book.store_id in stores

    def billing_books(self) -> BillingBooks:
        """What is true at PortOne now about billing keys, charges and schedules."""
        with self._ledger.lock:
            self._ledger.run_due()
            return self._billing.books()

    def verifications(self) -> dict[str, VerificationBook]:
        """What is true at PortOne now about identity verifications, by id."""
        return self.identities.books()


def _billing(ledger: Ledger, till: Till, pg: PgRules) -> Billing:
    answers = BillingAnswers(till.answers)
    wallet = Wallet(ledger=ledger, till=till, answers=answers)
    charging = Charging(ledger, wallet, till, pg)
    schedules = Schedules(
        ledger=ledger, charging=charging, answers=answers, unknowns=till.answers.unknowns.billing
    )
    visitor = BillingVisitor(ledger=ledger, wallet=wallet, charging=charging, schedules=schedules)
    return Billing(wallet, charging, schedules, visitor)


def operations() -> tuple[str, ...]:
    """The operations served, as `inject` and the call log name them."""
    return tuple(route.operation for route in ROUTES)


def faults_of(operation: str) -> tuple[Fault, ...]:
    """Every fault that can happen to `operation`; ValueError for one that is not served."""
    route = next((route for route in ROUTES if route.operation == operation), None)
    if route is None:
        raise ValueError(f"no operation {operation}")
    impossible = MUTATIONS_ONLY if route.method == "GET" else READS_ONLY
    possible = (fault for fault in Fault if fault not in impossible)
    return tuple(fault for fault in possible if fault is not Fault.NOT_FOUND or route.missing)
