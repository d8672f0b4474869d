"""The gateway itself: route, authorize, invoke, answer, as an HTTP API does."""

import itertools
import logging
from collections.abc import Callable, Mapping
from typing import Any

from portone_local.gateway.events import (
    NotAnAnswer,
    decoded_path,
    event_for,
    iam_context,
    jwt_context,
    response_from,
)
from portone_local.gateway.messages import Request, Response, answer
from portone_local.gateway.routes import Cors, Jwt, Route, cors_of, routes_of
from portone_local.gateway.sigv4 import NotSigned, SigV4
from portone_local.gateway.tokens import Fetch, JwtAuthorizer, Refused, fetch_json
from portone_local.twins.clock import Clock

API_BODY_LIMIT = 10 * 1024 * 1024
URL_BODY_LIMIT = 6 * 1024 * 1024

type Invoke = Callable[[str, dict[str, Any]], Any]
"""Runs a function, by logical id, with an event."""

logger = logging.getLogger(__name__)


class Gateway:
    """An HTTP API over the routes of a transformed template. `request` and `handle` are the same entrance."""

    def __init__(
        self,
        template: Mapping[str, Any],
        *,
        invoke: Invoke,
        clock: Clock,
        iam: SigV4,
        fetch: Fetch = fetch_json,
        host: str = "api.localhost",
    ) -> None:
        self.routes = routes_of(template)
        self.host = host
        self._cors = cors_of(template)
        self._invoke = invoke
        self._clock = clock
        self._iam = iam
        self._numbers = itertools.count(1)
        configs = {route.authorizer for route in self.routes if isinstance(route.authorizer, Jwt)}
        self._jwt = {config: JwtAuthorizer(config, fetch=fetch, clock=clock) for config in configs}

    def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """One request in process; `path` with its query, percent-encoded."""
        sent = tuple((headers or {}).items())
        return self.handle(Request(method=method, target=path, headers=sent, body=body))

    def handle(self, request: Request) -> Response:
        """Answer a request; what a handler raises besides `Exception` comes out here."""
        if self._cors and request.method == "OPTIONS":
            return _preflight(self._cors, request)
        response = self._routed(request)
        return _with_origin(self._cors, request, response) if self._cors else response

    def _routed(self, request: Request) -> Response:
        if len(request.body) > API_BODY_LIMIT:
            return answer(413, {"message": "Request Entity Too Large"})
        path = decoded_path(request.path)
        for route in self.routes:
            found = route.match(request.method, path)
            if found is not None:
                return self._called(route, request, path, found)
        return answer(404, {"message": "Not Found"})

    def _called(self, route: Route, request: Request, path: str, found: dict[str, str]) -> Response:
        try:
            authorizer = self._authorized(route, request)
        except Refused as refused:
            return _refusal(refused)
        except NotSigned:
            return answer(403, {"message": "Forbidden"})
        event = event_for(
            request,
            route_key=route.key,
            path=path,
            host=request.header("host") or self.host,
            request_id=f"local-{next(self._numbers):08d}=",
            now=self._clock.now(),
        )
        event["requestContext"] |= {"authorizer": authorizer} if authorizer else {}
        return outcome(self._invoke, route.function, event | ({"pathParameters": found} if found else {}))

    def _authorized(self, route: Route, request: Request) -> dict[str, Any]:
        if route.authorizer is None:
            return {}
        if isinstance(route.authorizer, Jwt):
            checker = self._jwt[route.authorizer]
            claims = checker.claims(request.header("authorization"), scopes=route.scopes)
            return jwt_context(claims, route.scopes)
        principal = self._iam.verify(request)
        return iam_context(principal.name, principal.access_key, principal.session)


class FunctionUrl:
    """A Lambda Function URL without authorization; the function itself checks paths and methods."""

    def __init__(
        self, function: str, *, invoke: Invoke, clock: Clock, host: str = "webhook.localhost"
    ) -> None:
        self._function = function
        self._invoke = invoke
        self._clock = clock
        self._host = host
        self._numbers = itertools.count(1)

    def handle(self, request: Request) -> Response:
        """Answer a request; what a handler raises besides `Exception` comes out here."""
        if len(request.body) > URL_BODY_LIMIT:
            return answer(413, {"message": "Request Entity Too Large"})
        event = event_for(
            request,
            route_key="$default",
            path=request.path,
            host=request.header("host") or self._host,
            request_id=f"00000000-0000-4000-8000-{next(self._numbers):012d}",
            now=self._clock.now(),
        )
        event["requestContext"]["accountId"] = "anonymous"
        return outcome(self._invoke, self._function, event)


def outcome(invoke: Invoke, function: str, event: dict[str, Any]) -> Response:
    """What the caller gets of an invocation: 500 where the handler raised or answered nonsense, as on AWS."""
    try:
        return response_from(invoke(function, event))
    except NotAnAnswer:
        logger.error("%s returned a result that cannot be sent", function)  # noqa: TRY400 - there is nothing to trace
    except Exception:
        logger.exception("%s raised", function)
    return answer(500, {"message": "Internal Server Error"})


def _refusal(refused: Refused) -> Response:
    if not refused.reason:
        return answer(refused.status, {"message": "Unauthorized"}, www_authenticate="Bearer")
    message, error = (
        ("Forbidden", "insufficient_scope") if refused.status == 403 else ("Unauthorized", "invalid_token")  # noqa: PLR2004 - Forbidden
    )
    detail = f'Bearer scope="" error="{error}" error_description="{refused.reason}"'
    return answer(refused.status, {"message": message}, www_authenticate=detail)


def _allowed_origin(cors: Cors, request: Request) -> str | None:
    origin = request.header("origin")
    if origin is None or not {"*", origin} & set(cors.origins):
        return None
    return "*" if "*" in cors.origins else origin


def _preflight(cors: Cors, request: Request) -> Response:
    origin = _allowed_origin(cors, request)
    if origin is None:
        return Response(status=204)
    allowed = {
        "access-control-allow-origin": origin,
        "access-control-allow-headers": ",".join(cors.headers),
        "access-control-allow-methods": ",".join(cors.methods),
        "access-control-max-age": str(cors.max_age),
    }
    return Response(status=204, headers=allowed)


def _with_origin(cors: Cors, request: Request, response: Response) -> Response:
    origin = _allowed_origin(cors, request)
    if origin is None:
        return response
    headers = {**response.headers, "access-control-allow-origin": origin}
    if cors.exposed:
        headers["access-control-expose-headers"] = ",".join(cors.exposed)
    return Response(status=response.status, headers=headers, body=response.body, cookies=response.cookies)
