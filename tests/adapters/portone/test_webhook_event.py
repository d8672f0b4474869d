"""Deliveries as a Function URL hands them over (payload version 2.0), and the sample events."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from portone_payments.adapters.portone.webhook import MAX_BODY, raw_body, read_delivery, single_headers
from portone_payments.domain.errors.common import (
    InvalidRequest,
    MethodNotAllowed,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.ports.world import WebhookSecrets
from tests.support.deliveries import SECRET, SENT, delivery, function_url_event

EVENTS = Path(__file__).parents[3] / "events"


def read(event: dict[str, Any]) -> Delivery:
    return read_delivery(
        method=event["requestContext"]["http"]["method"],
        headers=single_headers(event),
        body=raw_body(event),
        secrets=WebhookSecrets(signing=(SECRET,)),
        now=SENT,
        tolerance=300,
    )


@pytest.mark.parametrize(
    ("name", "kind", "old_version"),
    [
        ("webhook-paid", "Transaction.Paid", False),
        ("webhook-cancelled-base64", "Transaction.Cancelled", False),
        ("webhook-confirm", "Transaction.Confirm", False),
        ("webhook-old-version-form", "Transaction.VirtualAccountIssued", True),
    ],
)
def test_each_sample_event_is_signed_with_the_example_secret(
    *, name: str, kind: str, old_version: bool
) -> None:
    event = json.loads((EVENTS / f"{name}.json").read_text())

    found = read(event)

    assert (found.type, found.old_version, found.fresh) == (kind, old_version, True)
    assert found.payment_id == "examplePayment0001"


@pytest.mark.parametrize("encode", [True, False])
def test_a_body_is_the_same_bytes_as_text_and_as_base64(*, encode: bool) -> None:
    body = '{"type":"한글"}\r\n'.encode()

    assert raw_body(function_url_event({}, body, encode=encode)) == body


@pytest.mark.parametrize("event", [{}, {"body": None}, {"body": "", "isBase64Encoded": True}])
def test_no_body_is_an_empty_body(event: dict[str, Any]) -> None:
    assert raw_body(event) == b""


@pytest.mark.parametrize(
    "event",
    [
        *(
            {"body": text, "isBase64Encoded": True}
            for text in ("A", "e30", "e30=!", "e 30=", "한글", "=", "e30-")
        ),
        {"body": {"type": "Transaction.Paid"}, "isBase64Encoded": False},
        {"body": 5, "isBase64Encoded": True},
        {"body": "\ud800", "isBase64Encoded": False},
    ],
)
def test_a_body_that_is_not_what_the_event_says_is_an_invalid_request(event: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        raw_body(event)

    assert refused.value.data == {"field": "body", "reason": "encoding"}


def test_base64_is_decoded_before_the_signature_is_checked() -> None:
    case = delivery(b'{"type":"Transaction.Paid","data":{"paymentId":"p1"}}')
    event = function_url_event(case.headers, case.body, encode=True)

    assert base64.b64decode(event["body"]) == case.body
    assert read(event).payment_id == "p1"


def test_spellings_of_one_header_with_one_value_are_one_header() -> None:
    headers = {"Webhook-Id": "a", "webhook-id": "a", "X-Other": "1", "x-other": "2"}

    assert single_headers({"headers": headers}) == {"webhook-id": "a", "x-other": "1, 2"}


@pytest.mark.parametrize("event", [{}, {"headers": None}, {"headers": {}}])
def test_an_event_without_headers_has_none(event: dict[str, Any]) -> None:
    assert single_headers(event) == {}


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "OPTIONS", "post", ""])
def test_only_post_is_read(method: str) -> None:
    case = delivery(b"{}")

    with pytest.raises(MethodNotAllowed):
        read(function_url_event(case.headers, case.body, method=method))


@pytest.mark.parametrize("content_type", ["text/plain", "", "application/jsonx", "multipart/form-data"])
def test_a_content_type_portone_never_sends_is_refused(content_type: str) -> None:
    case = delivery(b"{}", content_type=content_type)

    with pytest.raises(UnsupportedMediaType):
        read(function_url_event(case.headers, case.body))


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_a_content_type_may_carry_parameters_and_any_case(content_type: str) -> None:
    case = delivery(b"{}", content_type=content_type)

    assert read(function_url_event(case.headers, case.body)).fresh


def test_a_body_at_the_cap_is_read_and_one_byte_more_is_refused_before_the_signature() -> None:
    case = delivery(b" " * MAX_BODY)
    unsigned = {**case.headers, "webhook-signature": "no signature"}

    assert read(function_url_event(case.headers, case.body)).fresh
    with pytest.raises(PayloadTooLarge):
        read(function_url_event(unsigned, case.body + b" "))
