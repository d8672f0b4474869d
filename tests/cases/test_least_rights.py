"""A stolen role does only what its name says: rights by context, key prefix, caller and source."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.gateway.functions import load_handler
from portone_local.template.cloudformation import (
    configuration,
    functions,
    handlers,
    statements,
    transformed,
)
from portone_local.template.roles import as_list, named, role_of

TEMPLATE = transformed(configuration("prod"))
SEALING = {"kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"}
WRITING = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
# rows of one purpose alone: who was erased, by a keyed hash
ONE_NOUN = {"ErasuresTable"}
ROOT_OF = "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"


def rights(actions: set[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Function, resource and statement wherever a function may do one of these."""
    for function in functions(TEMPLATE):
        for statement in statements(TEMPLATE, role_of(TEMPLATE, function)):
            if not actions.isdisjoint(as_list(statement["Action"])):
                for resource in as_list(statement["Resource"]):
                    yield function, named(resource), statement


def key_policy(key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = TEMPLATE["Resources"][key]["Properties"]["KeyPolicy"]["Statement"]
    return found


def test_only_functions_that_call_portone_read_the_api_secret() -> None:
    calling = {
        function
        for function in functions(TEMPLATE)
        if {"portone", "verifications"} & set(load_handler(handlers()[function]).needs)
    }
    reading = {
        function
        for function, resource, _ in rights({"secretsmanager:GetSecretValue"})
        if resource == "ApiSecret"
    }

    assert reading - calling == set()


@pytest.mark.parametrize("key", ["PiiKey", "IdentityKey"])
def test_a_function_opens_and_seals_only_its_own_kinds_of_text(key: str) -> None:
    unbound = {
        function
        for function, resource, statement in rights(SEALING)
        if resource == key
        and not any(
            name.startswith("kms:EncryptionContext:")
            for names in statement.get("Condition", {}).values()
            for name in names
        )
    }

    assert unbound == set()


def test_a_function_that_reads_refund_accounts_reads_no_saved_cards() -> None:
    opened: dict[str, set[str]] = {}
    for function, resource, statement in rights({"kms:Decrypt"}):
        if resource == "PiiKey":
            for names in statement.get("Condition", {}).values():
                for name, kinds in names.items():
                    if name.startswith("kms:EncryptionContext:"):
                        opened.setdefault(function, set()).update(as_list(kinds))

    assert opened
    assert len({frozenset(each) for each in opened.values()}) > 2
    assert not any("*" in kind for kinds in opened.values() for kind in kinds)
    assert not opened["get_refund"] & opened["charge_payment"]


def test_a_function_writes_only_records_of_its_nouns() -> None:
    unbound = {
        f"{function} {resource}"
        for function, resource, statement in rights(WRITING)
        if resource not in ONE_NOUN
        and "dynamodb:LeadingKeys"
        not in {name for names in statement.get("Condition", {}).values() for name in names}
    }

    assert unbound == set()


def test_no_function_deletes_a_table_scans_it_or_passes_a_role() -> None:
    dangerous = {
        *(
            "dynamodb:Scan",
            "dynamodb:DeleteTable",
            "dynamodb:UpdateTable",
            "dynamodb:RestoreTableToPointInTime",
        ),
        *(
            "iam:PassRole",
            "sts:AssumeRole",
            "kms:CreateGrant",
            "kms:PutKeyPolicy",
            "lambda:UpdateFunctionCode",
        ),
        *("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret", "s3:GetObject", "sqs:PurgeQueue"),
        *("lambda:UpdateFunctionConfiguration", "logs:DeleteLogGroup", "logs:DeleteLogStream"),
        *("dynamodb:*", "kms:*", "secretsmanager:*", "sqs:*", "s3:*", "*", "dynamodb:PartiQLSelect"),
    }

    assert list(rights(dangerous)) == []


def test_grants_on_the_identity_key_are_for_aws_services_only() -> None:
    granting = [
        each
        for each in key_policy("IdentityKey")
        if each["Effect"] == "Allow" and "kms:CreateGrant" in as_list(each["Action"])
    ]

    assert granting
    for each in granting:
        conditions = {name: value for names in each["Condition"].values() for name, value in names.items()}
        assert str(conditions.get("kms:GrantIsForAWSResource")).lower() == "true", each["Sid"]


def test_account_administrators_change_the_identity_key_policy_only_when_named() -> None:
    changing = [
        each
        for each in key_policy("IdentityKey")
        if each["Effect"] == "Allow" and "kms:PutKeyPolicy" in as_list(each["Action"])
    ]

    assert all(
        "aws:PrincipalArn" in {name for names in each.get("Condition", {}).values() for name in names}
        for each in changing
        if ROOT_OF in str(each["Principal"])
    )


@pytest.mark.parametrize("key", ["PiiKey", "IdentityKey", "DataKey"])
def test_no_key_policy_statement_allows_everything(key: str) -> None:
    for each in key_policy(key):
        assert not any(action.endswith("*") for action in as_list(each["Action"])), each["Sid"]
        if each["Principal"] == {"AWS": "*"}:
            names = {name for names in each["Condition"].values() for name in names}
            assert {"kms:CallerAccount", "kms:ViaService"} <= names, each["Sid"]


def trusts() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, resource in TEMPLATE["Resources"].items():
        if resource["Type"] == "AWS::IAM::Role":
            for statement in resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
                yield name, statement


def test_no_role_is_assumed_by_anything_but_a_service() -> None:
    assert {next(iter(statement["Principal"])) for _, statement in trusts()} == {"Service"}


def test_a_schedule_assumes_its_role_for_itself_only() -> None:
    for name, statement in trusts():
        if "scheduler" in str(statement["Principal"]):
            conditions = {each for names in statement["Condition"].values() for each in names}
            assert {"aws:SourceAccount", "aws:SourceArn"} <= conditions, name


def test_only_the_api_invokes_the_function_of_a_route() -> None:
    permissions = {
        name: each["Properties"]
        for name, each in TEMPLATE["Resources"].items()
        if each["Type"] == "AWS::Lambda::Permission"
    }

    assert permissions
    for name, each in permissions.items():
        if each["Principal"] == "*":
            assert each.get("FunctionUrlAuthType") == "NONE" or each.get("InvokedViaFunctionUrl"), name
            assert each["FunctionName"] == {"Ref": "Webhook"}, name
        else:
            assert "SourceArn" in each or "SourceAccount" in each, name
