"""Schemathesis over a stack in this process: requests go through the gateway, answers come back as HTTP."""

from io import BytesIO
from typing import Any

import requests
import schemathesis
from hypothesis.strategies import SearchStrategy, fixed_dictionaries, one_of, sampled_from
from requests.adapters import BaseAdapter
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from urllib3 import HTTPResponse

from portone_local.gateway.messages import Response
from portone_local.stack.stack import Stack
from tests.support.world import PLAN, REFUND, USER, World

BASE_URL = "https://api.localhost"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
# what clients add by themselves; the authorization is ours
DROPPED = frozenset({"authorization", "host", "content-length", "connection", "accept-encoding", "cookie"})


class InProcess(BaseAdapter):
    """A transport of `requests` that ends in the gateway, as a permitted caller of the route."""

    def __init__(self, stack: Stack) -> None:
        super().__init__()
        self._stack = stack

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """One request, answered."""
        headers = {name: _text(value) for name, value in request.headers.items()}
        target = request.path_url
        client = self._stack.app(USER)
        stores = request.method != "GET" and target.startswith("/plans")
        stores = stores or (request.method, target) == ("POST", "/ops/subscriptions")
        if stores or target.startswith(("/orders", "/users")):
            client = self._stack.shop
        elif target.startswith("/ops"):
            client = self._stack.staff
        elif target.startswith("/staff"):
            client = self._stack.staff_app
        answer = client.request(
            request.method or "GET",
            target,
            body=_bytes(request.body),
            headers={name: value for name, value in headers.items() if name.lower() not in DROPPED},
        )
        return _as_requests(request, answer)

    def close(self) -> None:
        """Nothing is open."""


def session(stack: Stack) -> requests.Session:
    """A session whose every request stays in this process."""
    found = requests.Session()
    found.mount(BASE_URL, InProcess(stack))
    return found


def schema_of(document: dict[str, Any]) -> Any:
    """The document as schemathesis reads it; who may call is not what is fuzzed."""
    open_paths = {
        path: {method: {**said, "security": []} for method, said in operations.items()}
        for path, operations in document["paths"].items()
    }
    statuses = [400, 401, 403, 404, 405, 413, 415, 422]
    checks = {"negative_data_rejection": {"expected-statuses": statuses}}
    config = schemathesis.Config.from_dict({"checks": checks})
    return schemathesis.openapi.from_dict({**document, "paths": open_paths}, config=config)


def cases(operation: Any, mode: GenerationMode, world: World) -> SearchStrategy[Any]:
    """Cases of an operation, most of them about something that exists."""
    anything: SearchStrategy[Any] = operation.as_strategy(generation_mode=mode)
    known = {
        "orderId": world.orders,
        "paymentId": [*world.payments.values()],
        "refundId": [REFUND],
        "verificationId": [*world.verifications],
        "userId": [USER],
        "planId": [PLAN],
        "billingKeyId": [*world.keys],
        "subscriptionId": [*world.subscriptions],
    }
    named = {name: sampled_from(ids) for name, ids in known.items() if f"{{{name}}}" in operation.path}
    if not named:
        return anything
    aimed = fixed_dictionaries(named).flatmap(
        lambda found: operation.as_strategy(generation_mode=mode, path_parameters=found)
    )
    return one_of(anything, aimed, aimed)


def _as_requests(request: requests.PreparedRequest, answer: Response) -> requests.Response:
    raw = HTTPResponse(
        BytesIO(answer.body), headers=answer.headers, status=answer.status, preload_content=False
    )
    built: requests.Response = requests.adapters.HTTPAdapter().build_response(request, raw)
    return built


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
