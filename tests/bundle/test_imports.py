"""What starting a function costs: a bare handler loads no SDK, a primed one imports nothing for a request."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from portone_local.portone.http_server import HttpPortOne
from portone_local.stack.ministack import MiniStack
from portone_local.stack.stack import Stack
from portone_local.template.cloudformation import environment, functions, handlers, transformed
from portone_local.twins.clock import MovableClock
from tests.support.containers import LAMBDA, Container, Containers
from tests.support.every_function import Story
from tests.support.fixtures import ministack

__all__ = ["ministack"]

FOLDERS = sorted(functions(transformed()))

# botocore by its bare name comes with Powertools
SDK = frozenset({"boto3", "botocore.session", "httpx", "httpcore", "aws_lambda_powertools"})

SEALING = frozenset({"nacl", "cffi", "_cffi_backend"})

SEALERS = (
    "get_verification",
    "verify_identity",
    "get_my_identity",
    "reveal_identity",
    "allow_replacement",
    "decide_duplicates",
    "sweep_identity",
)

NOWHERE = "http://127.0.0.1:1"

LOAD_ALL = """
import json, sys
from tests.support.container import load
print(json.dumps({path: [load(path), sorted(sys.modules)][1] for path in sys.argv[1:]}))
"""


@pytest.fixture(scope="module")
def bare() -> dict[str, set[str]]:
    """The modules there are after each handler was imported, one after the other."""
    paths = [str(handlers()[folder]) for folder in FOLDERS]
    shown = subprocess.check_output([sys.executable, "-c", LOAD_ALL, *paths], env={}, text=True)  # noqa: S603 - our own text
    return dict(zip(FOLDERS, map(set, json.loads(shown).values()), strict=True))


@pytest.fixture(scope="module")
def used(ministack: MiniStack) -> Iterator[Containers]:
    """Every function, after a story in which each of them had something to do."""
    clock = MovableClock(time.time())
    with (
        Stack.on_ministack(ministack, clock=clock) as stack,
        HttpPortOne(stack.portone) as portone,
        Containers(
            stack.template,
            stack.resources,
            AWS_ENDPOINT_URL=ministack.endpoint_url,
            PORTONE_URL=portone.base_url,
        ) as containers,
    ):
        Story(stack, containers.invoke).tell()
        yield containers


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_bare_handler_loads_no_sdk(bare: dict[str, set[str]], folder: str) -> None:
    assert bare[folder] & (SDK | SEALING) == set()


@pytest.mark.parametrize(
    ("folder", "never_run"),
    [
        ("get_order", "payments.catch_up"),
        ("receive_webhook", "refunds.send"),
        ("work_charges", "refunds.send"),
        ("set_default_billing_key", "billing_keys.issue"),
        ("start_verification", "payments.catch_up"),
    ],
)
def test_a_function_loads_no_flow_of_another_subject(folder: str, never_run: str) -> None:
    path = str(handlers()[folder])
    shown = subprocess.check_output([sys.executable, "-c", LOAD_ALL, path], env={}, text=True)  # noqa: S603 - our own text

    loaded = json.loads(shown)[path]

    assert find_spec(f"portone_payments.flows.{never_run}")
    assert f"portone_payments.flows.{never_run}" not in loaded


@pytest.mark.ministack
@pytest.mark.parametrize("folder", FOLDERS)
def test_after_priming_an_invocation_imports_nothing(used: Containers, folder: str) -> None:
    assert used.by_folder[folder].handled, "the story has nothing for it to do"
    assert used.by_folder[folder].late == []


@pytest.mark.ministack
def test_priming_is_what_loads_the_sdk(used: Containers) -> None:
    assert used.by_folder["receive_webhook"].loaded >= SDK


@pytest.mark.ministack
def test_a_function_that_seals_nothing_of_persons_does_not_load_the_sealing(used: Containers) -> None:
    loading = {name for name, container in used.by_folder.items() if container.loaded & SEALING}

    assert loading == set(SEALERS)


def test_without_priming_the_first_invocation_imports() -> None:
    chosen = environment(transformed(), "get_order") | {"SHOP_PRINCIPALS": "user/shop"}
    variables = {name: value if isinstance(value, str) else "x" for name, value in chosen.items()}
    unprimed = {name: value for name, value in LAMBDA.items() if name != "AWS_LAMBDA_RUNTIME_API"}
    container = Container("get_order", variables | unprimed | {"AWS_ENDPOINT_URL": NOWHERE})

    signed = {"iam": {"userArn": "arn:aws:iam::000000000000:user/shop"}}
    answer = container.invoke(
        {
            "routeKey": "GET /orders/{orderId}",
            "pathParameters": {"orderId": "order-1"},
            "requestContext": {"accountId": "000000000000", "authorizer": signed},
        }
    )

    container.stop()
    assert answer["statusCode"] == 503
    assert set(container.late) >= {"boto3", "botocore.session"}


def test_a_function_starts_while_neither_aws_nor_portone_answers() -> None:
    variables = {
        name: "{}" if name == "CHANNELS" else "" for name in environment(transformed(), "receive_webhook")
    }
    where = {"MODE": "test", "AWS_ENDPOINT_URL": NOWHERE, "PORTONE_URL": NOWHERE}
    container = Container("receive_webhook", variables | LAMBDA | where)

    loaded = container.loaded

    container.stop()
    assert loaded >= SDK
