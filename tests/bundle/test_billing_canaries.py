"""A billing key, its token and a card number are logged nowhere (I7), whatever becomes of them."""

import base64
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portone_local.oracle import Answered, ObservedStack
from portone_local.stack.ministack import MiniStack
from portone_payments.ports.store import Due, Kind
from tests.support.billing_canaries import (
    CARD_NUMBER,
    CARDS,
    Life,
    heard,
    live_through,
    masked_number,
    places,
)
from tests.support.fixtures import ministack
from tests.support.listener import Listener
from tests.support.records import a_payment

__all__ = ["ministack"]


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with ObservedStack.in_memory(seed=1) as opened:
        yield opened


def test_no_data_of_a_saved_method_is_logged_or_stored_in_clear(
    stack: ObservedStack, capsys: pytest.CaptureFixture[str]
) -> None:
    life = live_through(stack)

    said = places(stack, life, capsys.readouterr().out)
    assert all(said.values())
    assert heard(said, life) == set()


def test_the_story_covers_every_state_of_a_key_and_of_a_charge(stack: ObservedStack) -> None:
    live_through(stack)

    books = stack.portone.billing_books()
    called = {call.operation for call in stack.portone.calls()}
    assert {book.state for book in books.keys.values()} == {"ISSUED", "FAILED", "DELETED"}
    assert {charge.status for charge in books.charges} >= {"PAID", "FAILED"}
    assert called >= {"confirm_billing_key", "get_billing_key", "delete_billing_key", "pay_with_billing_key"}


@pytest.mark.ministack
def test_nothing_is_logged_on_the_local_aws_whose_client_logs_everything(ministack: MiniStack) -> None:
    listener = Listener()
    with ObservedStack.on_ministack(ministack, seed=1, tap=listener.tap) as stack:
        life = live_through(stack)

        said = places(stack, life, queued=listener.bodies)
        assert all(said.values())
        assert heard(said, life) == set()


def an_event(leak: str) -> Any:
    return {"detail": leak}


def a_due(leak: str) -> tuple[Due, ...]:
    return (Due(kind=Kind.SUBSCRIPTION, id=leak, due_at=1),)


PLANTS: dict[str, Callable[[ObservedStack, Life, str], object]] = {
    "logs": lambda _, __, leak: logging.getLogger("anybody").debug("said", extra={"key": leak}),
    "metrics": lambda stack, _, leak: stack.ports["meter"].count(leak),
    "queues": lambda stack, _, leak: stack.ports["charge_queue"].send(a_due(leak)),
    "errors": lambda stack, _, leak: stack.answers.append(Answered(asked="GET /", status=400, body=leak)),
    "events": lambda stack, _, leak: stack.bus.published.append(an_event(leak)),
    "answers to others": lambda _, life, leak: life.overheard.append(leak),
    "table": lambda stack, _, leak: stack.ports["store"].save(a_payment(order_name=leak)),
}
FORMS: dict[str, Callable[[str], str]] = {
    "in clear": str,
    "in hex": lambda value: value.encode().hex(),
    "in Base64": lambda value: base64.b64encode(value.encode()).decode(),
}
SECRETS = {"billing key": "billing-key-0123456789", "card": CARD_NUMBER}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("place", PLANTS)
def test_a_planted_leak_is_found(stack: ObservedStack, place: str, name: str, form: str) -> None:
    life = Life(secrets=SECRETS)

    PLANTS[place](stack, life, FORMS[form](SECRETS[name]))

    assert (place, name) in heard(places(stack, life), life)


@pytest.mark.parametrize("place", PLANTS)
def test_a_masked_number_is_shown_to_its_owner_only(stack: ObservedStack, place: str) -> None:
    life = Life(masked={"number": masked_number(CARDS[0])})

    PLANTS[place](stack, life, masked_number(CARDS[0]))

    assert heard(places(stack, life), life) == (set() if place == "table" else {(place, "number")})
