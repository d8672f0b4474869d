"""What generated clients need of docs/openapi.json, and where strictness and document could part."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

import pytest

from portone_local.gateway.sigv4 import NOBODY
from portone_local.openapi.document import FILE
from portone_local.stack.stack import Stack
from portone_payments.domain.readings.methods import ORDERED, SAVED
from portone_payments.domain.records.payments import ProductType
from portone_payments.domain.shared.money import CURRENCIES
from portone_payments.entry.fields.closed import BillingMethod, Currency, OrderMethod, ProductKind
from tests.support.world import an_order_body

DOCUMENT = json.loads(FILE.read_text())
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def closed_sets(node: Any, place: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every enum with its place."""
    if isinstance(node, list):
        for number, each in enumerate(node):
            yield from closed_sets(each, f"{place}/{number}")
    if isinstance(node, dict):
        if isinstance(node.get("enum"), list):
            yield place, tuple(node["enum"])
        for name, each in node.items():
            yield from closed_sets(each, f"{place}/{name}")


def responses() -> Iterator[tuple[str, dict[str, Any]]]:
    yield from DOCUMENT["components"]["responses"].items()
    for path, operations in DOCUMENT["paths"].items():
        for method, said in operations.items():
            for status, answer in said["responses"].items():
                if "$ref" not in answer:
                    yield f"{status} {method} {path}", answer


def test_every_closed_set_is_one_component() -> None:
    places = dict(closed_sets(DOCUMENT))

    assert {place for place in places if place.count("/") > len(("components", "schemas", "name"))} == set()
    assert len({frozenset(values) for values in places.values()}) == len(places)


def test_an_optional_field_is_not_required() -> None:
    """A generator takes a property with a default for one that is always there."""
    kept = [
        f"{name}.{field}"
        for name, schema in SCHEMAS.items()
        for field, said in schema.get("properties", {}).items()
        if "default" in said
    ]

    assert kept == []


@pytest.mark.parametrize("name", ["Currency", "OrderMethod", "Bank", "BillingMethod", "Carrier", "Status"])
def test_a_closed_set_is_declared_as_such(name: str) -> None:
    assert SCHEMAS[name]["enum"]


def test_closed_sets_of_the_models_are_those_of_the_domain() -> None:

    assert set(get_args(Currency.__value__)) == CURRENCIES
    assert set(get_args(OrderMethod.__value__)) == ORDERED
    assert set(get_args(BillingMethod.__value__)) == SAVED
    assert set(get_args(ProductKind.__value__)) == set(ProductType)


def test_the_document_names_no_code_of_ours() -> None:
    text = FILE.read_text()

    assert [
        word for word in ("__", "portone_payments", "portone_local", "flows.", "entry.") if word in text
    ] == []


def test_each_operation_has_one_explained_tag() -> None:
    used = [said["tags"] for operations in DOCUMENT["paths"].values() for said in operations.values()]

    assert {len(tags) for tags in used} == {1}
    assert {tag for tags in used for tag in tags} == {tag["name"] for tag in DOCUMENT["tags"]}
    assert all(tag["description"] for tag in DOCUMENT["tags"])
    assert DOCUMENT["info"]["contact"]["name"]


def test_a_retryable_answer_says_when_and_no_answer_is_cached() -> None:
    waits = {
        name
        for name, said in responses()
        if name[:3] in {"429", "500", "503"} and ".gateway" not in name[3:12]
    }
    silent = {name for name in waits if "Retry-After" not in dict(responses())[name].get("headers", {})}
    cached = {
        name
        for name, said in responses()
        if not name.endswith(tuple(f"{status}.gateway" for status in range(400, 600)))
        and "Cache-Control" not in said.get("headers", {})
    }

    assert (silent, cached) == (set(), set())


def test_who_has_no_right_to_a_route_is_refused_as_documented() -> None:
    """An app's own routes ask for a token alone; a policy that allows a call gives no right."""
    signer = replace(NOBODY, access_key="LOCALSTRANGERKEY", allowed=("*",))
    documented, refused = set(), set()

    with Stack.in_memory(seed=1) as stack:
        stack.iam.know(signer)
        for path, operations in DOCUMENT["paths"].items():
            for method, said in operations.items():
                caller = stack.signing(signer) if said["security"] == [{"iam": []}] else stack.app("user-1")
                answer = caller.request(method.upper(), re.sub(r"\{\w+\}", "1", path))
                if answer.status == 403:
                    refused.add((method, path, answer.json()["error"]["code"]))
                if ".forbidden" in said["responses"].get("403", {}).get("$ref", ""):
                    documented.add((method, path, "forbidden"))

    assert refused == documented
    assert {("put", "/plans/{planId}", "forbidden"), ("get", "/staff/subscriptions", "forbidden")} < refused


@pytest.mark.parametrize("spelt", ["2966", "2966.0", "2.966e3", "2966.00"])
def test_a_whole_number_is_accepted_in_any_spelling(spelt: str) -> None:
    body = json.dumps(an_order_body(amount={"total": 2966})).replace("2966", spelt)

    with Stack.in_memory(seed=1) as stack:
        stored = stack.shop.request("PUT", "/orders/order-1", body=body.encode())

    assert (stored.status, stored.json()["amount"]["total"]) == (200, 2966)


@pytest.mark.parametrize("spelt", ["2966.5", "1e400", "1e17", "true", '"2966"', "-2966.0", "NaN"])
def test_an_invalid_amount_is_refused_in_any_spelling(spelt: str) -> None:
    body = json.dumps(an_order_body(amount={"total": 2966})).replace("2966", spelt)

    with Stack.in_memory(seed=1) as stack:
        refused = stack.shop.request("PUT", "/orders/order-1", body=body.encode())

    assert (refused.status, refused.json()["error"]["code"]) == (400, "invalid_request")
