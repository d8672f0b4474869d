"""Every alarm watches a metric that is counted, reaches the topic, and has a page in the runbook."""

import re
from typing import Any

import pytest

from portone_local.template.cloudformation import ROOT, configuration, environment, transformed
from portone_payments.ports.world import Metric

WATCHED = {
    Metric.MISMATCH,
    Metric.SURPLUS,
    Metric.QUARANTINED,
    Metric.UNKNOWN,
    Metric.AMBIGUOUS,
    Metric.LATE,
    Metric.LAGGING_LONG,
    Metric.CHARGEBACK,
    Metric.DEPOSIT_TAKEN_BACK,
    Metric.REFUND_STUCK,
    Metric.PART_ENDED,
    Metric.RECEIPT_UNKNOWN,
    Metric.HINT_GIVEN_UP,
    Metric.DEAD_LETTERED,
    Metric.UNRECOGNISED,
    Metric.ORPHAN,
    Metric.SIGNATURE_FAILURE,
    Metric.OLD_VERSION,
    Metric.CREDENTIAL_REFUSED,
    Metric.SENDING_STOPPED,
    Metric.DUE_LAG,
    Metric.CHARGE_LAG,
    Metric.IDENTITY_LAG,
    Metric.IDENTITY_ORPHANS,
    Metric.CHARGE_DECLINED,
    Metric.DISCREPANCY,
    Metric.ITEM_SKIPPED,
    Metric.END_PUT_OFF,
    Metric.IDENTITY_DUPLICATES,
    Metric.IDENTITY_MERCHANT,
    Metric.JOB_FAILED,
}
OURS = "PortOnePayments"


def alarms(template: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    ]


def name(alarm: dict[str, Any]) -> str:
    return str(alarm["AlarmName"]["Fn::Sub"]).removeprefix("${AWS::StackName}-")


def test_every_metric_staff_must_know_has_an_alarm(each: dict[str, Any]) -> None:
    watched = {alarm["MetricName"] for alarm in alarms(each) if alarm["Namespace"] == OURS}

    assert watched == {metric.value for metric in WATCHED}


def test_an_alarm_watches_the_namespace_the_functions_count_in(each: dict[str, Any]) -> None:
    counted = environment(each, "work_payments")
    ours = [alarm for alarm in alarms(each) if alarm["Namespace"] == OURS]

    assert counted["POWERTOOLS_METRICS_NAMESPACE"] == OURS
    for alarm in ours:
        assert alarm["Dimensions"] == [{"Name": "service", "Value": counted["POWERTOOLS_SERVICE_NAME"]}]


def test_declines_are_watched_as_a_rate(each: dict[str, Any]) -> None:
    (declines,) = [alarm for alarm in alarms(each) if alarm["MetricName"] == Metric.CHARGE_DECLINED]

    assert (declines["Statistic"], declines["Threshold"]) == ("Average", 0.5)


def test_bad_signatures_are_watched_as_a_share(each: dict[str, Any]) -> None:
    (signatures,) = [alarm for alarm in alarms(each) if alarm["MetricName"] == Metric.SIGNATURE_FAILURE]

    assert (signatures["Statistic"], signatures["Threshold"]) == ("Average", 0.5)
    assert (signatures["Period"], signatures["DatapointsToAlarm"], signatures["EvaluationPeriods"]) == (
        1200,
        2,
        3,
    )


def test_money_in_doubt_is_reported_at_once(each: dict[str, Any]) -> None:
    at_once = {
        alarm["MetricName"]
        for alarm in alarms(each)
        if (alarm["Threshold"], alarm["Period"], alarm["EvaluationPeriods"]) == (1, 300, 1)
    }

    assert at_once >= {
        Metric.MISMATCH,
        Metric.SURPLUS,
        Metric.QUARANTINED,
        Metric.UNKNOWN,
        Metric.DEAD_LETTERED,
        Metric.ITEM_SKIPPED,
        Metric.AMBIGUOUS,
        Metric.LATE,
        Metric.LAGGING_LONG,
        Metric.CHARGEBACK,
        Metric.DEPOSIT_TAKEN_BACK,
        Metric.REFUND_STUCK,
        Metric.PART_ENDED,
    }


def test_unfinished_work_is_reported_after_ten_minutes(each: dict[str, Any]) -> None:
    (lag,) = [alarm for alarm in alarms(each) if alarm.get("MetricName") == Metric.DUE_LAG]

    assert (lag["Statistic"], lag["Threshold"]) == ("Maximum", 600)


def test_data_that_should_have_expired_is_reported_long_before_the_day_is_over(each: dict[str, Any]) -> None:
    (lag,) = [alarm for alarm in alarms(each) if alarm.get("MetricName") == Metric.IDENTITY_LAG]

    assert (lag["Statistic"], lag["Threshold"]) == ("Maximum", 6 * 3_600)


def test_a_worker_whose_every_job_fails_is_seen_within_five_minutes(each: dict[str, Any]) -> None:
    (failed,) = [alarm for alarm in alarms(each) if alarm.get("MetricName") == Metric.JOB_FAILED]

    assert (failed["Statistic"], failed["Threshold"]) == ("Sum", 1)
    assert failed["Period"] * failed["EvaluationPeriods"] <= 120


def test_a_sweep_that_does_not_run_is_noticed(each: dict[str, Any]) -> None:
    (silent,) = [alarm for alarm in alarms(each) if name(alarm) == "sweep-silent"]

    assert silent["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "Sweep"}}]
    assert silent["ComparisonOperator"] == "LessThanThreshold"
    assert silent["TreatMissingData"] == "breaching"


@pytest.mark.parametrize("queue", ["WorkDeadLetters", "SweepDeadLetters"])
def test_a_dead_letter_queue_that_is_not_empty_is_noticed(each: dict[str, Any], queue: str) -> None:
    dimension = {"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}
    (watching,) = [alarm for alarm in alarms(each) if alarm.get("Dimensions") == [dimension]]

    assert (watching["MetricName"], watching["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 1)


@pytest.mark.parametrize("function", ["Webhook", "Sweep", "Work"])
def test_functions_without_a_caller_are_watched_for_errors_and_throttles(
    each: dict[str, Any], function: str
) -> None:
    dimension = {"Name": "FunctionName", "Value": {"Ref": function}}
    watched = {alarm["MetricName"] for alarm in alarms(each) if alarm.get("Dimensions") == [dimension]}

    assert watched >= {"Errors", "Throttles"}


def test_functions_behind_the_api_are_watched_through_it(each: dict[str, Any]) -> None:
    (faults,) = [alarm for alarm in alarms(each) if alarm["Namespace"] == "AWS/ApiGateway"]

    assert (faults["MetricName"], faults["Dimensions"]) == (
        "5xx",
        [{"Name": "ApiId", "Value": {"Ref": "Api"}}],
    )


def test_refusals_of_the_api_are_watched_by_its_access_log(each: dict[str, Any]) -> None:
    filters = [
        resource["Properties"]
        for resource in each["Resources"].values()
        if resource["Type"] == "AWS::Logs::MetricFilter"
    ]
    told = {
        (kept["MetricName"], kept["MetricValue"], one["FilterPattern"])
        for one in filters
        for kept in one["MetricTransformations"]
    }
    watched = {name(alarm): alarm for alarm in alarms(each)}

    assert told == {
        # no function was asked: a caller who meets a limit of ours holds no alarm on
        ("Throttled", "1", '{ $.status = "429" && $.functionStatus = "-" }'),
        ("RefusedShare", "1", '{ $.status = "4*" }'),
        ("RefusedShare", "0", '{ $.status != "4*" }'),
    }
    assert {str(one["LogGroupName"]) for one in filters} == {str({"Ref": "AccessLogs"})}
    assert (watched["api-429"]["MetricName"], watched["api-429"]["Statistic"]) == ("Throttled", "Sum")
    assert (watched["api-4xx"]["MetricName"], watched["api-4xx"]["Statistic"]) == ("RefusedShare", "Average")
    namespaces = {str(kept["MetricNamespace"]) for one in filters for kept in one["MetricTransformations"]}
    assert namespaces == {str(watched[alarm]["Namespace"]) for alarm in ("api-429", "api-4xx")}


@pytest.mark.parametrize("table", ["PaymentsTable", "IdentityTable"])
def test_a_refusing_table_is_noticed(each: dict[str, Any], table: str) -> None:
    dimension = {"Name": "TableName", "Value": {"Ref": table}}
    watched = {alarm["MetricName"] for alarm in alarms(each) if alarm.get("Dimensions") == [dimension]}

    assert watched == {"ReadThrottleEvents", "WriteThrottleEvents"}


def test_every_alarm_reaches_the_topic_made_here_or_the_one_given() -> None:
    given = "arn:aws:sns:ap-northeast-2:000000000000:alarms"
    own = transformed(configuration("prod") | {"AlarmEmail": "pager@shop.example"})
    foreign = transformed(configuration("prod") | {"AlarmTopicArn": given})

    assert all(alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}] for alarm in alarms(own))
    assert own["Resources"]["AlarmsByEmail"]["Properties"]["Endpoint"] == "pager@shop.example"
    assert all(alarm["AlarmActions"] == [given] for alarm in alarms(foreign))
    assert not {"AlarmTopic", "AlarmsByEmail"} & set(foreign["Resources"])


def test_every_alarm_has_a_page_of_its_name_in_the_runbook(prod: dict[str, Any]) -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    pages = set(re.findall(r"^#+ `?([a-z0-9-]+)`?$", runbook, re.MULTILINE))

    assert {name(alarm) for alarm in alarms(prod)} <= pages
