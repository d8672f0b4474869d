"""Registering what the SDK gave back: this issue's key of this customer, and no other."""

import json
from typing import Any

import pytest

from portone_local.portone import Fault
from portone_local.stack.stack import Stack
from tests.support.billing_app import code_of, issue_window, issued, listed, register
from tests.support.world import STRANGER, USER


def test_a_registered_key_is_shown_masked_and_is_the_default(stack: Stack) -> None:
    window = issue_window(stack)

    saved = register(stack, window["billingKeyId"], issued(stack, window))

    assert saved.status == 200
    shown = saved.json()
    assert (shown["state"], shown["default"], shown["payMethod"]) == ("ACTIVE", True, "CARD")
    assert shown["method"]["issuer"] == "SHINHAN_CARD"
    assert "*" in shown["method"]["number"]
    assert listed(stack) == [shown]


def test_no_answer_and_no_item_holds_the_key(stack: Stack) -> None:
    window = issue_window(stack)
    told = issued(stack, window)

    answers = [register(stack, window["billingKeyId"], told), stack.app(USER).get("/billing-keys")]

    seen = json.dumps([*(answer.json() for answer in answers), stack.logs])
    assert told["billingKey"] not in seen
    assert "sealed" not in seen
    assert "keyHash" not in seen


def test_registering_again_is_the_same_key(stack: Stack) -> None:
    window = issue_window(stack)
    told = issued(stack, window)
    first = register(stack, window["billingKeyId"], told)

    second = register(stack, window["billingKeyId"], told)

    assert (second.status, second.json()) == (first.status, first.json())


def test_the_key_of_an_issue_is_found_without_the_sdks_answer(stack: Stack) -> None:
    window = issue_window(stack)
    issued(stack, window)

    saved = register(stack, window["billingKeyId"], {})

    assert (saved.status, saved.json()["state"]) == (200, "ACTIVE")


def test_the_literal_needs_confirmation_without_a_token_is_refused(stack: Stack) -> None:
    window = issue_window(stack)

    refused = register(stack, window["billingKeyId"], {"billingKey": "NEEDS_CONFIRMATION"})

    assert code_of(refused) == (400, "invalid_request")
    assert stack.app(USER).get(f"/billing-keys/{window['billingKeyId']}").json()["state"] == "PENDING"


def test_a_manual_approval_channel_confirms_its_token(stack: Stack) -> None:
    window = issue_window(stack)
    told = issued(stack, window, manual=True)

    saved = register(stack, window["billingKeyId"], told)

    assert (saved.status, saved.json()["state"]) == (200, "ACTIVE")


def test_a_key_is_pending_while_portone_is_silent(stack: Stack) -> None:
    window = issue_window(stack)
    told = issued(stack, window)
    stack.portone.inject(operation="get_billing_key", fault=Fault.HTML_502)

    waiting = register(stack, window["billingKeyId"], told)

    assert waiting.status == 202
    assert (waiting.json()["state"], waiting.json()["waitsFor"]) == ("CHECKING", "portone")
    assert waiting.json()["statusUrl"] == f"/billing-keys/{window['billingKeyId']}"
    stack.run_for(120)
    assert [key["state"] for key in listed(stack)] == ["ACTIVE"]


def test_a_key_of_another_issue_is_refused_and_not_stored(stack: Stack) -> None:
    mine, theirs = issue_window(stack), issue_window(stack, STRANGER)

    refused = register(stack, mine["billingKeyId"], issued(stack, theirs))

    assert code_of(refused) == (409, "billing_key_refused")
    assert listed(stack) == []


def test_a_key_issued_to_another_customer_is_refused(stack: Stack) -> None:
    window = issue_window(stack)

    refused = register(stack, window["billingKeyId"], issued(stack, window, customer_id=STRANGER))

    assert code_of(refused) == (409, "billing_key_refused")
    shown = stack.app(USER).get(f"/billing-keys/{window['billingKeyId']}").json()
    assert (shown["state"], shown["code"]) == ("REFUSED", "customer")


@pytest.mark.parametrize(
    "body",
    [{"billingKey": ""}, {"billingKey": 7}, {"billingKey": "a b"}, {"billingKey": "x" * 2_001}, {"key": "x"}],
    ids=["empty", "a number", "a space", "2 kB", "an unknown field"],
)
def test_a_value_the_sdk_never_returns_is_refused(stack: Stack, body: dict[str, Any]) -> None:
    assert code_of(register(stack, issue_window(stack)["billingKeyId"], body)) == (400, "invalid_request")
