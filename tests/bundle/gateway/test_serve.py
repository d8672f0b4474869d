"""`make serve`: its curls work, its clock moves, and Ctrl-C stops it."""

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
from portone_local.oracle.identity import gather_identity, judge_identity
from portone_local.portone.control import Control
from portone_local.portone.exchange import Request as Command
from portone_local.serve.examples import make
from portone_local.serve.guide import guide
from portone_local.serve.timer import DAY, ClockRoutes, RunningClock, Timer
from portone_local.serve.up import Served
from portone_local.sigv4 import SHOP, STAFF
from portone_local.stack import START, Stack
from portone_local.testing.identifying import verified


@pytest.fixture
def client() -> Iterator[Client]:
    """The API of an in-memory stack, with the clock's routes beside it."""
    with Stack.in_memory() as stack:
        yield Client(ClockRoutes(Timer(stack), stack.gateway.handle).handle)


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


def test_forty_five_days_of_renewals_and_dunning_pass_in_one_call() -> None:
    with Stack.in_memory() as stack:
        client = Client(ClockRoutes(Timer(stack), stack.gateway.handle).handle)
        made = make(stack, fake=True)
        stack.portone.pg.decline(times=2)

        moved = client.post("/__clock/advance", {"seconds": 45 * DAY})

        view = stack.app("user-1").get(f"/subscriptions/{made.subscription}").json()
    assert moved.json() == {"now": START + 45 * DAY}
    assert [each["state"] for each in view["invoices"]] == ["PAID"] * 7
    assert [each["tries"] for each in view["invoices"]] == [1, 1, 1, 1, 1, 3, 1]


def test_who_was_kept_long_enough_is_gone_once_the_clock_has_moved() -> None:
    with Stack.in_memory() as stack:
        timer = Timer(stack)
        verified(stack)
        timer.advance(367 * DAY)
        kept = judge_identity(gather_identity(stack))

        timer.beat()

        assert {each.invariant for each in kept} == {"I14"}
        assert judge_identity(gather_identity(stack)) == []


def test_every_route_has_a_curl_that_is_let_in_and_understood() -> None:
    refused = {400, 401, 403, 405, 415, 422, 500}
    with Stack.in_memory() as stack:
        printed = guide(up(stack)).splitlines()
        curls = dict(itertools.pairwise(printed))

        answers = {route.key: sent(stack, curls[f"# {route.key}"]) for route in stack.gateway.routes}

    assert {key: status for key, status in answers.items() if status in refused} == {}


def test_every_command_for_the_fake_is_one_it_knows() -> None:
    with Stack.in_memory() as stack:
        printed = [shlex.split(line) for line in guide(up(stack)).splitlines() if "/__control/" in line]

        answers = [
            Control(stack.portone).handle(Command(line[3], url(line), {}, {}, said(line))).status
            for line in printed
        ]

    assert answers == [200] * 5


def test_with_another_portone_nothing_is_invented_there() -> None:
    with Stack.in_memory() as stack:
        printed = guide(Served(**(fields(stack) | {"fake": False})))

        assert stack.portone.billing_books().keys == {}
    assert "SUBSCRIPTION-ID" in printed
    assert "__control" not in printed


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


def fields(stack: Stack) -> dict[str, Any]:
    urls = {"api_url": "", "webhook_url": "", "portone_url": ""}
    return {"stack": stack, **urls, "fake": True}


def up(stack: Stack) -> Served:
    return Served(**fields(stack))


def sent(stack: Stack, line: str) -> int:
    """The status of a printed curl, sent to the gateway in process."""
    words = shlex.split(line)
    headers = dict(words[at + 1].split(": ") for at, word in enumerate(words) if word == "-H")
    client = Client(stack.gateway.handle)
    if "--user" in words:
        access_key = words[words.index("--user") + 1].partition(":")[0]
        client = stack.signing(next(each for each in (SHOP, STAFF) if each.access_key == access_key))
    return client.request(words[3], url(words), body=said(words), headers=headers).status


def url(words: list[str]) -> str:
    method = words.index("-X") + 1
    return words[method + 1]


def said(words: list[str]) -> bytes:
    return words[words.index("-d") + 1].encode() if "-d" in words else b""
