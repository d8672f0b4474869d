"""Only the identity functions reach what is known of persons, and one of them alone writes the access log."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.operator.close_writes import mutating
from portone_local.template.cloudformation import ROOT, functions, functions_of
from portone_local.template.roles import allowed, conditioned, role_of
from portone_payments.adapters.dynamo.keys import SENDING, key_of
from tests.support.identity_rights import ALLOWED, OPENS, STOPS

PRIVATE = ("IdentityTable", "ErasuresTable", "IdentityKey", "IdentityHashSecret", "IdentityAccessLog")

SENDERS = ("send_verification", "resend_verification", "confirm_verification")

# closes an account, erasing its person as erase_identity does: test_permissions says what it may
CLOSING = "close_user"

LOGS = {"logs:CreateLogStream FunctionLogs", "logs:PutLogEvents FunctionLogs"}


def roles(template: dict[str, Any]) -> Iterator[str]:
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::IAM::Role":
            yield logical_id


@pytest.mark.parametrize(("function", "expected"), ALLOWED.items())
def test_an_identity_function_may_do_exactly_this(
    each: dict[str, Any], function: str, expected: set[str]
) -> None:
    assert set(conditioned(each, role_of(each, function))) == LOGS | expected


def test_every_identity_function_is_listed_here(each: dict[str, Any]) -> None:
    assert functions_of("identity") & set(functions(each)) == set(ALLOWED)


def test_no_other_function_reaches_table_key_hashes_or_access_log(each: dict[str, Any]) -> None:
    ours = {role_of(each, function) for function in (*ALLOWED, CLOSING)}

    reached = {
        role: {each_one for each_one in allowed(each, role) if any(name in each_one for name in PRIVATE)}
        for role in roles(each)
        if role not in ours
    }

    assert {role: found for role, found in reached.items() if found} == {}


def test_an_identity_function_reaches_no_payment(each: dict[str, Any]) -> None:
    payments = ("PaymentsTable", "PiiKey", "WorkQueue")

    reached = {
        function: [found for found in allowed(each, role_of(each, function)) if found.endswith(payments)]
        for function in ALLOWED
    }

    assert {function: set(found) for function, found in reached.items() if found} == dict.fromkeys(
        SENDERS, STOPS
    )


def test_a_sending_function_reaches_one_record_of_the_payments_table_that_is_no_payment(
    each: dict[str, Any],
) -> None:
    [statement] = each["Resources"]["HeedStops"]["Properties"]["PolicyDocument"]["Statement"]

    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [key_of("stops", SENDING).pk]}
    }


def test_only_the_share_of_an_account_in_a_claim_is_deleted(each: dict[str, Any]) -> None:
    [statement] = each["Resources"]["DropShares"]["Properties"]["PolicyDocument"]["Statement"]

    assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["share#*"]}}
    assert key_of("share", "ci.1.a", "user-1").pk.startswith("share#")


def test_only_listed_functions_write_the_access_log(each: dict[str, Any]) -> None:
    writers = {
        function
        for function in functions(each)
        if any("IdentityAccessLog" in found for found in allowed(each, role_of(each, function)))
    }

    assert writers == {"reveal_identity", "allow_replacement", "decide_duplicates"}


def test_no_function_deletes_a_log(each: dict[str, Any]) -> None:
    actions = {found.split()[0] for role in roles(each) for found in allowed(each, role)}

    assert {action for action in actions if action.startswith("logs:")} == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }


def test_every_function_that_changes_or_shows_persons_is_closed_during_a_restore(dev: dict[str, Any]) -> None:
    writes = {"dynamodb:PutItem IdentityTable", "dynamodb:UpdateItem IdentityTable"}
    may = {name for name in (*ALLOWED, CLOSING) if set(allowed(dev, role_of(dev, name))) & (writes | OPENS)}
    runbook = (ROOT / "docs" / "runbook.md").read_text()

    closed = {*mutating(dev, "IdentityTable"), "IdentityMe", "IdentityReveal"}

    assert {role_of(dev, name).removesuffix("Role") for name in may} == closed
    assert (
        '"$(.venv/bin/python -m portone_local.operator.close_writes IdentityTable) IdentityMe IdentityReveal"'
        in runbook
    )
