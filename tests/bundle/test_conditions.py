"""Permissions depend on what a call is about: records by the first word of their key, seals by their kind."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.stack.stack import Stack
from portone_local.template.cloudformation import functions
from portone_local.template.guarded import NotAllowed, guarded
from portone_local.template.roles import CONTEXT, LEADING, Call, Grant, grants, role_of
from portone_payments.adapters.dynamo.payment_items import KINDS
from portone_payments.domain.shared.sealing import KIND, Sealing
from tests.support.every_function import Story

NOUNS = {"ForAllValues:StringLike": {LEADING: ["payment#*", "order#*"]}}
KINDS_OF_SEALS = {"StringEquals": {f"{CONTEXT}{KIND}": ["buyer", "receipt"]}}
UNTOLD = {
    ("change_subscription_key", "ApiSecret"): "where something is owed, it is charged at once",
    ("change_subscription_key", "ChargeKeys"): "where something is owed, it is charged at once",
    ("give_consent", "ApiSecret"): "what was withheld for want of it is charged at once",
    ("give_consent", "ChargeKeys"): "what was withheld for want of it is charged at once",
    ("resume_subscription", "ApiSecret"): "what is due by then is charged at once",
    ("resume_subscription", "ChargeKeys"): "what is due by then is charged at once",
    ("subscribe_user", "ApiSecret"): "the first period is charged at once where a method is saved",
    ("close_user", "ApiSecret"): "saved methods are deleted at PortOne, charges under way are read",
    ("put_refund_account", "ApiSecret"): "a refund that waits for an account is sent once it has one",
    ("approve_refund", "ApiSecret"): "a refund that waits for a second person is sent",
    ("start_billing_key", "ApiSecret"): "a window that pays an order as well is registered at PortOne",
    ("start_billing_key", "HashKeySecret"): "the request of such a window is hashed",
    ("receive_webhook", "HashKeySecret"): "a billing key in a webhook is found by its hash",
    ("work_payments", "HashKeySecret"): "a billing key the worker finds is known by its hash",
    ("get_verification", "ApiSecret"): "a message of unknown outcome is settled by a reading",
}
PUT, OPEN = "dynamodb:PutItem PaymentsTable", "kms:Decrypt PiiKey"


@pytest.fixture(scope="module")
def told() -> Iterator[Stack]:
    """A stack after the story in which each function has something to do."""
    with Stack.in_memory() as stack:
        Story(stack, stack.functions.invoke).tell()
        yield stack


@pytest.mark.parametrize(
    ("conditions", "right", "about", "passes"),
    [
        ({}, PUT, {LEADING: ("plan#p",)}, True),
        (NOUNS, PUT, {LEADING: ("order#o",)}, True),
        (NOUNS, PUT, {LEADING: ("order#o", "payment#p")}, True),
        (NOUNS, PUT, {LEADING: ("order#o", "plan#p")}, False),
        (NOUNS, PUT, {LEADING: ("orders#o",)}, False),
        (NOUNS, "dynamodb:GetItem PaymentsTable", {LEADING: ("order#o",)}, False),
        (KINDS_OF_SEALS, OPEN, {f"{CONTEXT}{KIND}": ("buyer",)}, True),
        (KINDS_OF_SEALS, OPEN, {f"{CONTEXT}{KIND}": ("billing-key",)}, False),
        (KINDS_OF_SEALS, OPEN, {f"{CONTEXT}order": ("buyer",)}, False),
        (KINDS_OF_SEALS, OPEN, {}, False),
    ],
)
def test_a_permission_reaches_as_far_as_its_conditions(
    conditions: dict[str, Any], right: str, about: dict[str, tuple[str, ...]], *, passes: bool
) -> None:
    allowed = PUT if right.startswith("dynamodb") else OPEN

    assert Grant(allowed, conditions).permits(Call(right, about)) is passes


def test_an_unknown_condition_grants_nothing() -> None:
    with pytest.raises(AssertionError):
        Grant(PUT, {"StringNotLike": {LEADING: ["plan#*"]}}).permits(Call(PUT, {LEADING: ("order#o",)}))


def test_a_function_that_shows_refunds_opens_no_billing_key_and_no_person(dev: dict[str, Any]) -> None:
    with Stack.in_memory() as stack:
        held = guarded(dev, functions(dev)["get_refund"], stack.ports, set())
        sealed = stack.ports["vault"].encrypt("billing-key-0001", context={KIND: Sealing.BILLING_KEY})

        with pytest.raises(NotAllowed):
            held["vault"].decrypt(sealed, context={KIND: Sealing.BILLING_KEY})
        with pytest.raises(NotAllowed):
            held["envelope"].open(sealed, context={KIND: Sealing.FACTS})


@pytest.mark.parametrize("action", ["PutItem", "UpdateItem", "DeleteItem"])
def test_no_function_may_write_the_whole_table(each: dict[str, Any], action: str) -> None:
    free = [
        (function, grant.right)
        for function in functions(each)
        for grant in grants(each, role_of(each, function))
        if grant.right.startswith(f"dynamodb:{action} ") and "Erasures" not in grant.right
        if not grant.conditions
    ]

    assert free == []


def test_no_function_may_seal_or_open_every_kind(each: dict[str, Any]) -> None:
    known = set(map(str, Sealing))
    held = [
        (function, grant)
        for function in functions(each)
        for grant in grants(each, role_of(each, function))
        if grant.right.startswith("kms:")
    ]

    for function, grant in held:
        assert set(grant.conditions["StringEquals"][f"{CONTEXT}{KIND}"]) <= known, function


def test_every_kind_is_sealed_by_some_function_and_opened_by_some_function(dev: dict[str, Any]) -> None:
    may: dict[str, set[str]] = {"opens": set(), "seals": set()}
    for function in functions(dev):
        for grant in grants(dev, role_of(dev, function)):
            if grant.right.startswith("kms:"):
                kinds = grant.conditions["StringEquals"][f"{CONTEXT}{KIND}"]
                may["opens" if "Decrypt" in grant.right else "seals"] |= set(kinds)

    assert may == {"opens": set(map(str, Sealing)), "seals": set(map(str, Sealing))}


def test_leading_keys_are_words_that_records_begin_with(dev: dict[str, Any]) -> None:
    said = {
        key.partition("#")[0]
        for function in functions(dev)
        for grant in grants(dev, role_of(dev, function))
        if grant.right.endswith(" PaymentsTable") and grant.conditions
        for keys in grant.conditions.values()
        for key in keys[LEADING]
    }

    assert said <= set(KINDS)


def test_a_function_uses_every_secret_it_may_read_or_says_where(told: Stack) -> None:
    used = told.functions.used
    idle = {
        (name, grant.right.partition(" ")[2])
        for name, function in functions(told.template).items()
        for grant in grants(told.template, role_of(told.template, name))
        if grant.right.startswith("secretsmanager:") and grant.right not in used.get(function, ())
    }

    assert idle == set(UNTOLD)
