"""Clients a team generates from docs/openapi.json pay an order and verify a person, here."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from portone_local.actors.people import USER, go_through
from portone_local.actors.shop import pay, put_order
from portone_local.gateway.server import Server
from portone_local.stack.stack import Stack
from tests.support import node
from tests.support.generated_clients import Client, python_client, typescript_client

pytestmark = [
    pytest.mark.check,
    pytest.mark.skipif(node.missing() is not None, reason=f"{node.missing()} is not installed"),
]


@pytest.fixture(scope="module", params=[python_client, typescript_client])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Client:
    made: Callable[[Path], Client] = request.param
    return made(tmp_path_factory.mktemp("client"))


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack.in_memory(seed=1) as made:
        yield made


@pytest.fixture
def asked(client: Client, stack: Stack) -> Iterator[Callable[[str, str], dict[str, Any]]]:
    """What the client understood of a call."""
    with Server(stack.gateway.handle) as server:
        yield lambda action, about: client.call(server.url, stack.issuer.issue(USER), action, about)


def test_an_order_is_prepared_paid_and_verified(
    asked: Callable[[str, str], dict[str, Any]], stack: Stack
) -> None:
    put_order(stack)

    prepared = asked("prepare", "order-1")
    pay(stack, prepared)
    verified = asked("verify", prepared["paymentId"])

    assert (prepared["totalAmount"], prepared["currency"]) == (12_000, "KRW")
    assert {"CARD", "VIRTUAL_ACCOUNT"} <= {offer["payMethod"] for offer in prepared["payMethods"]}
    assert (verified["status"], verified["payMethod"]["type"]) == ("PAID", "CARD")


def test_a_person_is_verified(asked: Callable[[str, str], dict[str, Any]], stack: Stack) -> None:
    window = asked("start", "signup")
    go_through(stack, window)
    verified = asked("verified", window["identityVerificationId"])

    assert (verified["state"], verified["verified"]["purpose"]) == ("USED", "signup")


@pytest.mark.parametrize(
    ("action", "about", "code"),
    [
        ("prepare", "no-such-order", "order_not_found"),
        ("verify", "nosuchpayment", "payment_not_found"),
        ("verified", "0123456789abcdefghijklmnop", "verification_not_found"),
    ],
)
def test_a_refusal_is_read_by_its_code(
    asked: Callable[[str, str], dict[str, Any]], action: str, about: str, code: str
) -> None:
    assert asked(action, about)["error"]["code"] == code


def test_every_part_of_the_document_is_in_the_client(client: Client) -> None:
    assert "arning" not in client.said
