"""A cancel that fails, breaks off or runs late has one effect under its key, as configured."""

from typing import Any

import httpx
import pytest

from portone_local.portone import CancellationStatus, Checkout, FakePortOne, Fault
from portone_local.twins.clock import MovableClock
from tests.support.asking import cancel

ORDER = Checkout(amount=11_000)

KEY = {"Idempotency-Key": '"example-key-0123456789"'}


def keyed(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.post("/payments/p1/cancel", json={"reason": "test", **body}, headers=KEY)


def status_of(answer: httpx.Response) -> str:
    return str(answer.json()["cancellation"]["status"])


def test_a_failed_cancel_is_answered_200_and_cancels_nothing(
    portone: FakePortOne, client: httpx.Client
) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.console.end_next_cancel(CancellationStatus.FAILED)

    answers = [cancel(client), cancel(client)]

    assert [(answer.status_code, status_of(answer)) for answer in answers] == [
        (200, "FAILED"),
        (200, "SUCCEEDED"),
    ]
    assert portone.books()["p1"].cancelled == 11_000


@pytest.mark.parametrize(
    ("leaves", "state", "read"),
    [
        (None, "PAID", []),
        ("FAILED", "PAID", ["FAILED"]),
        ("SUCCEEDED", "CANCELLED", ["SUCCEEDED"]),
        ("REQUESTED", "PAID", ["REQUESTED"]),
    ],
)
def test_the_effect_of_a_pg_error_is_configured_beforehand(
    portone: FakePortOne, client: httpx.Client, leaves: str | None, state: str, read: list[str]
) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.console.refuse_next_cancel(leaves=leaves)

    answer = cancel(client)

    payment = client.get("/payments/p1").json()
    assert (answer.status_code, answer.json()["type"], payment["status"]) == (502, "PG_PROVIDER", state)
    assert [entry["status"] for entry in payment.get("cancellations", [])] == read


def test_a_cancel_under_a_used_key_has_one_effect_for_three_hours(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.buyer.pay("p1", ORDER)
    first, again = (keyed(client, amount=1_000) for _ in range(2))
    within = portone.books()["p1"].cancelled
    clock.advance(3 * 60 * 60)

    keyed(client, amount=1_000)

    assert (first.content, within) == (again.content, 1_000)
    assert portone.books()["p1"].cancelled == 2_000


def test_a_running_cancel_is_outstanding_and_commits_late(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.inject(operation="cancel_payment", fault=Fault.LATE_COMMIT, seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        keyed(client, amount=1_000, currentCancellableAmount=11_000)
    running = keyed(client, amount=1_000, currentCancellableAmount=11_000)

    clock.advance(60)

    finished = keyed(client, amount=1_000, currentCancellableAmount=11_000)
    assert running.json()["type"] == "IDEMPOTENCY_OUTSTANDING_REQUEST"
    assert (status_of(finished), portone.books()["p1"].cancelled) == ("SUCCEEDED", 1_000)


def test_a_late_cancel_uses_the_balance_of_that_time(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.inject(operation="cancel_payment", fault=Fault.LATE_COMMIT, seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        keyed(client, amount=1_000, currentCancellableAmount=11_000)
    portone.console.cancel("p1", 500)

    clock.advance(60)

    answer = keyed(client, amount=1_000, currentCancellableAmount=11_000)
    assert answer.json()["type"] == "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN"
    assert portone.books()["p1"].cancelled == 500
