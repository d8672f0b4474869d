"""The developer's machine: a page of another site reads and moves nothing, a real secret lies nowhere."""

import itertools
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from portone_local.gateway.messages import Request, Response, answer
from portone_local.gateway.server import Door
from portone_local.loopback import CONTROL
from portone_local.ministack import FAKE_CREDENTIALS, REGION, MiniStack
from portone_local.portone import EXAMPLE_STORE, EXAMPLE_WEBHOOK_SECRET, FakePortOne
from portone_local.portone.http_server import HttpPortOne
from portone_local.serve.running import LOCAL
from portone_local.stack import Stack
from portone_payments.entry.clock import SystemClock

HERE = {"host": "127.0.0.1:8080"}
SHOP_PAGE = {"origin": "http://localhost:3000"}
STRANGERS = (
    {"host": "rebound.example"},
    {"origin": "https://page.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:1"},
)
SECRET = "a-real-secret-of-somebodys-store-at-portone"
SIGNING = "whsec_cmVhbC1zaWduaW5nLXNlY3JldC1vZi1hLXN0b3Jl"


def asked(path: str, headers: dict[str, str]) -> int:
    """What an API for the pages of one shop answers."""
    door = Door(lambda _: answer(200, {}), pages=("http://localhost:3000",))
    return door.handle(Request(method="POST", target=path, headers=tuple((HERE | headers).items()))).status


@pytest.mark.parametrize("headers", STRANGERS, ids=str)
@pytest.mark.parametrize("path", ["/payments", "/__clock/advance", "/__curls"])
def test_a_page_of_another_site_is_not_answered(path: str, headers: dict[str, str]) -> None:
    assert asked(path, headers | CONTROL) == 403


def test_the_shops_own_pages_call_the_api_and_do_not_move_the_stack() -> None:
    assert asked("/payments", SHOP_PAGE) == 200
    assert asked("/__clock/advance", SHOP_PAGE | CONTROL) == 403


def test_what_moves_the_stack_says_what_no_form_can_say() -> None:
    assert [asked("/__clock/advance", headers) for headers in ({}, CONTROL)] == [403, 200]


def test_a_tunnel_goes_by_its_own_name_and_no_other() -> None:
    def named(host: str) -> Response:
        door = Door(lambda _: answer(200, {}), hosts=("shop.tunnel.example",))
        return door.handle(Request(method="POST", target="/", headers=(("Host", host),)))

    assert [named(each).status for each in ("shop.tunnel.example", "rebound.example")] == [200, 403]


def test_no_answer_is_taken_for_anything_but_what_it_says_it_is() -> None:
    with Stack.in_memory() as stack:
        answers = [stack.shop.get("/orders/none"), stack.app("user-1").get("/payments")]

    assert {each.headers.get("x-content-type-options") for each in answers} == {"nosniff"}


@pytest.mark.ministack
def test_the_local_aws_answers_no_page(ministack: MiniStack) -> None:
    manager = ministack.client("secretsmanager")
    kept = manager.create_secret(Name="kept-from-pages", SecretString="x")["ARN"]
    named = {"x-amz-target": "secretsmanager.GetSecretValue", "content-type": "application/x-amz-json-1.1"}
    with httpx.Client(base_url=ministack.endpoint_url, trust_env=False, headers=named) as page:
        refused = [page.post("/", json={"SecretId": kept}, headers=each).status_code for each in STRANGERS]
        own = page.post("/", json={"SecretId": kept})

    assert refused == [403] * len(STRANGERS)
    assert [name for name in own.headers if name.startswith("access-control-")] == []
    assert (own.json()["SecretString"], own.headers["x-content-type-options"]) == ("x", "nosniff")


@contextmanager
def serving(name: str, **env: str) -> Iterator[tuple[list[str], dict[str, Any], int]]:
    """`make serve` against another PortOne: what it printed, where it is, and its process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "portone_local.serve"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | env | {"LOCAL": name},
    )
    with process:
        try:
            assert process.stdout is not None
            printed: list[str] = []
            for line in process.stdout:
                printed.append(line)
                if "Ctrl-C" in line:
                    break
            yield printed, json.loads((LOCAL / name / "stack.json").read_text()), process.pid
        finally:
            process.kill()


@pytest.mark.ministack
def test_a_real_secret_is_used_and_lies_neither_in_the_local_aws_nor_in_its_environment() -> None:
    portone = FakePortOne(clock=SystemClock(), secret=SECRET)
    with HttpPortOne(portone) as real:
        env = {
            "PORTONE_URL": real.base_url,
            "PORTONE_API_SECRET": SECRET,
            "PORTONE_WEBHOOK_SECRET": SIGNING,
            "STORE_ID": EXAMPLE_STORE,
            "CHANNELS": '{"CARD":"channel-key-example-test"}',
        }
        with serving("test-real", **env) as (printed, known, pid):
            state = LOCAL / "test-real" / "stack.json"
            curls = [sys.executable, "-m", "portone_local.serve.curls", "--local", "test-real"]
            lines = subprocess.check_output(curls, text=True, timeout=60)  # noqa: S603 - our own module
            calls = dict(itertools.pairwise(lines.splitlines()))
            for route in ("PUT /orders/{orderId}", "POST /payments"):
                subprocess.check_output(shlex.split(calls[f"# {route}"]))  # noqa: S603 - what was printed
            kept = [state.read_text(), *secrets_in(known["aws"]), environment_of_child(pid)]
            mode = state.stat().st_mode & 0o777
            refused = {
                httpx.get(known[each], headers=headers, trust_env=False).status_code
                for each in ("api", "webhook", "issuer", "aws")
                for headers in STRANGERS
            }

    assert printed[0].startswith(f"CAREFUL: this calls {real.base_url} with your API secret")
    assert EXAMPLE_STORE in printed[0]
    assert [text for text in kept if SECRET in text or SIGNING in text] == []
    assert any(EXAMPLE_WEBHOOK_SECRET in text for text in kept)
    assert (mode, refused) == (0o600, {403})
    # PortOne took what the handlers sent
    assert {each.status for each in portone.calls()} == {200}


def secrets_in(aws: str) -> list[str]:
    """Every secret of the local AWS."""
    manager = boto3.client("secretsmanager", endpoint_url=aws, region_name=REGION, **FAKE_CREDENTIALS)
    names = [each["ARN"] for each in manager.list_secrets()["SecretList"]]
    return [manager.get_secret_value(SecretId=each)["SecretString"] for each in names]


def environment_of_child(pid: int) -> str:
    """What the local AWS was told of where it runs."""
    found = ["pgrep", "-f", "-P", str(pid), "portone_local.ministack"]
    child = int(subprocess.check_output(found))  # noqa: S603 - our own arguments
    return Path(f"/proc/{child}/environ").read_text()
