"""Data of persons is encrypted, recoverable, and reachable only by the functions that need it."""

import json
from typing import Any

import pytest

from portone_local.gateway.functions import load_handler
from portone_local.template.cloudformation import (
    configuration,
    environment,
    functions,
    handlers,
    refusals,
    transformed,
)
from portone_local.template.roles import allowed, as_list, role_of
from portone_payments.adapters.aws.hashes import HashKeys
from portone_payments.adapters.dynamo.identity_keys import INDEXES
from portone_payments.entry.wiring.identity import IdentityDeps
from tests.support.identity_rights import ALLOWED

PORTS = {
    "people": "IDENTITY_TABLE",
    "erasures": "ERASURES_TABLE",
    "hashes": "IDENTITY_HASH_SECRET_ARN",
    "envelope": "IDENTITY_KEY_ARN",
    "verifications": "API_SECRET_ARN",
    "access_log": "IDENTITY_ACCESS_LOG",
}


def properties(template: dict[str, Any], logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][logical_id]["Properties"]
    return found


def test_the_access_log_is_encrypted_kept_for_years_and_outlives_the_stack(prod: dict[str, Any]) -> None:
    log = prod["Resources"]["IdentityAccessLog"]

    assert (log["DeletionPolicy"], log["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert log["Properties"]["KmsKeyId"] == {"Fn::GetAtt": ["DataKey", "Arn"]}
    assert int(log["Properties"]["RetentionInDays"]) >= 731


@pytest.mark.parametrize(
    "logical_id", ["IdentityTable", "ErasuresTable", "IdentityKey", "IdentityHashSecret"]
)
def test_the_table_of_persons_outlives_the_stack(each: dict[str, Any], logical_id: str) -> None:
    resource = each["Resources"][logical_id]

    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


@pytest.mark.parametrize("logical_id", ["IdentityTable", "ErasuresTable"])
def test_a_table_of_persons_is_recoverable_expires_items_and_is_encrypted_under_their_own_key(
    each: dict[str, Any], logical_id: str
) -> None:
    table = properties(each, logical_id)

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["SSESpecification"] == {
        "SSEEnabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": {"Fn::GetAtt": ["IdentityKey", "Arn"]},
    }
    assert "StreamSpecification" not in table


@pytest.mark.parametrize(("name", "protected"), [("dev", "false"), ("stg", "true"), ("prod", "true")])
def test_outside_dev_no_table_of_persons_may_be_deleted(name: str, protected: str) -> None:
    template = transformed(configuration(name))

    for table in ("IdentityTable", "ErasuresTable"):
        assert properties(template, table)["DeletionProtectionEnabled"] == protected


def test_the_record_of_an_erasure_outlives_every_backup(dev: dict[str, Any]) -> None:
    said = dev["Parameters"]["IdentityBackupDays"]

    assert said["MinValue"] >= 35  # point-in-time recovery
    assert environment(dev, "erase_identity")["IDENTITY_BACKUP_DAYS"] == str(said["Default"])


def test_the_identity_table_has_the_indexes_the_store_uses(each: dict[str, Any]) -> None:
    table = properties(each, "IdentityTable")
    types = {said["AttributeName"]: said["AttributeType"] for said in table["AttributeDefinitions"]}
    indexes = {index["IndexName"]: index for index in table["GlobalSecondaryIndexes"]}

    assert set(indexes) == {index.name for index in INDEXES}
    for index in INDEXES:
        keys = [said["AttributeName"] for said in indexes[index.name]["KeySchema"]]
        assert keys == [index.partition, index.sort]
        assert indexes[index.name]["Projection"] == {"ProjectionType": "KEYS_ONLY"}
        assert (types[index.partition], types[index.sort]) == ("S", index.sort_type)


def test_a_deploy_makes_a_first_hash_key_that_works(each: dict[str, Any]) -> None:
    made = properties(each, "IdentityHashSecret")["GenerateSecretString"]
    secret = json.loads(made["SecretStringTemplate"]) | {
        made["GenerateStringKey"]: "kR7vQ2mZ9xTfL4wNpB8sYcHdJ6gUaE3iVoX5tK1rMqWzShDnGyPbCjFeAu0l2O4s"[
            : made["PasswordLength"]
        ]
    }

    assert HashKeys.parse(secret).writing == 1


def test_the_identity_key_rotates_and_is_deleted_after_a_month(each: dict[str, Any]) -> None:
    key = properties(each, "IdentityKey")

    assert (key["EnableKeyRotation"], key["PendingWindowInDays"]) == (True, 30)


def test_the_identity_key_is_used_through_the_table_or_by_identity_roles_only(each: dict[str, Any]) -> None:
    said = {
        statement["Sid"]: statement for statement in properties(each, "IdentityKey")["KeyPolicy"]["Statement"]
    }
    using = {
        sid
        for sid, statement in said.items()
        if {"kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt"} & set(as_list(statement["Action"]))
    }

    assert using == {"WhoeverMayUseTheTable", "IdentityFunctions"}
    assert said["WhoeverMayUseTheTable"]["Condition"]["StringEquals"] == {
        "kms:CallerAccount": {"Ref": "AWS::AccountId"},
        "kms:ViaService": {"Fn::Sub": "dynamodb.${AWS::Region}.${AWS::URLSuffix}"},
    }
    assert said["IdentityFunctions"]["Condition"] == {
        "ArnLike": {
            "aws:PrincipalArn": {
                "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${AWS::StackName}-Identity*"
            }
        }
    }
    assert all(role_of(each, function).startswith("Identity") for function in ALLOWED)


@pytest.mark.parametrize("function", ALLOWED)
@pytest.mark.parametrize(("port", "name"), PORTS.items())
def test_an_identity_function_gets_only_the_ports_its_handler_declares(
    dev: dict[str, Any], function: str, port: str, name: str
) -> None:
    handler = load_handler(handlers()[function])

    assert handler.kind is IdentityDeps
    assert (port in handler.needs) == (name in environment(dev, function))


def test_no_other_function_knows_the_table_of_persons(dev: dict[str, Any]) -> None:
    told = {
        function
        for function in functions(dev)
        if any(name.startswith("IDENTITY_") for name in environment(dev, function))
    }

    # closing an account forgets who it was
    assert told == set(ALLOWED) - {"preview_bypass"} | {"close_user"}


def test_the_timer_starts_the_identity_sweep_and_nothing_else(each: dict[str, Any]) -> None:
    target = properties(each, "IdentitySweepQuarterly")["Target"]

    assert target["Arn"] == {"Fn::GetAtt": ["IdentitySweep", "Arn"]}
    assert set(allowed(each, "IdentitySweepQuarterlyRole")) == {
        "lambda:InvokeFunction IdentitySweep",
        "sqs:SendMessage SweepDeadLetters",
    }


@pytest.mark.parametrize("key", ["IdentityKey", "DataKey"])
def test_no_role_grants_itself_the_identity_key_or_the_data_key(each: dict[str, Any], key: str) -> None:
    granting = [one for one in key_policy(each, key) if "kms:CreateGrant" in as_list(one["Action"])]

    assert [one["Sid"] for one in granting] == ["DynamoDbForItself"]
    assert granting[0]["Condition"] == {
        "Bool": {"kms:GrantIsForAWSResource": "true"},
        "StringEquals": {
            "kms:CallerAccount": {"Ref": "AWS::AccountId"},
            "kms:ViaService": {"Fn::Sub": "dynamodb.${AWS::Region}.${AWS::URLSuffix}"},
        },
    }


@pytest.mark.parametrize(
    ("named", "who"),
    [
        ("role/payments-deployer", "role/payments-deployer"),
        ("user/admins/kim", "user/admins/kim"),
        ("", "root"),
    ],
)
def test_the_identity_key_policy_is_changed_only_by_whom_the_operator_names(named: str, who: str) -> None:
    template = transformed(configuration("dev") | {"IdentityKeyAdministrator": named})

    changing = [one for one in key_policy(template) if "kms:PutKeyPolicy" in as_list(one["Action"])]

    assert [one["Sid"] for one in changing] == ["WhoChangesThisPolicy"]
    assert (
        changing[0]["Principal"]["AWS"]["Fn::Sub"]
        .replace("${IdentityKeyAdministrator}", named)
        .endswith(f":{who}")
    )


@pytest.mark.parametrize("stage", ["stg", "prod"])
def test_outside_dev_an_administrator_of_the_identity_key_is_named(stage: str) -> None:
    refused = refusals(configuration(stage) | {"IdentityKeyAdministrator": ""})

    assert refused == ("Outside dev somebody is named who alone may change the identity key's policy.",)


@pytest.mark.parametrize("who", ["*", "role/*", "root", "arn:aws:iam::000000000000:role/x", "group/admins"])
def test_the_named_administrator_is_one_user_or_role_of_this_account(who: str) -> None:
    refused = refusals(configuration("prod") | {"IdentityKeyAdministrator": who})

    assert refused == ("IdentityKeyAdministrator is user/NAME or role/NAME of this account, or empty",)


def key_policy(template: dict[str, Any], key: str = "IdentityKey") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = properties(template, key)["KeyPolicy"]["Statement"]
    return found
