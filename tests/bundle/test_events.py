"""The sample events: shaped as AWS shapes them, and answered by the functions they are for."""

import json
from typing import Any

import pytest

from portone_local.gateway.api import Gateway
from portone_local.gateway.messages import Request
from portone_local.stack.stack import Stack
from portone_local.template.cloudformation import ROOT, functions

EVENTS = ROOT / "events"
SECOND = {"keep-subscription": "cancel_subscription"}
"""Samples of a function's second route, and the function."""


def event(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


def shape(value: Any) -> Any:
    """The names in a value, without what they say; headers and claims are as they come."""
    if not isinstance(value, dict):
        return None
    return {name: shape(inner) for name, inner in value.items() if name not in {"headers", "claims", "body"}}


def test_every_function_has_a_sample_event(dev: dict[str, Any]) -> None:
    named = {file.stem.replace("-", "_") for file in EVENTS.glob("*.json")}

    assert set(functions(dev)) - {"receive_webhook", "publish_events"} <= named
    assert list(EVENTS.glob("webhook-*.json"))
    assert "stream" in named


def test_a_sample_event_goes_where_its_route_goes() -> None:
    with Stack.in_memory() as stack:
        routes = {route.key: route.function for route in stack.gateway.routes}
        ids = functions(stack.template)
    samples = {file.stem: event(file.stem).get("routeKey") for file in EVENTS.glob("*.json")}

    wrong = {
        name
        for name, key in samples.items()
        if key in routes and routes[key] != ids[SECOND.get(name, name.replace("-", "_"))]
    }

    assert sum(key in routes for key in samples.values()) > len(ids) // 2
    assert wrong == set()


@pytest.mark.parametrize("name", ["put-order", "prepare-payment", "resolve-payment"])
def test_a_sample_event_has_the_shape_the_gateway_gives(name: str) -> None:
    sample = event(name)
    seen: list[dict[str, Any]] = []

    def keep(_function: str, given: dict[str, Any]) -> dict[str, int]:
        seen.append(given)
        return {"statusCode": 200}

    with Stack.in_memory() as stack:
        gateway = Gateway(
            stack.template, invoke=keep, clock=stack.clock, iam=stack.iam, fetch=stack.issuer.document
        )
        caller = {
            "put-order": stack.shop,
            "prepare-payment": stack.app("user-1"),
            "resolve-payment": stack.staff,
        }[name]
        sent = Request(
            method=sample["requestContext"]["http"]["method"], target=sample["rawPath"], body=b"{}"
        )
        gateway.handle(caller.authorize(sent))

    assert [shape(each) for each in seen] == [shape(sample)]


def test_the_timer_the_queue_and_the_stream_have_samples_their_functions_take() -> None:
    with Stack.in_memory() as stack:
        swept = stack.functions.invoke("Sweep", event("sweep-payments"))
        worked = stack.functions.invoke("Work", event("work-payments"))
        published = stack.functions.invoke("Publish", event("stream"))

    assert swept == {"sent": 0, "dead": 0}
    assert worked == {"batchItemFailures": []}
    assert published == {"published": 1}
