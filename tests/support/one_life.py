"""The life of one payment at PortOne, recorded event by event, to be delivered in any order."""

from collections.abc import Callable
from dataclasses import dataclass

from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_STORE, Checkout, Delivery, FakePortOne
from portone_local.stack.wiring import portone_client
from portone_local.twins.clock import MovableClock
from portone_local.twins.tables import FixedSecrets
from portone_payments.adapters.portone.payments import PortOneClient
from portone_payments.domain.readings.payment import Snapshot
from portone_payments.domain.records.payments import Order, Payment
from portone_payments.ports.world import Deadline

PAYMENT_ID = "payment1"
TOTAL = 12_000
MINUTE = 60


@dataclass(frozen=True)
class Life:
    """Deliveries in order, what GET answered before and after each; `portone` and `clock` at the end."""

    portone: FakePortOne
    clock: MovableClock
    deliveries: tuple[Delivery, ...]
    before: tuple[Snapshot | None, ...]
    after: tuple[Snapshot | None, ...]
    order: Order
    payment: Payment

    @property
    def now(self) -> Snapshot:
        """PortOne's final state."""
        last = self.after[-1]
        if last is None:
            raise LookupError(PAYMENT_ID)
        return last


class Shown(PortOneClient):
    """A client with configured readings."""

    def __init__(self) -> None:
        super().__init__(base_url="https://portone.invalid", secret=str, store_id=EXAMPLE_STORE)
        self.snapshot: Snapshot | None = None

    def get_payment(self, payment_id: str, *, deadline: Deadline) -> Snapshot | None:  # noqa: ARG002 - the port
        """What is shown now."""
        return self.snapshot


def declined_deposited_refunded(start: float) -> Life:
    """Ready, Failed, VirtualAccountIssued, Paid, PartialCancelled, Cancelled, a minute apart."""
    clock = MovableClock(start)
    portone = FakePortOne(clock=clock, seed=1)
    acts = (
        lambda: portone.buyer.open_window(PAYMENT_ID, Checkout(amount=TOTAL)),
        lambda: portone.buyer.decline(PAYMENT_ID),
        lambda: _issue(portone),
        lambda: portone.buyer.deposit(PAYMENT_ID),
        lambda: portone.console.cancel(PAYMENT_ID, 2_000),
        lambda: portone.console.cancel(PAYMENT_ID),
    )
    read = _reader(portone, clock)
    before, after = [], []
    for act in acts:
        before.append(read())
        act()
        after.append(read())
        clock.advance(MINUTE)
    return Life(
        portone=portone,
        clock=clock,
        deliveries=tuple(portone.pending()),
        before=tuple(before),
        after=tuple(after),
        order=_order(start),
        payment=_payment(start),
    )


def _issue(portone: FakePortOne) -> None:
    """A new window and an account out of it, with the one webhook that matters."""
    portone.webhooks.switched_on = False
    portone.buyer.open_window(PAYMENT_ID, Checkout(amount=TOTAL, method="VIRTUAL_ACCOUNT"))
    portone.webhooks.switched_on = True
    portone.buyer.pay(PAYMENT_ID)


def _reader(portone: FakePortOne, clock: MovableClock) -> Callable[[], Snapshot | None]:
    secrets = FixedSecrets(api=EXAMPLE_SECRET, signing=())
    client = portone_client({"StoreId": EXAMPLE_STORE}, secrets, portone.transport())
    return lambda: client.get_payment(PAYMENT_ID, deadline=Deadline.after(clock, 5))


def _order(start: float) -> Order:
    return Order(
        order_id="order-1",
        user_id="user-1",
        name="coffee",
        total=TOTAL,
        tax_free=0,
        currency="KRW",
        pay_methods=("VIRTUAL_ACCOUNT",),
        created_at=start,
        payment_id=PAYMENT_ID,
    )


def _payment(start: float) -> Payment:
    return Payment(
        payment_id=PAYMENT_ID,
        order_id="order-1",
        user_id="user-1",
        total=TOTAL,
        tax_free=0,
        currency="KRW",
        order_name="coffee",
        created_at=start,
        expires_at=int(start) + 3600,
        due_at=int(start) + 600,
    )
