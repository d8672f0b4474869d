"""What staff sees and may do about a payment with an attention."""

import pytest

from portone_local.actors.shop import pay, prepare, seen_by_staff, status, verify
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_payments.domain.records.history import raise_attention
from portone_payments.domain.records.payments import AttentionKind


def differing(stack: ObservedStack) -> str:
    """A payment with a mismatch."""
    prepared = prepare(stack)
    pay(stack, prepared, amount=1, tampered=True)
    stack.deliver()
    verify(stack, prepared)
    return str(prepared["paymentId"])


@pytest.mark.parametrize("kind", AttentionKind)
def test_every_kind_of_attention_can_be_listed(stack: ObservedStack, kind: str) -> None:
    answered = stack.staff.get(f"/ops/attention?kind={kind}")

    assert (answered.status, answered.json()) == (200, {"items": [], "cursor": None})


@pytest.mark.parametrize(
    "query", ["", "?kind=", "?kind=everything", "?kind=mismatch&cursor=edited", "?kind=mismatch&cursor="]
)
def test_an_unknown_kind_or_an_edited_cursor_is_400(stack: ObservedStack, query: str) -> None:
    answered = stack.staff.get(f"/ops/attention{query}")

    assert (answered.status, answered.json()["error"]["code"]) == (400, "invalid_request")


def test_resolving_records_reason_and_name_and_clears_the_attention(stack: ObservedStack) -> None:
    payment_id = differing(stack)

    resolved = stack.staff.post(f"/ops/payments/{payment_id}/resolve", {"reason": "refunded by hand"}).json()

    entry = resolved["history"][-1]
    assert (entry["fact"], entry["data"]["reason"]) == ("resolved", "refunded by hand")
    assert entry["by"].startswith("staff:")
    assert resolved["attentions"] == []
    assert seen_by_staff(stack, "mismatch") == []


def two_calls(stack: ObservedStack) -> str:
    """A payment with a mismatch that also waits with a receipt."""
    payment_id = differing(stack)
    store = stack.ports["store"]
    held = store.payment(payment_id)
    store.save(raise_attention(held, AttentionKind.RECEIPT, at=stack.clock.now()))
    return payment_id


def test_resolving_one_attention_closes_no_other(stack: ObservedStack) -> None:
    payment_id = two_calls(stack)

    resolved = stack.staff.post(
        f"/ops/payments/{payment_id}/resolve",
        {"reason": "the receipt is there", "kind": "receipt", "subject": "payment"},
    ).json()

    assert [each["kind"] for each in resolved["attentions"]] == ["mismatch"]
    assert (len(seen_by_staff(stack, "mismatch")), seen_by_staff(stack, "receipt")) == (1, [])


def test_resolving_names_the_attention_where_several_are_open(stack: ObservedStack) -> None:
    payment_id = two_calls(stack)

    refused = stack.staff.post(f"/ops/payments/{payment_id}/resolve", {"reason": "one of them"})

    assert (refused.status, refused.json()["error"]["details"]["field"]) == (400, "kind")


def test_a_payment_without_an_attention_cannot_be_resolved(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    refused = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/resolve", {"reason": "just because"})

    assert (refused.status, refused.json()["error"]["code"]) == (409, "nothing_to_resolve")


@pytest.mark.parametrize(
    "body", [{}, {"reason": ""}, {"reason": "ok", "x": 1}, {"reason": "fine", "decision": "pay"}]
)
def test_resolving_needs_a_reason_and_a_known_decision(stack: ObservedStack, body: dict[str, object]) -> None:
    payment_id = differing(stack)

    refused = stack.staff.post(f"/ops/payments/{payment_id}/resolve", body)

    assert (refused.status, refused.json()["error"]["code"]) == (400, "invalid_request")
    assert len(seen_by_staff(stack, "mismatch")) == 1


def test_catching_up_reads_portone_now(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.webhooks.lose()

    answered = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")

    assert (answered.status, answered.json()["status"]) == (200, "PAID")
    assert answered.json()["history"][-1]["by"].startswith("staff:")


def test_catching_up_while_portone_is_down_is_202_and_heals(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.webhooks.lose()
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_502)

    answered = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")
    stack.run_for(600)

    assert (answered.status, answered.json()["portoneAnswered"]) == (202, False)
    assert status(stack, prepared) == "PAID"


@pytest.mark.parametrize("act", ["catch-up", "resolve"])
def test_an_absent_payment_is_not_found(stack: ObservedStack, act: str) -> None:
    answered = stack.staff.post(f"/ops/payments/nosuchpayment/{act}", {"reason": "looking for it"})

    assert (answered.status, answered.json()["error"]["code"]) == (404, "payment_not_found")


def test_a_caller_without_the_staff_claim_is_refused(stack: ObservedStack) -> None:
    assert stack.app("user-1").get("/ops/attention?kind=mismatch").status == 403


def test_the_words_of_staff_are_stored_sealed_and_shown_to_staff(stack: ObservedStack) -> None:
    payment_id = differing(stack)
    words = "paid back to Hong Gildong, 010-1234-5678"

    stack.staff.post(f"/ops/payments/{payment_id}/resolve", {"reason": words})

    shown = stack.staff.post(f"/ops/payments/{payment_id}/catch-up").json()["history"]
    said = [line["data"].get("reason") for line in shown if line["fact"] == "resolved"]
    assert said == [words]
    assert "Hong" not in str(stack.dump())
