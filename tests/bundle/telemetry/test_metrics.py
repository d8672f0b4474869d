"""What is counted is written once, as the metrics that alarms look for, also when an invocation fails."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from portone_payments.domain.errors.payments import PaymentNotFound
from portone_payments.entry.failure import JobFailed
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.job import JobHandler
from portone_payments.entry.wiring.telemetry import EmfMeter
from portone_payments.entry.wiring.worker import Deps
from portone_payments.ports.world import Metric
from tests.support.lone_handlers import deps

# of one metric in one EMF line; CloudWatch drops what is beyond
MOST_VALUES = 100


def emf(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines() if '"_aws"' in line]


def test_counts_are_one_emf_line_of_the_metrics_alarms_look_for(capsys: pytest.CaptureFixture[str]) -> None:
    meter = EmfMeter("PortOnePayments", "payments-test")

    meter.count(Metric.PAID)
    meter.count(Metric.PAID)
    meter.count(Metric.DUE_LAG, 7.5)
    meter.flush()

    (line,) = emf(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "PortOnePayments",
        "Dimensions": [["service"]],
        "Metrics": [
            {"Name": "PaymentPaid", "Unit": "Count"},
            {"Name": "DueLagSeconds", "Unit": "Seconds"},
        ],
    }
    assert (line["service"], line["PaymentPaid"], line["DueLagSeconds"]) == (
        "payments-test",
        [1.0, 1.0],
        [7.5],
    )


def test_no_count_of_many_threads_is_lost_or_counted_twice(capsys: pytest.CaptureFixture[str]) -> None:
    """One EMF line has room for a hundred values of a metric; a batch runs in ten threads."""
    meter, threads, each = EmfMeter("PortOnePayments", "payments-test"), 10, 1_000
    began = Barrier(threads)

    def count(_number: int) -> None:
        began.wait()
        for _ in range(each):
            meter.count(Metric.PAID)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(count, range(threads)))
    meter.flush()

    lines = emf(capsys.readouterr().out)
    assert sum(sum(line["PaymentPaid"]) for line in lines) == threads * each
    assert max(len(line["PaymentPaid"]) for line in lines) <= MOST_VALUES


def test_metrics_go_to_the_namespace_of_the_template(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "OurNamespace")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "payments-prod")
    meter = Deps({}).meter

    meter.count(Metric.PAID)
    meter.flush()

    (line,) = emf(capsys.readouterr().out)
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "OurNamespace"
    assert line["service"] == "payments-prod"


def refuse(_: Any, found: Deps) -> Any:
    found.meter.count(Metric.SIGNATURE_FAILURE)
    raise PaymentNotFound


def fail(_: Any, found: Deps) -> Any:
    found.meter.count(Metric.SIGNATURE_FAILURE)
    raise RuntimeError


@pytest.mark.parametrize("route", [refuse, fail])
def test_counts_of_an_invocation_are_written_once_also_when_it_fails(
    capsys: pytest.CaptureFixture[str], route: Any
) -> None:
    handler = HttpHandler(route, rights=(), deps=deps())

    handler({}, None)
    handler({}, None)

    lines = emf(capsys.readouterr().out)
    assert [line["WebhookSignatureFailure"] for line in lines] == [[1.0], [1.0]]


def test_counts_of_a_failed_job_are_written(logger: Logger, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(JobFailed):
        JobHandler(fail, deps=deps(logger=logger))({}, None)

    (line,) = emf(capsys.readouterr().out)
    assert line["WebhookSignatureFailure"] == [1.0]


def test_without_counts_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    EmfMeter("PortOnePayments", "payments-test").flush()

    assert capsys.readouterr().out == ""
