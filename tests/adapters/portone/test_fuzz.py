"""Whatever PortOne answers, the client raises nothing but PortOneError and makes up no money."""

import json
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.outcome import Outcome
from tests.support.payment_answers import CANCELLATION, CARD, VIRTUAL_ACCOUNT, paid
from tests.support.portone_calls import Wire, error_of, get

AMOUNTS = ["total", "taxFree", "paid", "discount", "cancelled", "cancelledTaxFree"]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
TOP = sorted(paid())
NESTED = [
    ("amount", *[(key,) for key in AMOUNTS]),
    ("channel", ("type",), ("pgProvider",), ("key",)),
    ("method", ("type",), ("accountNumber",), ("easyPayMethod",), ("expiredAt",)),
    ("customer", ("id",)),
]
PATHS = [(key,) for key in TOP] + [(key, *rest) for key, *rests in NESTED for rest in rests]


@given(
    body=JSON.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=64)
    | st.integers(0, 600).map(lambda cut: json.dumps(paid()).encode()[:cut]),
    status=st.sampled_from([200, 201, 302, 400, 401, 404, 409, 500, 502]),
)
def test_no_body_raises_anything_but_a_portone_error(body: bytes, status: int) -> None:
    error = error_of(get, Wire(httpx.Response(status, content=body)))

    assert error.status == status


@given(path=st.sampled_from(PATHS), value=JSON, method=st.sampled_from([CARD, VIRTUAL_ACCOUNT]))
def test_no_mutation_of_a_payment_invents_money(
    path: tuple[str, ...], value: Any, method: dict[str, Any]
) -> None:
    answer = paid(method=dict(method), cancellations=[CANCELLATION])
    target = answer if len(path) == 1 else answer[path[0]]
    target[path[-1]] = value

    try:
        snapshot = get(Wire(httpx.Response(200, content=json.dumps(answer).encode())))
    except PortOneError as error:
        assert error.outcome is Outcome.UNKNOWN  # noqa: PT017 - a reading is as good an end
        return

    assert snapshot is not None
    assert (snapshot.total, snapshot.store_id) == (answer["amount"]["total"], answer["storeId"])
    assert type(snapshot.total) is int
