"""The deadline transport: scripted streams on a clock moved by hand."""

import ssl
from contextlib import closing

import httpcore
import httpx
import pytest

from portone_local.twins.clock import MovableClock
from portone_payments.adapters.portone.transport import CONNECT_SECONDS, DeadlineTransport
from portone_payments.ports.world import Deadline
from tests.support.scripted_net import HEAD, WHOLE, Net, Script, Step


def transport(net: Net, addresses: tuple[str, ...] = ("192.0.2.1",)) -> DeadlineTransport:
    return DeadlineTransport(
        ssl.create_default_context(), backend=net, resolve=lambda _host, _port: addresses
    )


def send(
    sender: DeadlineTransport,
    method: str = "GET",
    *,
    clock: MovableClock | None = None,
    scheme: str = "http",
    seconds: float = 1.0,
) -> bytes:
    request = httpx.Request(method, f"{scheme}://portone.example/x", json={} if method == "POST" else None)
    request.extensions = {"deadline": Deadline.after(clock or MovableClock(0), seconds)}
    with closing(sender.handle_request(request)) as response:
        return response.read()


def each(text: bytes) -> list[bytes]:
    return [text[at : at + 1] for at in range(len(text))]


def test_one_connection_serves_call_after_call() -> None:
    connection = Script(WHOLE, WHOLE)
    net = Net(connection)
    sender = transport(net)

    answers = [send(sender), send(sender)]

    assert answers == [b"{}", b"{}"]
    assert len(net.connects) == 1


@pytest.mark.parametrize(
    "reads", [[b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", *each(b'{"a": 12}')], each(WHOLE)]
)
def test_a_dripping_answer_ends_with_the_deadline_not_with_the_drip(reads: list[bytes]) -> None:
    clock = MovableClock(0)
    connection = Script(*reads, pace=lambda: clock.advance(0.4))

    with pytest.raises(httpx.ReadTimeout):
        send(transport(Net(connection)), clock=clock)
    waited = [seconds for seconds in connection.timeouts if seconds is not None]
    assert waited == pytest.approx([1.0, 1.0, 0.6, 0.2])


def test_connecting_and_tls_take_from_the_same_deadline() -> None:
    clock = MovableClock(0)
    connection = Script(WHOLE, pace=lambda: clock.advance(0.4))

    send(transport(Net(connection)), clock=clock, scheme="https")

    assert [seconds for seconds in connection.timeouts if seconds] == pytest.approx([1.0, 0.6, 0.6])


def test_each_address_of_the_host_is_tried_within_one_deadline() -> None:
    net = Net(httpcore.ConnectTimeout(), httpcore.ConnectError(), Script(WHOLE))

    answer = send(transport(net, ("192.0.2.1", "192.0.2.2", "192.0.2.3")), seconds=20)

    assert answer == b"{}"
    assert net.connects == [(f"192.0.2.{number}", CONNECT_SECONDS) for number in (1, 2, 3)]


def test_a_host_that_cannot_be_reached_is_a_network_error() -> None:
    with pytest.raises(httpx.NetworkError):
        send(transport(Net(httpcore.ConnectError())))


STALE_READS = [httpcore.ReadError(), b""]


@pytest.mark.parametrize("end", STALE_READS)
def test_a_reading_on_a_connection_that_died_idle_is_sent_once_more(end: Step) -> None:
    fresh = Script(WHOLE)
    net = Net(Script(WHOLE, end), fresh)
    sender = transport(net)
    send(sender)

    answer = send(sender)

    assert answer == b"{}"
    assert len(fresh.writes) == 1


@pytest.mark.parametrize("end", STALE_READS)
def test_a_completely_written_mutation_is_not_sent_again(end: Step) -> None:
    net = Net(Script(WHOLE, end), Script(WHOLE))
    sender = transport(net)
    send(sender)

    with pytest.raises(httpx.NetworkError):
        send(sender, "POST")
    assert len(net.connects) == 1


@pytest.mark.parametrize("written", [1, 2])
def test_a_mutation_whose_write_failed_is_sent_once_more(written: int) -> None:
    # one write for the first call; then the second call's head or body cannot be written
    fresh = Script(WHOLE)
    sender = transport(Net(Script(WHOLE, httpcore.ReadError(), fails_at=written), fresh))
    send(sender)

    answer = send(sender, "POST")

    assert answer == b"{}"
    assert b"".join(fresh.writes).endswith(b"\r\n\r\n{}")


def test_a_reading_is_sent_once_more_at_most() -> None:
    net = Net(Script(WHOLE, httpcore.ReadError()), Script(httpcore.ReadError()), Script(WHOLE))
    sender = transport(net)
    send(sender)

    with pytest.raises(httpx.NetworkError):
        send(sender)
    assert len(net.connects) == 2


@pytest.mark.parametrize("end", [httpcore.ReadError(), b"", b"HTTP/1.1 200 OK\r\n"])
def test_a_broken_new_connection_is_not_a_stale_one(end: Step) -> None:
    net = Net(Script(end), Script(WHOLE))

    with pytest.raises(httpx.NetworkError):
        send(transport(net))
    assert len(net.connects) == 1


def test_an_answer_that_had_begun_is_not_requested_again() -> None:
    net = Net(Script(WHOLE, b"HTTP/1.1 200", httpcore.ReadError()), Script(WHOLE))
    sender = transport(net)
    send(sender)

    with pytest.raises(httpx.NetworkError):
        send(sender)
    assert len(net.connects) == 1


@pytest.mark.parametrize("reads", [[HEAD, b"{"], [b"garbage\r\n\r\n"], [b"x" * 200_000]])
def test_a_truncated_or_malformed_answer_is_a_network_error(reads: list[bytes]) -> None:
    with pytest.raises(httpx.NetworkError):
        send(transport(Net(Script(*reads))))


def test_an_error_quotes_nothing_of_the_request() -> None:
    request = httpx.Request("GET", "http://portone.example/x", headers={"Authorization": "PortOne a\nb"})
    request.extensions = {"deadline": Deadline.after(MovableClock(0), 1.0)}

    with pytest.raises(httpx.NetworkError) as caught:
        transport(Net(Script(WHOLE))).handle_request(request)
    assert "PortOne a" not in str(caught.value)
