"""What is written about a request: known keys, plain values, and never what somebody sent."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from portone_local.capture import capturing
from portone_local.gateway.messages import Response
from portone_local.stack import Stack
from portone_local.testing.world import USER, an_order_body, populate
from portone_payments.domain.payment_errors import PaymentNotFound
from portone_payments.entry.deps import Deps
from portone_payments.entry.failure import JobFailed
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.job import JobHandler
from portone_payments.entry.telemetry import ALLOWED, EmfMeter, make_logger
from portone_payments.ports import Metric

CANARY = "canary-Hong-Gildong-010-0000-0000"


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logger(stream: io.StringIO) -> Iterator[Logger]:
    made = make_logger()
    handler: Any = made.registered_handler
    before = handler.setStream(stream)
    yield made
    handler.setStream(before)


def boom(*_: Any) -> Any:
    """Whatever it is asked to do, it fails with a text that must not be seen."""
    raise RuntimeError(CANARY)


def written(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def emf(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines() if '"_aws"' in line]


def deps(**overrides: Any) -> Deps:
    """Dependencies of a handler that asks for nothing but a logger and a meter."""
    meter = EmfMeter("PortOnePayments", "payments-test")
    return Deps({}, **({"meter": meter, "logger": logging.getLogger("unheard")} | overrides))


def with_customer(logger: Logger) -> Logger:
    logger.append_keys(customer=CANARY)
    return logger


WAYS_TO_SAY_TOO_MUCH: dict[str, Callable[[Logger], None]] = {
    "an extra field": lambda logger: logger.info("said", buyer=CANARY),
    "an extra of the standard library": lambda logger: logger.info("said", extra={"phone": CANARY}),
    "a field that stays": lambda logger: with_customer(logger).info("said"),
    "a structure under a known key": lambda logger: logger.info("said", code={"deep": [CANARY]}),
    "a structure as the message": lambda logger: logger.info({"deep": CANARY}),
    "JSON as the message": lambda logger: logger.info(json.dumps({"deep": CANARY})),
    "an exception": lambda logger: logger.error("failed", exc_info=RuntimeError(CANARY)),
    "an object under a known key": lambda logger: logger.info("said", code=RuntimeError(CANARY)),
}


@pytest.mark.parametrize("way", WAYS_TO_SAY_TOO_MUCH)
def test_a_line_holds_known_keys_and_plain_values_only(logger: Logger, stream: io.StringIO, way: str) -> None:
    WAYS_TO_SAY_TOO_MUCH[way](logger)

    (line,) = written(stream)
    assert set(line) <= ALLOWED
    assert CANARY not in stream.getvalue()


def test_what_is_known_is_written(logger: Logger, stream: io.StringIO) -> None:
    logger.warning("answered", status=404, code="payment_not_found", route="GET /payments/{paymentId}")

    (line,) = written(stream)
    assert (line["level"], line["message"], line["status"]) == ("WARNING", "answered", 404)
    assert (line["code"], line["route"]) == ("payment_not_found", "GET /payments/{paymentId}")
    assert line["timestamp"].endswith("+00:00")


def test_an_exception_nobody_foresaw_is_its_type_and_place(logger: Logger, stream: io.StringIO) -> None:
    answer = HttpHandler(boom, deps=deps(logger=logger))({}, None)

    (line,) = written(stream)
    assert line["error_type"] == "RuntimeError"
    assert line["at"].startswith("test_telemetry.py:")
    assert CANARY not in stream.getvalue() + answer["body"]


def test_what_a_failed_job_raises_does_not_say_what_went_wrong(logger: Logger, stream: io.StringIO) -> None:
    with pytest.raises(JobFailed, match="RuntimeError") as raised:
        JobHandler(boom, deps=deps(logger=logger))({}, None)

    assert CANARY not in stream.getvalue() + str(raised.value)


@pytest.mark.parametrize(
    "library", ["httpx", "httpcore", "botocore", "boto3", "urllib3", "aws_lambda_powertools"]
)
def test_a_talkative_library_is_silent_even_when_everything_is_to_be_logged(
    logger: Logger, library: str
) -> None:
    del logger
    with capturing() as lines:
        logging.getLogger(f"{library}.connection").info("GET /billing-keys/%s", CANARY)
        logging.getLogger(f"{library}.connection").debug("body=%s", CANARY)

    assert lines == []


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


def test_metrics_go_where_the_template_says(
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
    handler = HttpHandler(route, deps=deps())

    handler({}, None)
    handler({}, None)

    lines = emf(capsys.readouterr().out)
    assert [line["WebhookSignatureFailure"] for line in lines] == [[1.0], [1.0]]


def test_counts_of_a_failed_job_are_written(logger: Logger, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(JobFailed):
        JobHandler(fail, deps=deps(logger=logger))({}, None)

    (line,) = emf(capsys.readouterr().out)
    assert line["WebhookSignatureFailure"] == [1.0]


def test_nothing_counted_is_nothing_written(capsys: pytest.CaptureFixture[str]) -> None:
    EmfMeter("PortOnePayments", "payments-test").flush()

    assert capsys.readouterr().out == ""


def everything_a_caller_can_fill_in(stack: Stack) -> Iterator[Response]:
    """Requests with a canary wherever they have room for one."""
    headers = {"user-agent": CANARY, "x-forwarded-for": CANARY, "idempotency-key": CANARY, "cookie": CANARY}
    app = stack.app(USER, name=CANARY, phone_number=CANARY)
    body = an_order_body(name=CANARY, itemKind=CANARY)
    yield stack.shop.put("/orders/order-canary", an_order_body(name=CANARY))
    yield stack.shop.put("/orders/order-wrong", body | {CANARY: CANARY})
    yield app.post("/payments", {"orderId": "order-canary", "platform": "web"}, headers=headers)
    yield app.post("/payments", {"orderId": CANARY, "platform": CANARY}, headers=headers)
    yield app.get(f"/payments?cursor={CANARY}", headers=headers)
    yield app.get(f"/payments/{CANARY}", headers=headers)
    yield app.request("POST", "/payments", body=CANARY.encode(), headers=headers)
    yield stack.staff.get(f"/ops/attention?kind={CANARY}")


def test_nothing_a_caller_filled_in_is_logged_or_counted_or_queued() -> None:
    with Stack.in_memory(seed=1) as stack:
        tampered = populate(stack).payments["tampered"]

        answers = [*everything_a_caller_can_fill_in(stack)]
        answers.append(stack.staff.post(f"/ops/payments/{tampered}/resolve", {"reason": CANARY}))
        stack.run_for(120)

        told = [*stack.logs, *stack.metrics, *stack.ports["queue"].bodies]
        assert {answer.status for answer in answers} == {200, 400, 404}
        assert len(told) > len(answers)
        assert [line for line in told if CANARY in line] == []


def test_a_canary_that_is_logged_is_found() -> None:
    with Stack.in_memory() as stack:
        logging.getLogger("anybody").debug("said", extra={"buyer": CANARY})

        assert [line for line in stack.logs if CANARY in line]
