"""How much the PortOne client takes of an answer, and for how long."""

import gzip
import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from portone_local.twins.clock import MovableClock
from portone_payments.adapters.portone.call import MAX_BYTES
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.outcome import Outcome
from tests.support.payment_answers import PAYMENT_ID, paid
from tests.support.portone_calls import Wire, client, error_of, get, in_time


class Mebibytes(httpx.SyncByteStream):
    """Thirty mebibytes of spaces; counts what was taken and whether it was closed."""

    def __init__(self, before_each: Callable[[], None] = lambda: None) -> None:
        self.taken = 0
        self.closed = False
        self._before_each = before_each

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(30):
            self._before_each()
            self.taken += 1
            yield b" " * 1024 * 1024

    def close(self) -> None:
        self.closed = True


def test_a_body_is_read_only_up_to_the_cap() -> None:
    body = Mebibytes()

    error = error_of(get, Wire(httpx.Response(200, stream=body)))

    assert error.outcome is Outcome.UNKNOWN
    assert (body.taken, body.closed) == (MAX_BYTES // 1024 // 1024 + 1, True)


def test_a_body_is_read_only_up_to_the_deadline() -> None:
    clock = MovableClock(0)
    body = Mebibytes(lambda: clock.advance(15))

    with pytest.raises(PortOneError) as caught:
        client(Wire(httpx.Response(200, stream=body))).get_payment(PAYMENT_ID, deadline=in_time(clock))

    assert caught.value.outcome is Outcome.UNKNOWN
    assert (body.taken, body.closed) == (2, True)


def test_nothing_is_sent_after_the_deadline() -> None:
    clock, wire = MovableClock(0), Wire(httpx.Response(200, json=paid()))
    deadline = in_time(clock)
    clock.advance(20)

    with pytest.raises(PortOneError) as caught:
        client(wire).get_payment(PAYMENT_ID, deadline=deadline)

    assert caught.value.outcome is Outcome.UNKNOWN
    assert wire.requests == []


def test_a_compressed_answer_is_neither_requested_nor_unpacked() -> None:
    packed = httpx.ByteStream(gzip.compress(json.dumps(paid()).encode()))
    wire = Wire(lambda _: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=packed))

    error = error_of(get, wire)

    assert error.outcome is Outcome.UNKNOWN
    assert wire.requests[0].headers["accept-encoding"] == "identity"
