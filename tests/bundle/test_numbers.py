"""The time numbers of rule 4.6: each only works because of its neighbours."""

from typing import Any

import pytest

from portone_local.template.cloudformation import environment, functions

API = (
    *(
        "put_order",
        "get_order",
        "withdraw_order",
        "prepare_payment",
        "verify_payment",
        "get_payment",
        "list_payments",
    ),
    *("list_attention", "catch_up_payment", "resolve_payment", "list_discrepancies", "close_discrepancy"),
)
LEASE_SECONDS = 180


def properties(template: dict[str, Any], logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][logical_id]["Properties"]
    return found


def timeout(template: dict[str, Any], function: str) -> int:
    seconds: int = properties(template, functions(template)[function])["Timeout"]
    return seconds


@pytest.mark.parametrize("function", API)
def test_a_function_behind_the_api_ends_before_the_api_gives_up(each: dict[str, Any], function: str) -> None:
    assert timeout(each, function) == 27


def test_a_name_lookup_ends_within_the_connection_timeout(each: dict[str, Any]) -> None:
    """A second for each of two attempts; httpx and boto3 bound only what comes after the look-up."""
    options = {environment(each, function)["RES_OPTIONS"] for function in functions(each)}

    assert options == {"timeout:1 attempts:2"}


def test_the_webhook_ends_after_ten_seconds(each: dict[str, Any]) -> None:
    assert timeout(each, "receive_webhook") == 10


def test_a_sweep_ends_before_the_next_begins(each: dict[str, Any]) -> None:
    schedule = properties(each, "SweepEveryMinute")

    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert timeout(each, "sweep_payments") == 50


def test_an_audit_runs_within_a_day_of_any_change_and_goes_on_after_its_timeout(each: dict[str, Any]) -> None:
    schedule = properties(each, "AuditDaily")
    invoked = properties(each, "AuditEventInvokeConfig")

    assert schedule["ScheduleExpression"] == "cron(30 7,19 * * ? *)"  # 16:30 and 04:30 KST
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert invoked["MaximumRetryAttempts"] == 2
    assert timeout(each, "audit_payments") == 900


def test_a_worker_ends_within_the_lease_and_long_before_its_message_returns(each: dict[str, Any]) -> None:
    queue = properties(each, "WorkQueue")

    assert timeout(each, "work_payments") == 150 < LEASE_SECONDS
    assert queue["VisibilityTimeout"] == 900 >= 6 * timeout(each, "work_payments")


def test_a_message_is_given_up_after_three_receipts_and_kept_for_two_weeks(each: dict[str, Any]) -> None:
    redrive = properties(each, "WorkQueue")["RedrivePolicy"]

    assert redrive == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["WorkDeadLetters", "Arn"]},
        "maxReceiveCount": 5,
    }
    assert properties(each, "WorkDeadLetters")["MessageRetentionPeriod"] == 14 * 86400


def test_workers_take_ten_messages_and_report_only_the_failed_ones(each: dict[str, Any]) -> None:
    queue = {"Fn::GetAtt": ["WorkQueue", "Arn"]}
    (mapping,) = [
        resource["Properties"]
        for resource in each["Resources"].values()
        if resource["Type"] == "AWS::Lambda::EventSourceMapping"
        and resource["Properties"]["EventSourceArn"] == queue
    ]

    assert mapping["BatchSize"] == 10
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_failed_sweep_is_not_repeated_but_kept(each: dict[str, Any]) -> None:
    target = properties(each, "SweepEveryMinute")["Target"]
    invoked = properties(each, "SweepEventInvokeConfig")
    letters = {"Fn::GetAtt": ["SweepDeadLetters", "Arn"]}

    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60}
    assert target["DeadLetterConfig"] == {"Arn": letters}
    assert (invoked["MaximumRetryAttempts"], invoked["MaximumEventAgeInSeconds"]) == (0, 60)
    assert invoked["DestinationConfig"] == {"OnFailure": {"Destination": letters}}
