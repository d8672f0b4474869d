"""A job that fails is counted and logged: a partial batch response is a success to Lambda's own metrics."""

import io
import json
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from portone_payments.entry.job import ParallelQueueHandler, QueueHandler
from portone_payments.entry.wiring.worker import Deps
from portone_payments.ports.world import Metric
from tests.support.lone_handlers import deps

BATCH = {"Records": [{"messageId": f"m{number}", "body": ""} for number in range(10)]}


def fail(message: Any, _found: Any) -> None:
    if message["messageId"] != "m0":
        raise RuntimeError


def count(_message: Any, found: Deps) -> None:
    for _ in range(250):
        found.meter.count(Metric.CHARGE_DECLINED, 0)
        found.meter.count(Metric.CHARGE_DECLINED)


def values(printed: str, metric: Metric) -> list[float]:
    lines = [json.loads(line) for line in printed.splitlines() if '"_aws"' in line]
    return [value for line in lines for value in line.get(metric, [])]


@pytest.mark.parametrize("kind", [QueueHandler, ParallelQueueHandler])
def test_each_failed_job_of_a_batch_is_counted_and_logged(
    kind: Any, logger: Logger, stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = kind(fail, deps=deps(logger=logger))(BATCH, None)

    assert len(answer["batchItemFailures"]) == 9
    assert values(capsys.readouterr().out, Metric.JOB_FAILED) == [1.0] * 9
    assert stream.getvalue().count('"error_type":"RuntimeError"') == 9


def test_nothing_is_lost_of_more_than_a_hundred_counts_by_ten_threads(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ParallelQueueHandler(count, deps=deps())(BATCH, None)

    found = values(capsys.readouterr().out, Metric.CHARGE_DECLINED)
    assert (len(found), sum(found)) == (5_000, 2_500)
