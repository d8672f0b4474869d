"""Events in payload format 2.0 as API Gateway and Function URLs build them, and handlers' answers read back.

Where AWS's documents are silent, what was measured on live APIs is followed: an HTTP API decodes `rawPath`
(all but `%25`), a Function URL does not; only a short list of content types arrives as text.
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from portone_local.gateway.messages import Request, Response

ACCOUNT = "000000000000"
TEXT_TYPES = frozenset({"application/json", "application/xml", "application/javascript"})


class NotAnAnswer(Exception):
    """The handler's result is nothing API Gateway can send."""


def decoded_path(raw: str) -> str:
    """The path an HTTP API routes by and passes on: every escape decoded except that of the percent sign."""
    return unquote(raw.replace("%25", "%2525"))


def event_for(
    request: Request, *, route_key: str, path: str, host: str, request_id: str, now: float
) -> dict[str, Any]:
    """The parts every event of format 2.0 has; `now` in epoch seconds UTC."""
    moment = datetime.fromtimestamp(now, tz=UTC)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": _headers(request, host),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": request.header("user-agent") or "",
            },
            "requestId": request_id,
            "routeKey": route_key,
            "stage": "$default",
            "time": moment.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now * 1000),
        },
    }
    return event | _cookies(request) | _query(request) | _body(request)


def claim_text(value: object) -> str:
    """A claim as a function sees it: `[a b]` for lists, JSON text for all but strings."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "[" + " ".join(claim_text(item) for item in value) + "]"
    return json.dumps(value, separators=(",", ":"))


def jwt_context(claims: Mapping[str, object], scopes: tuple[str, ...]) -> dict[str, Any]:
    """`requestContext.authorizer` behind a JWT authorizer; claims that are null are left out."""
    texts = {name: claim_text(value) for name, value in claims.items() if value is not None}
    return {"jwt": {"claims": texts, "scopes": list(scopes) or None}}


def iam_context(name: str, access_key: str, session: str | None = None) -> dict[str, Any]:
    """`requestContext.authorizer` behind IAM authorization; of a role it has only the session."""
    user, assumed = f"arn:aws:iam::{ACCOUNT}:user/{name}", f"arn:aws:sts::{ACCOUNT}:assumed-role/{session}"
    return {
        "iam": {
            "accessKey": access_key,
            "accountId": ACCOUNT,
            "callerId": name,
            "cognitoIdentity": None,
            "principalOrgId": None,
            "userArn": user if session is None else assumed,
            "userId": name,
        }
    }


def response_from(result: Any) -> Response:
    """A handler's result as AWS reads it. Raises `NotAnAnswer`."""
    if not isinstance(result, dict) or "statusCode" not in result:
        return Response(status=200, headers={"content-type": "application/json"}, body=_as_json(result))
    headers = result.get("headers") or {}
    try:
        return Response(
            status=int(result["statusCode"]),
            headers={"content-type": "text/plain;charset=utf-8"}
            | {str(name).lower(): str(value) for name, value in headers.items()},
            body=_body_of(result),
            cookies=tuple(result.get("cookies") or ()),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise NotAnAnswer from error


def _as_json(result: Any) -> bytes:
    try:
        return json.dumps(result).encode()
    except (TypeError, ValueError) as error:
        raise NotAnAnswer from error


def _body_of(result: Mapping[str, Any]) -> bytes:
    body = result.get("body") or ""
    if not isinstance(body, str):
        raise NotAnAnswer
    return base64.b64decode(body, validate=True) if result.get("isBase64Encoded") else body.encode()


def _headers(request: Request, host: str) -> dict[str, str]:
    joined: dict[str, str] = {"host": host}
    for name in dict.fromkeys(name.lower() for name, _ in request.headers):
        if name != "cookie":
            joined[name] = request.header(name) or ""
    forwarded = {"x-forwarded-for": "127.0.0.1", "x-forwarded-port": "443", "x-forwarded-proto": "https"}
    if request.body:
        forwarded["content-length"] = str(len(request.body))
    return joined | forwarded


def _cookies(request: Request) -> dict[str, Any]:
    lines = [value for name, value in request.headers if name.lower() == "cookie"]
    cookies = [cookie.strip() for line in lines for cookie in line.split(";") if cookie.strip()]
    return {"cookies": cookies} if cookies else {}


def _query(request: Request) -> dict[str, Any]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return {"queryStringParameters": joined} if joined else {}


def _body(request: Request) -> dict[str, Any]:
    if not request.body:
        return {"isBase64Encoded": False}
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind.startswith("text/") or kind in TEXT_TYPES:
        return {"body": request.body.decode(errors="replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}
