"""What the PortOne client makes of each answer, and that it quotes none."""

import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from portone_payments.domain.readings.outcome import Outcome
from tests.support.payment_answers import PAYMENT_ID, paid
from tests.support.portone_calls import SECRET, Wire, error_of, get, pre_register


def test_a_payment_unknown_at_portone_is_none() -> None:
    assert get(Wire(httpx.Response(404, json={"type": "PAYMENT_NOT_FOUND"}))) is None


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (httpx.Response(404, text="<html>not found</html>"), Outcome.UNKNOWN),
        (httpx.Response(404, json={"type": "CHANNEL_NOT_FOUND"}), Outcome.NO_EFFECT),
        (httpx.Response(400, json={"type": "PAYMENT_NOT_FOUND"}), Outcome.UNKNOWN),
    ],
)
def test_only_portone_itself_can_report_an_absent_payment(response: httpx.Response, outcome: Outcome) -> None:
    assert error_of(get, Wire(response)).outcome is outcome


@pytest.mark.parametrize(
    ("status", "error_type", "outcome"),
    [
        (409, "ALREADY_PAID", Outcome.ALREADY_DONE),
        (409, "IDEMPOTENCY_OUTSTANDING_REQUEST", Outcome.IN_FLIGHT),
        (400, "INVALID_REQUEST", Outcome.NO_EFFECT),
        (401, "UNAUTHORIZED", Outcome.REFUSED),
        (502, "PG_PROVIDER", Outcome.PG_ANSWER),
        (500, "INVENTED_LATER", Outcome.UNKNOWN),
    ],
)
def test_a_refusal_keeps_type_status_and_request_id(status: int, error_type: str, outcome: Outcome) -> None:
    wire = Wire(httpx.Response(status, json={"type": error_type}, headers={"X-Request-Id": "req-1"}))

    error = error_of(pre_register, wire)

    assert (error.outcome, error.error_type) == (outcome, error_type)
    assert (error.status, error.request_id) == (status, "req-1")


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, content=b""),
        httpx.Response(200, text="<html>502 Bad Gateway</html>"),
        httpx.Response(200, content=json.dumps(paid()).encode()[:-1]),
        httpx.Response(200, json=[paid()]),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b"\xff\xfe"),
        httpx.Response(200, json=paid(id="another")),
        httpx.Response(201, json=paid()),
        httpx.Response(204),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
        httpx.Response(500, text="<html></html>"),
        httpx.Response(502, content=b'{"type":"PG_PROV'),
        httpx.Response(504),
        httpx.Response(429, text="slow down"),
    ],
)
def test_an_unusable_answer_is_an_unknown_outcome(response: httpx.Response) -> None:
    wire = Wire(response)

    error = error_of(get, wire)

    assert error.outcome is Outcome.UNKNOWN
    assert error.status == response.status_code
    assert len(wire.requests) == 1


def test_a_pre_registration_answered_by_an_intermediary_is_unknown() -> None:
    assert error_of(pre_register, Wire(httpx.Response(200, text="ok"))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("no route"),
        httpx.ReadTimeout("late"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("garbage"),
        httpx.WriteError("broken pipe"),
    ],
)
@pytest.mark.parametrize("act", [get, pre_register])
def test_a_broken_connection_is_an_unknown_outcome(act: Callable[[Wire], Any], failure: Exception) -> None:
    error = error_of(act, Wire(failure))

    assert (error.outcome, error.status) == (Outcome.UNKNOWN, None)


def test_a_request_id_is_kept_only_when_it_is_well_formed() -> None:
    headers = {"X-Request-Id": "Example Buyer " * 20}

    assert error_of(get, Wire(httpx.Response(500, headers=headers))).request_id is None


def everything_in(error: BaseException | None) -> str:
    seen = ""
    while error is not None:
        seen += repr(error) + str(error.args)
        error = error.__cause__ or error.__context__
    return seen


@pytest.mark.parametrize(
    "play",
    [
        httpx.Response(400, json={"type": "INVALID_REQUEST", "message": "CANARY"}),
        httpx.Response(502, json={"type": "PG_PROVIDER", "pgCode": "CANARY", "pgMessage": "CANARY"}),
        httpx.Response(200, json=paid(amount="CANARY")),
        httpx.Response(200, text="CANARY"),
        httpx.Response(500, json={"type": "CANARY " * 9}),
        httpx.ReadError("CANARY"),
    ],
)
def test_an_error_and_the_log_quote_nothing_of_request_and_answer(
    play: httpx.Response | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    error = error_of(get, Wire(play))

    seen = everything_in(error) + caplog.text
    assert not [word for word in ("CANARY", PAYMENT_ID, SECRET, "portone.example") if word in seen]
