"""`make serve`: what it needs is said clearly, its curls work, its clock can be moved, Ctrl-C ends it."""

import itertools
import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.gateway.client import Client
from portone_local.portone import EXAMPLE_SECRET
from portone_local.serve.elsewhere import Endpoint, NotReady, endpoint
from portone_local.serve.timer import ClockRoutes, RunningClock, Timer
from portone_local.stack import START, Stack

ELSEWHERE = {
    "PORTONE_URL": "https://portone.example",
    "PORTONE_API_SECRET": "example-secret",
    "STORE_ID": "store-example",
    "CHANNELS": '{"CARD":"channel-key-example"}',
}


@pytest.fixture
def client() -> Iterator[Client]:
    """The API of an in-memory stack, with the clock's routes beside it."""
    with Stack.in_memory() as stack:
        yield Client(ClockRoutes(Timer(stack), stack.gateway.handle).handle)


def test_without_a_portone_url_the_fake_is_used() -> None:
    assert endpoint({"PORTONE_API_SECRET": "unused"}) == Endpoint(url=None, api_secret=EXAMPLE_SECRET)


def test_another_portone_brings_its_store_channels_and_secret() -> None:
    found = endpoint(ELSEWHERE)

    assert (found.url, found.api_secret) == ("https://portone.example", "example-secret")
    assert found.parameters["StoreId"] == "store-example"


def test_credentials_stay_out_of_the_repr() -> None:
    assert "example-secret" not in repr(endpoint(ELSEWHERE))


@pytest.mark.parametrize("missing", ["PORTONE_API_SECRET", "STORE_ID", "CHANNELS"])
def test_what_another_portone_needs_is_named_when_it_is_missing(missing: str) -> None:
    with pytest.raises(NotReady, match=missing):
        endpoint({**ELSEWHERE, missing: ""})


@pytest.mark.parametrize("url", ["http://portone.example", "ftp://127.0.0.1x"])
def test_plain_http_goes_nowhere_but_to_this_machine(url: str) -> None:
    with pytest.raises(NotReady, match="https"):
        endpoint({**ELSEWHERE, "PORTONE_URL": url})


@pytest.mark.parametrize("channels", ["CARD", "[]", "{}"])
def test_channels_that_are_no_object_are_refused(channels: str) -> None:
    with pytest.raises(NotReady, match="CHANNELS"):
        endpoint({**ELSEWHERE, "CHANNELS": channels})


def test_the_clock_is_moved_and_asked_over_http(client: Client) -> None:
    moved = client.post("/__clock/advance", {"seconds": 90})

    assert (moved.status, moved.json()) == (200, {"now": START + 90})
    assert client.get("/__clock").json() == {"now": START + 90}


@pytest.mark.parametrize(
    "body", [{}, {"seconds": 0}, {"seconds": -1}, {"seconds": "1"}, {"seconds": 1e9}, []]
)
def test_a_clock_is_not_moved_by_nonsense(client: Client, body: Any) -> None:
    response = client.post("/__clock/advance", body)

    assert (response.status, client.get("/__clock").json()) == (400, {"now": START})


def test_other_routes_reach_the_gateway(client: Client) -> None:
    assert client.get("/payments").status == 401
    assert client.get("/__clock/elsewhere").status == 404


def test_a_running_clock_is_ahead_by_what_it_was_advanced() -> None:
    clock = RunningClock()
    before = clock.now(), clock.monotonic()

    clock.advance(3600)

    assert clock.now() - before[0] >= 3600
    assert clock.monotonic() - before[1] >= 3600


@pytest.mark.ministack
def test_what_serve_prints_can_be_pasted_and_ctrl_c_stops_it() -> None:
    command = [sys.executable, "-m", "portone_local.serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:  # noqa: S603 - our own module
        try:
            assert serving.stdout is not None
            printed = []
            for line in serving.stdout:
                printed.append(line.strip())
                if "Ctrl-C" in line:
                    break
            assert "Ctrl-C" in printed[-1], "it ended before it was up"
            curls = dict(itertools.pairwise(printed))
            paid = pasted(next(line for line in printed if "__control/pay" in line))
            verified = json.loads(pasted(curls["# POST /payments/{paymentId}/verify"]))
            order = json.loads(pasted(curls["# GET /orders/{orderId}"]))
            serving.send_signal(signal.SIGINT)
            code = serving.wait(30)
        finally:
            serving.kill()

    assert len(json.loads(paid)) == 36
    assert (verified["status"], order["payment"]["status"], code) == ("PAID", "PAID", 0)


def pasted(line: str) -> str:
    return subprocess.check_output(shlex.split(line), text=True, timeout=30)  # noqa: S603 - what serve printed
