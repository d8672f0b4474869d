"""A stolen dump without its keys reveals nothing: no hash in it is found by hashing guesses (case E3)."""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portone_local.actors.people import erase, press, sent, verified
from portone_local.actors.shop import USER, ask_to_prepare, pay, prepare, put_order
from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import private_of
from portone_local.portone.identity.people import ADULT, MINOR
from tests.support.billing_app import issue_window
from tests.support.guessing import Overheard, guessed
from tests.support.receipts import paid as paid_by_transfer
from tests.support.records import a_payment
from tests.support.refunding import refund

BUYER = {"name": "김민준", "phone": "010-2345-6789", "email": "minjun@buyer.example"}
ACCOUNT = {"bank": "SHINHAN", "number": "110-234-567890", "holderName": "박서연"}
RECEIPT = "01098765432"
PERSONS = {"adult": ADULT, "minor": MINOR}
VALUES = (
    {f"buyer's {name}": value for name, value in BUYER.items()}
    | {"account": ACCOUNT["number"], "holder": ACCOUNT["holderName"], "receipt's number": RECEIPT}
    | {
        f"{who}'s {name}": each
        for who, person in PERSONS.items()
        for name, each in private_of(person).items()
    }
    | {f"{who}'s phone with its code": f"+82{person.phone[1:]}" for who, person in PERSONS.items()}
)


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with ObservedStack.in_memory(seed=1) as opened:
        yield opened


def live(stack: ObservedStack) -> None:
    """Every request that carries a short personal value: buyers, accounts, receipts, cards, verifications."""
    put_order(stack, "order-buyer", buyer=BUYER)
    prepare(stack, "order-buyer", key="key-1")
    issue_window(stack, buyer=BUYER)
    path = f"/payments/{paid_by_transfer(stack)['paymentId']}/cash-receipt"
    stack.app(USER).post(path, {"type": "PERSONAL", "identityNumber": RECEIPT})
    put_order(stack, "order-deposit", payMethods=["VIRTUAL_ACCOUNT"])
    deposit = ask_to_prepare(stack, "order-deposit").json()
    pay(stack, deposit, method="VIRTUAL_ACCOUNT")
    stack.portone.buyer.deposit(deposit["paymentId"])
    stack.deliver()
    refund(stack, deposit, refundAccount=ACCOUNT)
    stack.run_for(300)
    verified(stack)
    press(stack, sent(stack, "user-3"), "resend", None, "user-3")
    verified(stack, "user-2", MINOR)
    erase(stack, "user-2")


def told(stack: ObservedStack) -> str:
    stack.publish()
    dumps = (stack.dump(), stack.identity_dump(), stack.erasures_dump())
    bodies = [*stack.ports["queue"].bodies, *map(repr, stack.bus.published), *stack.logs]
    return "\n".join([*(json.dumps(each, ensure_ascii=False) for each in dumps), *bodies])


def contexts(stack: ObservedStack) -> set[str]:
    """What stands in clear in the keys of items, and who there is."""
    items = [*stack.dump(), *stack.identity_dump()]
    return {"user-1", "user-2", "user-3"} | {part for item in items for part in item["pk"]["S"].split("#")}


def about_a_person(bodies: list[str]) -> list[str]:
    known = [*VALUES.values(), *(value.replace("-", "") for value in VALUES.values())]
    return [
        body for body in bodies if any(value in body or json.dumps(value)[1:-1] in body for value in known)
    ]


def test_no_short_value_is_found_by_hashing_guesses(stack: ObservedStack) -> None:
    overheard = Overheard(stack)

    live(stack)

    bodies = about_a_person(overheard.bodies)
    assert len(bodies) >= 5
    assert guessed(told(stack), VALUES, contexts(stack), bodies) == set()


PLANTED: dict[str, Callable[[str, str], str]] = {
    "alone": lambda value, _: hashlib.sha256(value.encode()).hexdigest(),
    "cut": lambda value, _: hashlib.sha256(value.encode()).hexdigest()[:16],
    "with an id": lambda value, known: hashlib.sha256(f"{known}\0{value}".encode()).hexdigest(),
    "in JSON": lambda value, known: hashlib.sha1(json.dumps([known, value]).encode()).hexdigest(),  # noqa: S324 - a bad hash is what is planted
    "without hyphens": lambda value, _: hashlib.md5(value.replace("-", "").encode()).hexdigest(),  # noqa: S324 - as above
}


@pytest.mark.parametrize("form", PLANTED)
def test_a_planted_hash_is_found(stack: ObservedStack, form: str) -> None:
    held: Any = PLANTED[form](ACCOUNT["number"], "user-1")

    stack.ports["store"].save(a_payment(order_name=held))

    assert guessed(told(stack), VALUES, contexts(stack), []) == {"account"}


def test_a_planted_hash_of_a_body_is_found(stack: ObservedStack) -> None:
    body = {"refundId": "refund-1", "refundAccount": ACCOUNT}
    held = hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    stack.ports["store"].save(a_payment(order_name=held))

    assert guessed(told(stack), {}, (), [json.dumps(body)])
