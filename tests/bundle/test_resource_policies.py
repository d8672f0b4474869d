"""Bus, topic and bucket say themselves who may, from where and how, whatever IAM allows elsewhere."""

from typing import Any

import pytest

from portone_local.template.cloudformation import configuration, transformed

PLAIN = {"Bool": {"aws:SecureTransport": "false"}}


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in template["Resources"].values() if each["Type"] == kind]


def names(template: dict[str, Any], kind: str) -> list[dict[str, str]]:
    return [{"Ref": name} for name, each in template["Resources"].items() if each["Type"] == kind]


@pytest.mark.parametrize(
    ("kind", "policy", "field"),
    [
        ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics"),
        ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "Bucket"),
    ],
)
def test_nothing_is_sent_or_read_without_tls(
    each: dict[str, Any], kind: str, policy: str, field: str
) -> None:
    covered = [
        held
        for found in of_type(each, policy)
        for statement in found["PolicyDocument"]["Statement"]
        if (statement["Effect"], statement["Condition"]) == ("Deny", PLAIN)
        for held in (found[field] if isinstance(found[field], list) else [found[field]])
    ]

    assert sorted(map(str, covered)) == sorted(map(str, names(each, kind)))


@pytest.mark.parametrize("replaying", ["", "arn:aws:iam::000000000000:role/replay"])
def test_only_the_publisher_puts_events_on_the_bus(replaying: str) -> None:
    template = transformed(configuration("prod") | {"ReplayPrincipalArn": replaying})
    (bus,) = of_type(template, "AWS::Events::EventBus")
    (statement,) = bus["Policy"]["Statement"]
    publisher = {
        "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${AWS::StackName}-PublishRole-*"
    }

    assert (statement["Effect"], statement["Principal"], statement["Action"]) == (
        "Deny",
        "*",
        "events:PutEvents",
    )
    named = [publisher, replaying] if replaying else [publisher]
    assert statement["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": named}}


def test_the_topic_accepts_alarms_of_this_stack_only(each: dict[str, Any]) -> None:
    (policy,) = of_type(each, "AWS::SNS::TopicPolicy")
    (allowed,) = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]

    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert allowed["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(":alarm:${AWS::StackName}-*")


def test_the_role_of_a_schedule_is_assumed_for_schedules_of_this_account_only(each: dict[str, Any]) -> None:
    trusts = [
        statement["Condition"]["StringEquals"]
        for role in of_type(each, "AWS::IAM::Role")
        for statement in role["AssumeRolePolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
    ]

    assert len(trusts) == len(of_type(each, "AWS::Scheduler::Schedule"))
    for trust in trusts:
        assert trust["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
        assert trust["aws:SourceArn"]["Fn::Sub"].endswith(":schedule-group/default")


def test_the_key_of_personal_data_serves_functions_of_this_stack_only(each: dict[str, Any]) -> None:
    (key,) = [one for one in of_type(each, "AWS::KMS::Key") if "personal data" in str(one["Description"])]
    using = [
        one for one in key["KeyPolicy"]["Statement"] if {"kms:Decrypt", "kms:Encrypt"} & {*one["Action"]}
    ]

    assert [one["Sid"] for one in using] == ["FunctionsOfThisStack"]
    pattern = using[0]["Condition"]["ArnLike"]["aws:PrincipalArn"]["Fn::Sub"]
    assert pattern.endswith(":role/${AWS::StackName}-*Role-*")
    assert "kms:CreateGrant" not in str(key["KeyPolicy"])
