"""How the stream reaches the publisher, and what becomes of what it cannot publish."""

import json
import time
from typing import Any

import pytest

from portone_local.gateway.streaming import StreamRules, matches_any
from portone_local.stack.deployed import DeployedStack
from portone_local.template.cloudformation import functions, transformed
from portone_payments.adapters.aws.event_bus import ATTEMPTS

DAY = 86_400
PATIENCE_SECONDS = 30
DATA_KEY = {"Fn::GetAtt": ["DataKey", "Arn"]}
BUCKET = "UnpublishedRecords"


def properties(template: dict[str, Any], logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][logical_id]["Properties"]
    return found


@pytest.fixture
def mapping(each: dict[str, Any]) -> dict[str, Any]:
    return properties(each, "PublishStream")


def record(name: str, sk: str) -> dict[str, Any]:
    return {"eventName": name, "dynamodb": {"Keys": {"pk": {"S": "p"}, "sk": {"S": sk}}}}


def test_the_stream_holds_each_item_as_it_was_before_and_after(each: dict[str, Any]) -> None:
    specification = properties(each, "PaymentsTable")["StreamSpecification"]

    assert specification == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_publisher_reads_the_payments_tables_stream_from_its_beginning(
    each: dict[str, Any], mapping: dict[str, Any]
) -> None:
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["PaymentsTable", "StreamArn"]}
    assert mapping["FunctionName"] == {"Ref": functions(each)["publish_events"]}
    assert mapping["StartingPosition"] == "TRIM_HORIZON"


def test_a_record_that_fails_is_isolated_retried_and_kept(mapping: dict[str, Any]) -> None:
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] == 10 > ATTEMPTS
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": {"Fn::GetAtt": [BUCKET, "Arn"]}}}


def test_a_record_is_kept_before_the_stream_forgets_it(mapping: dict[str, Any]) -> None:
    assert 3_600 < mapping["MaximumRecordAgeInSeconds"] < DAY


@pytest.mark.parametrize(
    ("given", "wakes"),
    [
        (record("INSERT", "payment"), True),
        (record("MODIFY", "payment"), True),
        (record("REMOVE", "payment"), False),
        (record("INSERT", "order"), False),
        (record("INSERT", "request"), False),
        (record("INSERT", "unmatched"), False),
        (record("INSERT", "history#00000001"), False),
    ],
)
def test_only_a_saved_payment_starts_the_publisher(
    dev: dict[str, Any],
    given: dict[str, Any],
    wakes: bool,  # noqa: FBT001 - the filter's answer
) -> None:
    assert matches_any(StreamRules.of(dev).filters, given) is wakes


def test_the_local_poller_follows_the_template(dev: dict[str, Any]) -> None:
    mapping, rules = properties(dev, "PublishStream"), StreamRules.of(dev)

    assert (rules.batch_size, rules.attempts) == (
        mapping["BatchSize"],
        1 + mapping["MaximumRetryAttempts"],
    )
    assert rules.bisects is mapping["BisectBatchOnFunctionError"]


def test_unpublished_records_are_encrypted_private_and_expire(each: dict[str, Any]) -> None:
    bucket = properties(each, BUCKET)
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": DATA_KEY}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["LifecycleConfiguration"]["Rules"] == [
        {"Id": "Expire", "Status": "Enabled", "ExpirationInDays": 14}
    ]
    assert each["Resources"][BUCKET]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_late_or_failed_events_raise_an_alarm(each: dict[str, Any]) -> None:
    dimension = [{"Name": "FunctionName", "Value": {"Ref": "Publish"}}]
    watched = {
        resource["Properties"]["MetricName"]: resource["Properties"]
        for resource in each["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
        and resource["Properties"].get("Dimensions") == dimension
    }

    assert set(watched) == {"IteratorAge", "Errors", "Throttles"}
    age = watched["IteratorAge"]
    assert (age["Statistic"], age["Threshold"]) == ("Maximum", 600_000)


def test_the_bus_has_the_stacks_name_and_is_an_output(each: dict[str, Any]) -> None:
    assert properties(each, "EventBus")["Name"] == {"Ref": "AWS::StackName"}
    assert transformed()["Outputs"]["EventBus"]["Value"] == {"Ref": "EventBus"}


@pytest.mark.check
def test_the_deployed_publisher_is_fed_by_the_tables_stream(deployed: DeployedStack) -> None:
    bus, events = deployed.resources.ids["EventBus"], deployed.resources.client("events")
    sqs = deployed.resources.client("sqs")
    url = sqs.create_queue(QueueName="listener")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="all", EventBusName=bus, EventPattern='{"source":["portone-payments"]}')
    events.put_targets(Rule="all", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])

    payment_id = deployed.prepared("order-published")

    end, heard = time.monotonic() + PATIENCE_SECONDS, list[str]()
    while f"{payment_id}:1" not in heard and time.monotonic() < end:
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []):
            heard.append(json.loads(message["Body"])["detail"]["id"])
    assert f"{payment_id}:1" in heard
