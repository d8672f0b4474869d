"""`make serve`: its curls work, and its clock moves."""

import itertools
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.actors.people import verified
from portone_local.gateway.client import Client
from portone_local.gateway.sigv4 import SHOP, STAFF
from portone_local.oracle.identity import gather_identity, judge_identity
from portone_local.portone.control import Control
from portone_local.portone.exchange import Request as Command
from portone_local.serve.examples import make
from portone_local.serve.guide import curls, guide
from portone_local.serve.served import Served
from portone_local.serve.timer import DAY, ClockRoutes, RunningClock, Timer
from portone_local.stack.stack import START, Stack


@pytest.fixture
def client() -> Iterator[Client]:
    """The API of an in-memory stack, with the clock's routes beside it."""
    with Stack.in_memory() as stack:
        yield Client(ClockRoutes(Timer(stack), stack.gateway.handle).handle)


def test_the_clock_is_moved_and_read_over_http(client: Client) -> None:
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

        invoices = stack.app("user-1").get(f"/subscriptions/{made.subscription}/invoices").json()["items"]
    assert moved.json() == {"now": START + 45 * DAY}
    assert [each["state"] for each in invoices] == ["PAID"] * 7
    assert [each["tries"] for each in invoices] == [1, 1, 1, 1, 1, 3, 1]


def test_records_kept_long_enough_are_gone_once_the_clock_has_moved() -> None:
    with Stack.in_memory() as stack:
        timer = Timer(stack)
        verified(stack)
        persons = [item for item in stack.identity_dump() if item["sk"]["S"] == "person"]

        timer.advance(367 * DAY)

        assert len(persons) == 1
        assert judge_identity(gather_identity(stack)) == []


def test_every_route_has_a_curl_that_is_accepted() -> None:
    refused = {400, 401, 403, 405, 415, 422, 500}
    with Stack.in_memory() as stack:
        printed = curls(up(stack), make(stack, fake=True)).splitlines()
        calls = dict(itertools.pairwise(printed))

        answers = {route.key: sent(stack, calls[f"# {route.key}"]) for route in stack.gateway.routes}

    assert {key: status for key, status in answers.items() if status in refused} == {}


def test_every_command_for_the_fake_is_one_it_knows() -> None:
    with Stack.in_memory() as stack:
        made = make(stack, fake=True)
        printed = [shlex.split(each) for each in curls(up(stack), made).splitlines() if "/__control/" in each]

        answers = [
            Control(stack.portone).handle(Command(line[3], url(line), {}, {}, said(line))).status
            for line in printed
        ]

    assert answers == [200] * 5


def test_with_another_portone_nothing_is_invented() -> None:
    with Stack.in_memory() as stack:
        elsewhere = Served(**(fields(stack) | {"fake": False}))
        printed = curls(elsewhere, make(stack, fake=False))

        assert stack.portone.billing_books().keys == {}
    assert "SUBSCRIPTION-ID" in printed
    assert "__control" not in printed


def test_a_printed_order_names_pay_methods_that_have_a_channel() -> None:
    with Stack.in_memory(channels='{"TRANSFER":"channel-key-example-test"}') as stack:
        printed = curls(up(stack), make(stack, fake=False), "PUT /orders")

    assert '"payMethods": ["TRANSFER"]' in printed


def test_a_word_selects_the_routes_that_contain_it() -> None:
    with Stack.in_memory() as stack:
        printed = curls(up(stack), make(stack, fake=True), "cash-receipt").splitlines()

    assert len(printed[::3]) == 8
    assert all("cash-receipt" in line for line in printed[::3])


def test_the_output_of_serve_is_short_and_names_the_next_step() -> None:
    with Stack.in_memory(cors_origins="http://localhost:3000,http://localhost:5173") as stack:
        printed = guide(Served(**(fields(stack) | {"name": "shop"})))

    assert len(printed.splitlines()) <= 11
    assert "make curls LOCAL=shop" in printed
    assert "http://localhost:3000, http://localhost:5173" in printed


def test_a_process_that_ended_is_reported_in_a_sentence() -> None:
    with Stack.in_memory() as stack:
        whole = Served(**fields(stack), parts={"the timer": lambda: True})
        ended = Served(**fields(stack), parts={"the API": lambda: True, "the timer": lambda: False})

    assert whole.lost() is None
    assert ended.lost() == "the timer has ended, so nothing here can be trusted: start again"


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
