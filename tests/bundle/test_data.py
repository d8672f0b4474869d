"""What is stored, how long, and under which key: what the local AWS silently ignores."""

import json
from typing import Any

import pytest

from portone_local.template.cloudformation import configuration, refusals, transformed
from portone_payments.adapters.aws.secret_shape import signing_key
from portone_payments.adapters.dynamo.keys import INDEXES

OUTLIVES = (
    "PaymentsTable",
    "DataKey",
    "PiiKey",
    "ApiSecret",
    "WebhookSecret",
    "HashKeySecret",
    "FunctionLogs",
    "AccessLogs",
)
DATA_KEY = {"Fn::GetAtt": ["DataKey", "Arn"]}


def properties(template: dict[str, Any], logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][logical_id]["Properties"]
    return found


def keys(schema: list[dict[str, str]]) -> tuple[str, str]:
    hash_key, range_key = schema
    assert (hash_key["KeyType"], range_key["KeyType"]) == ("HASH", "RANGE")
    return hash_key["AttributeName"], range_key["AttributeName"]


def test_the_table_has_the_keys_and_sparse_indexes_the_store_uses(each: dict[str, Any]) -> None:
    table = properties(each, "PaymentsTable")
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    indexes = {index["IndexName"]: index for index in table["GlobalSecondaryIndexes"]}

    assert keys(table["KeySchema"]) == ("pk", "sk")
    assert set(indexes) == {index.name for index in INDEXES}
    for index in INDEXES:
        assert keys(indexes[index.name]["KeySchema"]) == (index.partition, index.sort)
        assert indexes[index.name]["Projection"] == {"ProjectionType": "KEYS_ONLY"}
        assert (types[index.partition], types[index.sort]) == ("S", index.sort_type)


def test_the_table_is_paid_by_request_recoverable_and_encrypted_under_our_key(each: dict[str, Any]) -> None:
    table = properties(each, "PaymentsTable")

    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": DATA_KEY}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}


@pytest.mark.parametrize(("environment", "protected"), [("dev", "false"), ("stg", "true"), ("prod", "true")])
def test_outside_dev_the_table_refuses_to_be_deleted(environment: str, protected: str) -> None:
    table = properties(transformed(configuration(environment)), "PaymentsTable")

    assert table["DeletionProtectionEnabled"] == protected


@pytest.mark.parametrize("environment", ["stg", "prod"])
def test_outside_dev_no_deployment_goes_without_deletion_protection(environment: str) -> None:
    refused = refusals(configuration(environment) | {"DeletionProtection": "false"})

    assert refused == ("Outside dev the payments table is protected against deletion.",)


@pytest.mark.parametrize("logical_id", OUTLIVES)
def test_irreplaceable_resources_outlive_the_stack(each: dict[str, Any], logical_id: str) -> None:
    resource = each["Resources"][logical_id]

    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


@pytest.mark.parametrize("key", ["DataKey", "PiiKey"])
def test_a_key_rotates_and_is_deleted_after_a_month(each: dict[str, Any], key: str) -> None:
    assert properties(each, key)["EnableKeyRotation"] is True
    assert properties(each, key)["PendingWindowInDays"] == 30


@pytest.mark.parametrize("group", ["FunctionLogs", "AccessLogs"])
def test_logs_are_encrypted_and_expire(group: str) -> None:
    logs = properties(transformed(configuration("prod") | {"LogRetentionDays": "180"}), group)

    assert logs | {"LogGroupName": None} == {
        "KmsKeyId": DATA_KEY,
        "RetentionInDays": "180",
        "LogGroupName": None,
    }


def test_every_function_logs_json_into_its_expiring_group(each: dict[str, Any]) -> None:
    logging = [
        resource["Properties"]["LoggingConfig"]
        for resource in each["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]

    assert all(config["LogGroup"] == {"Ref": "FunctionLogs"} for config in logging)
    assert all(config["LogFormat"] == "JSON" for config in logging)
    assert all(config["ApplicationLogLevel"] == "INFO" for config in logging)  # metrics are INFO lines


def test_queues_and_the_alarm_topic_are_encrypted(each: dict[str, Any]) -> None:
    queues = [r["Properties"] for r in each["Resources"].values() if r["Type"] == "AWS::SQS::Queue"]

    assert len(queues) == 5
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues)
    assert properties(each, "AlarmTopic")["KmsMasterKeyId"] == DATA_KEY


def test_secrets_are_created_with_values_that_cannot_work(each: dict[str, Any]) -> None:
    api = json.loads(properties(each, "ApiSecret")["SecretString"])
    webhook = json.loads(properties(each, "WebhookSecret")["SecretString"])
    made = properties(each, "HashKeySecret")["GenerateSecretString"]

    assert api == {"apiSecret": "REPLACE-ME"}
    assert webhook == {"current": "REPLACE-ME", "previous": ""}
    assert signing_key(webhook["current"]) is None
    assert (made["GenerateStringKey"], made["PasswordLength"]) == ("hashKey", 64)
    for secret in ("ApiSecret", "WebhookSecret", "HashKeySecret"):
        assert properties(each, secret)["KmsKeyId"] == DATA_KEY


def test_the_access_log_needs_no_line_in_the_resource_policy_of_the_account(prod: dict[str, Any]) -> None:
    """API Gateway grants itself each group outside /aws/vendedlogs/ in a policy of 5,120 characters."""
    name, parts = properties(prod, "AccessLogs")["LogGroupName"]["Fn::Sub"]
    (logs,) = [
        each for each in properties(prod, "DataKey")["KeyPolicy"]["Statement"] if each.get("Sid") == "Logs"
    ]
    allowed = logs["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]

    assert name == "/aws/vendedlogs/${AWS::StackName}-${Id}"
    assert parts == {"Id": {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}}
    assert {each["Fn::Sub"].rpartition("log-group:")[2] for each in allowed} == {
        "${AWS::StackName}-*",
        "/aws/vendedlogs/${AWS::StackName}-*",
    }
