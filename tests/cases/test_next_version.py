"""What the next release wrote survives this one: nested fields and values it does not know as well."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.actors.approver import authenticate, confirm
from portone_local.actors.shop import USER, prepare
from portone_local.actors.subscribers import key_chosen, key_saved, subscribed
from portone_local.portone import Fault
from portone_local.stack.passing import let_pass
from tests.support.letters import event, send
from tests.support.poison import put_inside, spoil
from tests.support.refunding import cancelled_at_portone, paid, refund
from tests.support.unkind import UnkindStack

MINUTE = 60
FIELD = {"M": {"deep": {"L": [{"S": "written-by-the-next-release"}]}}}
MARK = "written-by-the-next-release"


def refunded(stack: UnkindStack) -> dict[str, Any]:
    """A payment with a refund under way."""
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    refund(stack, prepared, amount=1_000)
    return prepared


def approved(stack: UnkindStack) -> dict[str, Any]:
    """A payment approved by hand."""
    prepared = prepare(stack)
    confirm(stack, prepared, authenticate(stack, prepared))
    return prepared


def hinted(stack: UnkindStack) -> dict[str, Any]:
    """A payment with an event that waits for a reading."""
    prepared = paid(stack)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_500)
    send(stack, event("Transaction.Paid", prepared["paymentId"]), webhook_id="wh_waiting")
    return prepared


def read_again(stack: UnkindStack, prepared: dict[str, Any]) -> None:
    """It is read and saved several times."""
    for _ in range(3):
        stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")
        let_pass(stack, 10 * MINUTE)


Made = Callable[[UnkindStack], dict[str, Any]]
PAYMENTS: dict[str, tuple[Made, str]] = {
    "a refund": (refunded, "refunds.*"),
    "what was seen": (paid, "seen"),
    "the method seen": (paid, "seen.method"),
    "an approval": (approved, "approvals.*"),
    "an event": (hinted, "hints.*"),
    "a line of history": (paid, "history.*"),
}


@pytest.mark.parametrize("what", PAYMENTS)
def test_a_field_of_the_next_release_inside_a_payment_is_kept(stack: UnkindStack, what: str) -> None:
    made, path = PAYMENTS[what]
    prepared = made(stack)
    key = f"payment#{prepared['paymentId']}"
    assert spoil(stack, key, lambda item: put_inside(item, path, "from_the_next", FIELD)) == 1
    version = version_of(stack, key)

    read_again(stack, prepared)

    assert MARK in str(stack.dump())
    assert version_of(stack, key) > version


def version_of(stack: UnkindStack, key: str) -> int:
    """How often the record was saved."""
    [found] = [item for item in stack.dump() if item["pk"]["S"] == key and "version" in item]
    return int(found["version"]["N"])


@pytest.mark.parametrize("where", ["", "invoices.*"])
def test_a_field_of_the_next_release_inside_a_subscription_is_kept(stack: UnkindStack, where: str) -> None:
    subscription_id = subscribed(stack)
    key = f"subscription#{subscription_id}"
    path = where or "interval"
    assert spoil(stack, key, lambda item: put_inside(item, path, "from_the_next", FIELD)) == 1

    stack.app(USER).post(f"/subscriptions/{subscription_id}/pause", {})
    stack.app(USER).post(f"/subscriptions/{subscription_id}/resume")

    assert MARK in str(stack.dump())
    assert version_of(stack, key) > 2


@pytest.mark.parametrize("path", ["keys.*", "keys.*.method"])
def test_a_field_of_the_next_release_inside_a_saved_method_is_kept(stack: UnkindStack, path: str) -> None:
    first = key_saved(stack)
    assert spoil(stack, f"wallet#{USER}", lambda item: put_inside(item, path, "from_the_next", FIELD)) == 1

    key_saved(stack, card="another")
    key_chosen(stack, first)

    assert MARK in str(stack.dump())


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("refunds.*", "state"),
        ("refunds.*", "requester"),
        ("seen.method", "kind"),
        ("hints.*", "state"),
    ],
)
def test_a_value_of_the_next_release_is_kept_and_moves_no_money(
    stack: UnkindStack, path: str, name: str
) -> None:
    prepared = hinted(stack) if path == "hints.*" else refunded(stack)
    key = f"payment#{prepared['paymentId']}"
    before = cancelled_at_portone(stack, prepared)
    assert spoil(stack, key, lambda item: put_inside(item, path, name, {"S": MARK})) == 1

    read_again(stack, prepared)
    shown = stack.app(USER).get(f"/payments/{prepared['paymentId']}")
    answer = refund(stack, prepared, "refund-2", amount=500)

    assert shown.status == 200
    assert answer.status < 500
    assert MARK in str(stack.dump()) or (path, name) in {("seen.method", "kind"), ("refunds.*", "requester")}
    assert cancelled_at_portone(stack, prepared) <= before + 1_500


def test_a_refund_in_a_state_of_the_next_release_counts_as_in_flight(stack: UnkindStack) -> None:
    prepared = refunded(stack)
    key = f"payment#{prepared['paymentId']}"
    spoil(stack, key, lambda item: put_inside(item, "refunds.*", "state", {"S": "AT_THE_BANK"}))

    answer = refund(stack, prepared, "refund-2", amount=500)

    assert (answer.status, answer.json()["error"]["code"]) == (409, "refund_in_progress")
    assert cancelled_at_portone(stack, prepared) == 0
