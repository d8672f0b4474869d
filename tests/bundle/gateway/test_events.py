"""What a function sees of a request, and what a caller sees of its result."""

import base64
import json
from typing import Any

import pytest

from portone_local.gateway.messages import Request


def test_header_names_are_lower_case_and_repeated_values_are_joined(desk: Any) -> None:
    desk.as_user("GET", "/payments", ("X-Thing", "a"), ("x-thing", "b"))

    assert desk.event["headers"]["x-thing"] == "a,b"


def test_cookies_leave_the_headers_for_a_list_of_their_own(desk: Any) -> None:
    desk.as_user("GET", "/payments", ("cookie", "a=1; b=2"), ("cookie", "c=3"))

    assert desk.event["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in desk.event["headers"]


def test_path_parameters_and_raw_path_arrive_decoded(desk: Any) -> None:
    desk.as_user("GET", "/payments/%ED%95%9C%20x")

    assert desk.event["pathParameters"] == {"paymentId": "한 x"}
    assert desk.event["rawPath"] == "/payments/한 x"


def test_an_escaped_percent_sign_stays_escaped(desk: Any) -> None:
    desk.as_user("GET", "/payments/a%252Fb")

    assert desk.event["pathParameters"] == {"paymentId": "a%252Fb"}


def test_an_escaped_slash_separates_like_a_plain_one(desk: Any) -> None:
    response = desk.as_user("GET", "/payments/a%2Fb")

    assert (response.status, desk.seen) == (404, [])


def test_the_query_arrives_raw_and_decoded_with_repeated_names_joined(desk: Any) -> None:
    desk.as_user("GET", "/payments?cursor=a%20b&cursor=c&empty=")

    assert desk.event["rawQueryString"] == "cursor=a%20b&cursor=c&empty="
    assert desk.event["queryStringParameters"] == {"cursor": "a b,c", "empty": ""}


def test_an_absent_value_is_left_out(desk: Any) -> None:
    desk.as_user("GET", "/payments")

    assert not {"body", "cookies", "queryStringParameters", "pathParameters"} & set(desk.event)
    assert desk.event["isBase64Encoded"] is False


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", "text/plain"])
def test_a_text_body_arrives_as_text(desk: Any, kind: str) -> None:
    desk.as_user("POST", "/payments", ("content-type", kind), body='{"a":"가"}'.encode())

    assert (desk.event["body"], desk.event["isBase64Encoded"]) == ('{"a":"가"}', False)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/octet-stream", None])
def test_any_other_body_arrives_in_base64(desk: Any, kind: str | None) -> None:
    headers = (("content-type", kind),) if kind else ()

    desk.as_user("POST", "/payments", *headers, body=b"\xff\x00")

    assert desk.event["isBase64Encoded"] is True
    assert base64.b64decode(desk.event["body"]) == b"\xff\x00"


def test_the_request_context_says_when_and_by_which_route(desk: Any) -> None:
    desk.as_user("GET", "/payments/p1", ("user-agent", "app/1"))

    context = desk.event["requestContext"]
    assert context["routeKey"] == desk.event["routeKey"] == "GET /payments/{paymentId}"
    assert context["time"] == "02/Jan/2026:03:04:05 +0000"
    assert context["timeEpoch"] == 1_767_323_045_000
    assert context["http"]["userAgent"] == "app/1"


def test_a_function_url_hands_on_the_path_as_it_came(desk: Any) -> None:
    desk.url.handle(Request(method="POST", target="/a%20b?c=1", body=b"x"))

    assert desk.event["rawPath"] == "/a%20b"
    assert desk.event["requestContext"]["accountId"] == "anonymous"
    assert "authorizer" not in desk.event["requestContext"]


def test_an_event_is_json(desk: Any) -> None:
    desk.as_user("POST", "/payments", ("content-type", "application/json"), body=b"\xff\xfe")

    assert json.loads(json.dumps(desk.event)) == desk.event


def test_a_full_result_is_sent_as_it_says(desk: Any) -> None:
    desk.result = {
        "statusCode": 202,
        "headers": {"Retry-After": 3},
        "body": base64.b64encode(b"\x01\x02").decode(),
        "isBase64Encoded": True,
        "cookies": ["a=1", "b=2"],
    }

    response = desk.as_user("GET", "/payments")

    assert (response.status, response.body, response.cookies) == (202, b"\x01\x02", ("a=1", "b=2"))
    assert response.headers["retry-after"] == "3"


def test_a_result_without_status_is_json_with_200(desk: Any) -> None:
    desk.result = {"a": [1]}

    response = desk.as_user("GET", "/payments")

    assert (response.status, response.json()) == (200, {"a": [1]})
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("result", [{"statusCode": "x"}, {"statusCode": 200, "body": {"a": 1}}, object()])
def test_a_result_that_cannot_be_sent_is_500(desk: Any, result: object) -> None:
    desk.result = result

    response = desk.as_user("GET", "/payments")

    assert (response.status, response.json()) == (500, {"message": "Internal Server Error"})


def test_a_handler_that_raises_is_500(desk: Any) -> None:
    desk.raised = ValueError("a secret")

    response = desk.as_user("GET", "/payments")

    assert (response.status, response.json()) == (500, {"message": "Internal Server Error"})


def test_an_exception_nothing_may_catch_is_raised(desk: Any) -> None:
    desk.raised = KeyboardInterrupt()

    with pytest.raises(KeyboardInterrupt):
        desk.as_user("GET", "/payments")


def test_ten_megabytes_pass_and_one_byte_more_is_413(desk: Any) -> None:
    limit = 10 * 1024 * 1024

    at_limit = desk.as_user("POST", "/payments", body=b"x" * limit)
    above = desk.as_user("POST", "/payments", body=b"x" * (limit + 1))

    assert (at_limit.status, above.status) == (200, 413)


@pytest.mark.parametrize("path", ["/nowhere", "/payments/", "/payments/a/b", "/payments//verify", "/"])
def test_an_unknown_path_is_404(desk: Any, path: str) -> None:
    response = desk.as_user("GET", path)

    assert (response.status, response.json()) == (404, {"message": "Not Found"})


def test_a_method_no_route_has_is_404(desk: Any) -> None:
    assert desk.as_user("DELETE", "/payments").status == 404


def test_a_preflight_is_answered_without_a_function_and_without_a_token(desk: Any) -> None:
    asked = {"origin": "http://localhost:3000", "access-control-request-method": "POST"}

    response = desk.gateway.request("OPTIONS", "/payments", headers=asked)

    assert (response.status, desk.seen) == (204, [])
    assert response.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert "idempotency-key" in response.headers["access-control-allow-headers"]


def test_only_a_configured_origin_is_allowed(desk: Any) -> None:
    known = desk.as_user("GET", "/payments", ("origin", "http://localhost:3000"))
    unknown = desk.as_user("GET", "/payments", ("origin", "https://elsewhere.example"))

    assert known.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert "access-control-allow-origin" not in unknown.headers
