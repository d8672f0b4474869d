"""The oracle sees each violation of an approval or a cash receipt, planted one by one into a clean world."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.approver import HOOK, authenticate, confirm
from portone_local.actors.shop import USER, pay, prepare, put_order, verify
from portone_local.oracle import Evidence, ObservedStack, gather, judge
from portone_local.oracle.receipts import CORRECTED_WITHIN
from portone_payments.domain.records.instructions import Approval, ApprovalState, CashReceipt, ReceiptState
from portone_payments.domain.records.payments import AttentionKind, Payment
from tests.support.planting import listed
from tests.support.records import called

WISH = {"type": "PERSONAL", "identityNumber": "010-0000-0000"}


@pytest.fixture(scope="module")
def clean() -> Iterator[Evidence]:
    """One payment approved after a failed attempt; one with a receipt."""
    with ObservedStack.in_memory(seed=1, **HOOK) as stack:
        approved = prepare(stack, "approved")
        confirm(stack, approved, "example-token-nobody-gave")
        confirm(stack, approved, authenticate(stack, approved))
        put_order(stack, "receipt", payMethods=["TRANSFER"])
        paid = prepare(stack, "receipt")
        pay(stack, paid, method="TRANSFER")
        verify(stack, paid)
        stack.app(USER).post(f"/payments/{paid['paymentId']}/cash-receipt", WISH)
        yield gather(stack, answers=stack.answers)


def payment_of(evidence: Evidence, order_id: str) -> Payment:
    [found] = [payment for payment in evidence.payments.values() if payment.order_id == order_id]
    return found


def with_payment(evidence: Evidence, order_id: str, **changes: Any) -> Evidence:
    held = replace(payment_of(evidence, order_id), **changes)
    return replace(evidence, payments={**evidence.payments, held.payment_id: held})


def with_try(evidence: Evidence, number: int, **changes: Any) -> Evidence:
    tries: tuple[Approval, ...] = payment_of(evidence, "approved").approvals
    changed = (replace(each, **changes) if each.attempt == number else each for each in tries)
    return with_payment(evidence, "approved", approvals=tuple(changed))


def with_receipt(evidence: Evidence, **changes: Any) -> Evidence:
    [receipt] = payment_of(evidence, "receipt").receipts
    changed: CashReceipt = replace(receipt, **changes)
    return with_payment(evidence, "receipt", receipts=(changed,), due_at=int(evidence.now) + 60)


def with_book(evidence: Evidence, order_id: str, **changes: Any) -> Evidence:
    payment_id = payment_of(evidence, order_id).payment_id
    book = replace(evidence.books[payment_id], **changes)
    return replace(evidence, books={**evidence.books, payment_id: book})


def found(evidence: Evidence) -> list[tuple[str, str]]:
    return [(finding.invariant, finding.sentence) for finding in judge(evidence)]


def test_a_clean_world_has_two_attempts_a_receipt_and_no_findings(clean: Evidence) -> None:
    tries = [each.state for each in payment_of(clean, "approved").approvals]
    [receipt] = payment_of(clean, "receipt").receipts

    assert tries == [ApprovalState.FAILED, ApprovalState.APPROVED]
    assert receipt.state is ReceiptState.ISSUED
    assert (len(clean.confirms), len(clean.agreed or ())) == (2, 2)
    assert judge(clean) == []


def test_i10_a_charge_the_stock_hook_did_not_allow(clean: Evidence) -> None:
    evidence = replace(clean, agreed=frozenset(each for each in clean.agreed or () if each[1] == 1))

    assert found(evidence) == [("I10", "try 2 was sent though the stock hook did not say yes")]


def test_i10_a_charge_without_a_stock_hook_needs_no_permission(clean: Evidence) -> None:
    assert found(replace(clean, agreed=None)) == []


@pytest.mark.parametrize("changes", [{"key": "another"}, {"sent_at": None}], ids=str)
def test_i10_a_charge_that_was_not_stored_before(clean: Evidence, changes: dict[str, Any]) -> None:
    assert found(with_try(clean, 2, **changes)) == [("I10", "an approval was sent and not stored before")]


def test_i1_an_attempt_approved_although_portone_charged_nothing(clean: Evidence) -> None:
    findings = found(with_book(clean, "approved", times_paid=0))

    assert findings == [("I1", "try 2 is APPROVED, PortOne charged nothing")]


def test_i1_two_approved_attempts(clean: Evidence) -> None:
    findings = found(with_try(clean, 1, state=ApprovalState.APPROVED))

    assert ("I1", "2 tries are APPROVED") in findings


def test_i1_an_attempt_failed_although_portone_approved(clean: Evidence) -> None:
    findings = found(with_try(clean, 2, state=ApprovalState.FAILED))

    assert findings == [
        ("I1", "try 2 is FAILED, PortOne said yes to it"),
        ("I11", "try 2 is FAILED, and was released 0 times"),
    ]


def test_i10_an_attempt_open_for_long_without_an_attention(clean: Evidence) -> None:
    waiting = with_try(clean, 2, state=ApprovalState.CONFIRMED, sent_at=clean.now - 3_600)

    unknown = called(AttentionKind.UNKNOWN)
    told = with_payment(waiting, "approved", attentions=unknown, due_at=int(clean.now) + 60)

    assert ("I10", "its outcome is unknown for long and nobody was told") in found(waiting)
    assert found(listed(told)) == []


def test_i11_a_failed_attempt_whose_stock_was_not_released(clean: Evidence) -> None:
    payment = payment_of(clean, "approved")
    history = [
        replace(entry, data={**entry.data, "attempt": 9}) if entry.fact == "approval_released" else entry
        for entry in payment.history
    ]

    findings = found(with_payment(clean, "approved", history=tuple(history)))

    assert ("I11", "try 1 is FAILED, and was released 0 times") in findings


def test_i14_a_settled_attempt_that_keeps_its_token(clean: Evidence) -> None:
    assert found(with_try(clean, 2, token="sealed")) == [("I14", "try 2 is settled and still has its token")]


def test_i4_a_receipt_portone_does_not_have(clean: Evidence) -> None:
    findings = found(with_book(clean, "receipt", cash_receipts=()))

    assert findings == [("I4", "we hold cash receipts of [12000] won, PortOne of []")]


def test_i4_a_receipt_we_do_not_have(clean: Evidence) -> None:
    findings = found(with_receipt(clean, state=ReceiptState.CANCELLED))

    assert findings == [("I4", "we hold cash receipts of [] won, PortOne of [12000]")]


def test_i4_two_standing_receipts(clean: Evidence) -> None:
    [booked] = clean.books[payment_of(clean, "receipt").payment_id].cash_receipts
    twice = (booked, replace(booked, issue_number="2"))

    assert found(with_book(clean, "receipt", cash_receipts=twice)) == [
        ("I4", "2 cash receipts stand at PortOne")
    ]


def test_i4_a_receipt_that_did_not_follow_a_refund(clean: Evidence) -> None:
    payment_id = payment_of(clean, "receipt").payment_id
    [booked] = clean.books[payment_id].cash_receipts
    behind = with_book(clean, "receipt", cash_receipts=(replace(booked, amount=9_000),))
    behind = with_receipt(behind, amount=9_000)

    assert found(behind) == [("I4", "its cash receipt is of 9000 won, 12000 remain paid")]
    assert found(with_receipt(behind, amount=9_000, code="pg_provider")) == []


def test_a_receipt_may_take_time_to_follow_a_refund() -> None:
    with ObservedStack.in_memory(seed=1) as stack:
        put_order(stack, payMethods=["TRANSFER"])
        paid = prepare(stack)
        pay(stack, paid, method="TRANSFER")
        verify(stack, paid)
        stack.app(USER).post(f"/payments/{paid['paymentId']}/cash-receipt", WISH)
        stack.portone.console.cancel(paid["paymentId"], 2_000)
        stack.deliver()
        evidence = gather(stack)

    late = replace(evidence, now=evidence.now + CORRECTED_WITHIN + 1)

    assert found(evidence) == []
    assert ("I4", "its cash receipt is of 12000 won, 10000 remain paid") in found(late)


def test_i14_a_settled_receipt_that_keeps_its_number(clean: Evidence) -> None:
    assert found(with_receipt(clean, identity="sealed")) == [
        ("I14", "cash receipt 1 is settled and still has its number")
    ]


def test_i10_an_unsettled_receipt_that_is_not_due(clean: Evidence) -> None:
    moving = with_receipt(clean, state=ReceiptState.ISSUING)
    forgotten = with_payment(moving, "receipt", due_at=None)

    assert found(moving) == []
    assert found(forgotten) == [("I10", "cash receipt 1 is ISSUING, and it is not due")]
