"""A billing client and the fake PortOne it calls."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_STORE, FakePortOne
from portone_payments.adapters.portone.billing import BillingClient
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.billing_key import KeyReading
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.readings.payment import RemoteStatus
from portone_payments.ports.billing import BillingPortOne
from portone_payments.ports.world import Deadline
from tests.support.billing_asks import schedule_ask
from tests.support.billing_calls import CHARGE

type Act = Callable[[], object]

START = 1_767_323_045.25

DAY = 86_400


class Shop:
    """A billing client and the PortOne it calls; every mutation under a key of its own."""

    def __init__(self, fake: FakePortOne, transport: httpx.BaseTransport | None = None) -> None:
        self.fake = fake
        client = BillingClient(
            base_url="https://portone.example",
            secret=lambda: EXAMPLE_SECRET,
            store_id=EXAMPLE_STORE,
            transport=transport or fake.transport(),
            key_in=True,
        )
        self.portone: BillingPortOne = client
        self._keys = 0

    @property
    def deadline(self) -> Deadline:
        """Twenty seconds from now."""
        return Deadline.after(self.fake.clock, 20)

    @property
    def key(self) -> str:
        """An unused idempotency key."""
        self._keys += 1
        return f"example-key-{self._keys:010d}"

    def charge(self, billing_key: str, payment_id: str = "p1", *, key: str | None = None) -> None:
        """Charge it 9,900 won, under a key of its own unless it is named."""
        order = replace(CHARGE, billing_key=billing_key)
        self.portone.charge(payment_id, order, key=key or self.key, deadline=self.deadline)

    def read(self, billing_key: str) -> KeyReading:
        """The key as PortOne shows it. LookupError for none."""
        found = self.portone.get_billing_key(billing_key, deadline=self.deadline)
        if found is None:
            raise LookupError(billing_key)
        return found

    def delete(self, billing_key: str) -> None:
        """Have the key deleted."""
        self.portone.delete_billing_key(billing_key, reason="끝", key=self.key, deadline=self.deadline)

    def schedule(self, billing_key: str, days: int, payment_id: str = "p1") -> None:
        """Made elsewhere: the shop itself has no schedules at PortOne."""
        due = dt.datetime.fromtimestamp(self.fake.clock.now() + days * DAY, tz=dt.UTC).isoformat()
        with httpx.Client(
            transport=self.fake.transport(),
            base_url="https://portone.example",
            headers={"authorization": f"PortOne {EXAMPLE_SECRET}"},
        ) as client:
            client.post(f"/payments/{payment_id}/schedule", json=schedule_ask(billing_key, due=due))

    def state(self, payment_id: str = "p1") -> RemoteStatus | None:
        """The payment's status at PortOne, None for none."""
        found = self.portone.get_payment(payment_id, deadline=self.deadline)
        return found.status if found else None


def outcome_of(act: Act) -> tuple[Outcome, str | None]:
    """What rule 3.1 makes of a refusal, and its code."""
    with pytest.raises(PortOneError) as caught:
        act()
    return caught.value.outcome, caught.value.error_type
