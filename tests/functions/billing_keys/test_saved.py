"""Saved payment methods: listed, made the default, deleted here and at PortOne."""

import pytest

from portone_local.portone import Fault
from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import DAY
from tests.support.billing_app import code_of, issue_window, listed, put_plan, save_key, subscribe
from tests.support.world import STRANGER, USER


def test_the_list_shows_chargeable_keys_newest_first(stack: Stack) -> None:
    first = save_key(stack, card="card-1")
    clock_of(stack).advance(1)
    second = save_key(stack, card="card-2")
    issue_window(stack)

    assert [key["billingKeyId"] for key in listed(stack)] == [second, first]
    assert [key["default"] for key in listed(stack)] == [False, True]


def test_the_new_default_is_charged_from_then_on(stack: Stack) -> None:
    first, second = save_key(stack, card="card-1"), save_key(stack, card="card-2")

    chosen = stack.app(USER).put(f"/billing-keys/{second}/default")

    assert (chosen.status, chosen.json()["default"]) == (200, True)
    assert stack.app(USER).get(f"/billing-keys/{first}").json()["default"] is False


def test_a_new_default_resumes_the_charge_that_waits_for_one(stack: Stack) -> None:
    save_key(stack, card="card-1")
    put_plan(stack)
    subscription = subscribe(stack).json()["subscriptionId"]
    stack.portone.pg.decline(times=None)
    stack.run_for(32 * DAY, step=DAY / 8)
    assert stack.app(USER).get(f"/subscriptions/{subscription}").json()["status"] == "PAST_DUE"
    stack.portone.pg.accept()

    stack.app(USER).put(f"/billing-keys/{save_key(stack, card='card-2')}/default")

    stack.run_for(120)
    assert stack.app(USER).get(f"/subscriptions/{subscription}").json()["status"] == "ACTIVE"


def test_only_a_chargeable_key_becomes_the_default(stack: Stack) -> None:
    deleted = save_key(stack)
    stack.app(USER).delete(f"/billing-keys/{deleted}")

    assert code_of(stack.app(USER).put(f"/billing-keys/{deleted}/default")) == (409, "billing_key_gone")


def test_a_deleted_key_is_gone_here_and_at_portone(stack: Stack) -> None:
    key = save_key(stack)

    deleted = stack.app(USER).delete(f"/billing-keys/{key}")

    assert (deleted.status, deleted.json()["state"]) == (200, "DELETED")
    assert [book.state for book in stack.portone.billing_books().keys.values()] == ["DELETED"]
    assert listed(stack) == []
    assert stack.app(USER).delete(f"/billing-keys/{key}").json() == deleted.json()


def test_a_deletion_is_pending_while_portone_does_not_answer(stack: Stack) -> None:
    key = save_key(stack)
    stack.portone.inject(operation="delete_billing_key", fault=Fault.HTML_502)

    waiting = stack.app(USER).delete(f"/billing-keys/{key}")

    assert (waiting.status, waiting.json()["state"]) == (202, "DELETING")
    assert waiting.json()["waitsFor"] == "portone"
    assert listed(stack) == []
    stack.run_for(300)
    assert stack.app(USER).get(f"/billing-keys/{key}").json()["state"] == "DELETED"


def test_a_payment_under_way_finishes_before_its_key_is_deleted(stack: Stack) -> None:
    key = save_key(stack)
    put_plan(stack)
    stack.portone.inject(operation="pay_with_billing_key", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    assert subscribe(stack).status == 202

    waiting = stack.app(USER).delete(f"/billing-keys/{key}")

    assert (waiting.status, waiting.json()["waitsFor"]) == (202, "payment")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/billing-keys/{}"),
        ("PUT", "/billing-keys/{}/default"),
        ("DELETE", "/billing-keys/{}"),
        ("POST", "/billing-keys/{}/register"),
    ],
)
def test_another_users_key_is_as_unknown_as_an_absent_one(stack: Stack, method: str, path: str) -> None:
    theirs = save_key(stack, STRANGER)
    body = {"billingKey": "a-guess"} if method == "POST" else None
    before = stack.dump()

    answers = [
        stack.app(USER).request(method, path.format(key), json=body)
        for key in (theirs, "0123456789absent", "%23")
    ]

    assert {code_of(answer) for answer in answers} == {(404, "billing_key_not_found")}
    assert stack.dump() == before
