"""What is logged about a request: known keys, plain values, and never its input."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from portone_local.gateway.messages import Response
from portone_local.stack.stack import Stack
from portone_local.twins.logs import capturing
from portone_payments.entry.failure import JobFailed
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.job import JobHandler
from portone_payments.entry.wiring.telemetry import ALLOWED
from tests.support.lone_handlers import deps
from tests.support.world import USER, an_order_body, populate

CANARY = "canary-Hong-Gildong-010-0000-0000"


def boom(*_: Any) -> Any:
    """Every call fails with a text that must not be logged."""
    raise RuntimeError(CANARY)


def written(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


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


def test_a_known_value_is_written(logger: Logger, stream: io.StringIO) -> None:
    logger.warning("answered", status=404, code="payment_not_found", route="GET /payments/{paymentId}")

    (line,) = written(stream)
    assert (line["level"], line["message"], line["status"]) == ("WARNING", "answered", 404)
    assert (line["code"], line["route"]) == ("payment_not_found", "GET /payments/{paymentId}")
    assert line["timestamp"].endswith("+00:00")


def test_an_unforeseen_exception_is_logged_by_its_type_and_place(logger: Logger, stream: io.StringIO) -> None:
    answer = HttpHandler(boom, rights=(), deps=deps(logger=logger))({}, None)

    (line,) = written(stream)
    assert line["error_type"] == "RuntimeError"
    assert line["at"].startswith("telemetry/test_telemetry.py:")
    assert CANARY not in stream.getvalue() + answer["body"]


def test_the_exception_of_a_failed_job_does_not_reveal_what_went_wrong(
    logger: Logger, stream: io.StringIO
) -> None:
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


def test_no_input_of_a_caller_is_logged_counted_or_queued() -> None:
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
