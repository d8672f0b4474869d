"""The PortOne client over a transport that is a plain function, and the two calls tests make with it."""

from collections.abc import Callable

import httpx
import pytest

from portone_local.twins.clock import MovableClock
from portone_payments.adapters.portone.payments import PortOneClient
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.payment import Snapshot
from portone_payments.ports.world import Deadline
from tests.support.payment_answers import PAYMENT_ID, STORE_ID

SECRET = "example-portone-secret"
KEY = "example-key-0000000001"

type Play = Callable[[httpx.Request], httpx.Response]


class Wire:
    """A transport that plays an answer, a function or an exception, and keeps the requests."""

    def __init__(self, play: Play | httpx.Response | Exception) -> None:
        self._play = play
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.requests.append(request)
        if isinstance(self._play, Exception):
            raise self._play
        return self._play if isinstance(self._play, httpx.Response) else self._play(request)


def client(wire: Wire, *, secret: Callable[[], str] = lambda: SECRET) -> PortOneClient:
    """The client under test."""
    return PortOneClient(
        base_url="https://portone.example/",
        secret=secret,
        store_id=STORE_ID,
        transport=httpx.MockTransport(wire),
    )


def in_time(clock: MovableClock | None = None) -> Deadline:
    """Twenty seconds from now."""
    return Deadline.after(clock or MovableClock(0), 20)


def get(wire: Wire, payment_id: str = PAYMENT_ID) -> Snapshot | None:
    """One reading."""
    return client(wire).get_payment(payment_id, deadline=in_time())


def pre_register(wire: Wire, payment_id: str = PAYMENT_ID) -> None:
    """One mutation."""
    client(wire).pre_register(
        payment_id, total=10000, tax_free=500, currency="KRW", key=KEY, deadline=in_time()
    )


def error_of(act: Callable[[Wire], object], wire: Wire) -> PortOneError:
    """What `act` raises."""
    with pytest.raises(PortOneError) as caught:
        act(wire)
    return caught.value
