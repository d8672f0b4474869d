"""Staff sees what the audit could not heal, and closes it with a reason."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.actors.shop import pay, prepare, put_order
from portone_local.stack.stack import Stack
from portone_payments.domain.records.audit import Discrepancy, DiscrepancyKind
from portone_payments.domain.records.bounds import WORDS_KEPT

ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack.in_memory(seed=1) as found:
        yield found


@pytest.fixture
def listed(stack: Stack) -> dict[str, Any]:
    """A payment that came after its record was lost, as the list shows it."""
    put_order(stack)
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.webhooks.lose()
    stack.ports["store"].table.forget({f"payment#{prepared['paymentId']}"})
    stack.portone.pause(900)
    stack.functions.invoke("Audit", {})
    [row] = stack.staff.get("/ops/discrepancies?status=open").json()["items"]
    return dict(row)


def close(stack: Stack, discrepancy_id: str, reason: str = "refunded by hand") -> Any:
    return stack.staff.post(f"/ops/discrepancies/{discrepancy_id}/close", {"reason": reason})


def test_a_run_reports_what_it_did(stack: Stack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.webhooks.lose()
    stack.portone.pause(900)

    assert stack.functions.invoke("Audit", {}) == {"listed": 1, "healed": 1, "found": 0}


def test_a_discrepancy_shows_both_sides(listed: dict[str, Any]) -> None:
    assert (listed["kind"], listed["status"], listed["ours"]) == ("missing_here", "open", {})
    assert listed["theirs"]["total"] == 12_000


def test_the_list_shows_the_progress_of_the_audit(stack: Stack, listed: dict[str, Any]) -> None:
    shown = stack.staff.get("/ops/discrepancies").json()["audit"]

    assert shown["until"] > listed["foundAt"][:10]
    assert sum(day["listed"] for day in shown["days"].values()) == 1


def test_the_list_is_empty_before_the_first_audit(stack: Stack) -> None:
    assert stack.staff.get("/ops/discrepancies").json() == {"items": [], "cursor": None, "audit": None}


def test_a_closed_discrepancy_moves_to_the_closed_list_with_name_and_reason(
    stack: Stack, listed: dict[str, Any]
) -> None:
    closed = close(stack, listed["discrepancyId"])

    assert (closed.status, closed.json()["reason"]) == (200, "refunded by hand")
    assert closed.json()["closedBy"]
    assert stack.staff.get("/ops/discrepancies?status=open").json()["items"] == []
    assert stack.staff.get("/ops/discrepancies?status=closed").json()["items"] == [closed.json()]


def test_closing_again_in_the_same_words_answers_the_same(stack: Stack, listed: dict[str, Any]) -> None:
    first = close(stack, listed["discrepancyId"])

    assert close(stack, listed["discrepancyId"]).json() == first.json()


def test_closing_again_for_another_reason_is_refused(stack: Stack, listed: dict[str, Any]) -> None:
    close(stack, listed["discrepancyId"])

    refused = close(stack, listed["discrepancyId"], "something else")

    assert (refused.status, refused.json()["error"]["code"]) == (409, "nothing_to_resolve")


@pytest.mark.parametrize("discrepancy_id", [ID, "x", "discrepancy%23", "..", "한글"])
def test_an_absent_discrepancy_is_not_found(stack: Stack, discrepancy_id: str) -> None:
    refused = close(stack, discrepancy_id)

    assert refused.status == 404


@pytest.mark.parametrize("body", [{}, {"reason": "x"}, {"reason": 7}, {"reason": "fine", "more": 1}])
def test_a_close_without_a_reason_is_refused(stack: Stack, body: dict[str, Any]) -> None:
    refused = stack.staff.post(f"/ops/discrepancies/{ID}/close", body)

    assert (refused.status, refused.json()["error"]["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("query", ["status=odd", "status=", "cursor=x", "cursor=", "limit=0"])
def test_a_malformed_query_is_refused(stack: Stack, query: str) -> None:
    assert stack.staff.get(f"/ops/discrepancies?{query}").status == 400


def test_the_owner_of_a_payment_is_no_staff(stack: Stack) -> None:
    owner = stack.app("user-1")

    assert owner.get("/staff/discrepancies").status == 403
    assert owner.post(f"/staff/discrepancies/{ID}/close", {"reason": "mine"}).status == 403


def test_pages_follow_each_other(stack: Stack) -> None:
    for number in range(3):
        row = Discrepancy(
            id=f"{number:032x}",
            payment_id=f"p{number}",
            kind=DiscrepancyKind.STATUS,
            found_at=1.0,
            attention_at=1.0 + number,
        )
        stack.ports["store"].save(row)
    first = stack.staff.get("/ops/discrepancies?limit=2").json()

    second = stack.staff.get(f"/ops/discrepancies?limit=2&cursor={first['cursor']}").json()

    assert [each["paymentId"] for each in (*first["items"], *second["items"])] == ["p0", "p1", "p2"]


def test_the_reason_of_a_closed_discrepancy_is_sealed_shown_to_staff_and_expires(
    stack: Stack, listed: dict[str, Any]
) -> None:
    close(stack, listed["discrepancyId"], "Kim Minji called")

    [item] = [each for each in stack.dump() if each["pk"]["S"].startswith("discrepancy#")]
    [shown] = stack.staff.get("/ops/discrepancies?status=closed").json()["items"]

    assert "Minji" not in json.dumps(item)
    assert int(item["ttl"]["N"]) == int(float(item["closed_at"]["N"])) + WORDS_KEPT
    assert shown["reason"] == "Kim Minji called"
