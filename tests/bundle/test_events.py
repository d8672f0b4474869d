"""The sample events: shaped as AWS shapes them, and answered by the functions they are for."""

import json
from typing import Any

import pytest

from portone_local.gateway.api import Gateway
from portone_local.gateway.messages import Request
from portone_local.stack import Stack
from portone_local.template import ROOT, functions

EVENTS = ROOT / "events"
ANSWERS = {  # on an empty table, in this order
    "put-order": ("put_order", 200),
    "get-order": ("get_order", 200),
    "prepare": ("prepare", 200),
    "list-payments": ("list_payments", 200),
    "get-payment": ("get_payment", 404),
    "verify": ("verify", 404),
    "attention": ("attention", 200),
    "ops-catch-up": ("ops_catch_up", 404),
    "ops-resolve": ("ops_resolve", 404),
    "discrepancies": ("discrepancies", 200),
    "close-discrepancy": ("close_discrepancy", 404),
}


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

    assert set(functions(dev)) - {"webhook", "publish"} <= named
    assert list(EVENTS.glob("webhook-*.json"))
    assert "stream" in named


def test_sample_events_are_answered_and_routed_as_the_gateway_would() -> None:
    with Stack.in_memory() as stack:
        routes = {route.key: route.function for route in stack.gateway.routes}
        ids = functions(stack.template)

        for name, (function, status) in ANSWERS.items():
            sample = event(name)
            answered = stack.functions.invoke(ids[function], sample)

            assert routes[sample["routeKey"]] == ids[function]
            assert answered["statusCode"] == status, name


@pytest.mark.parametrize("name", ["put-order", "prepare", "ops-resolve"])
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
        caller = {"put-order": stack.shop, "prepare": stack.app("user-1"), "ops-resolve": stack.staff}[name]
        sent = Request(
            method=sample["requestContext"]["http"]["method"], target=sample["rawPath"], body=b"{}"
        )
        gateway.handle(caller.authorize(sent))

    assert [shape(each) for each in seen] == [shape(sample)]


def test_the_timer_the_queue_and_the_stream_have_samples_their_functions_take() -> None:
    with Stack.in_memory() as stack:
        swept = stack.functions.invoke("Sweep", event("sweep"))
        worked = stack.functions.invoke("Work", event("work"))
        published = stack.functions.invoke("Publish", event("stream"))

    assert swept == {"sent": 0, "dead": 0}
    assert worked == {"batchItemFailures": []}
    assert published == {"published": 1}
