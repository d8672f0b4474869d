"""The oracle knows what staff paid back by hand: planted into a world where a refund came back."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from portone_local.actors.shop import verify
from portone_local.oracle import Evidence, ObservedStack, gather, judge
from portone_local.oracle.silence import SWEEPS
from portone_local.portone import CancellationStatus
from portone_local.stack.passing import let_pass
from portone_payments.domain.records.payments import Payment
from tests.support.planting import counted, with_book, with_payment
from tests.support.refunding import paid, refund

HOUR = 3600


@pytest.fixture(scope="module", params=[3_000, 12_000], ids=["a part", "the whole"])
def clean(request: pytest.FixtureRequest) -> Iterator[Evidence]:
    """A reversed refund that staff reports as repaid by hand."""
    with ObservedStack.in_memory(seed=1) as stack:
        prepared = paid(stack)
        refund(stack, prepared, amount=request.param)
        payment_id = prepared["paymentId"]
        [done] = stack.portone.books()[payment_id].cancellations
        stack.portone.console.reverse_cancellation(payment_id, done.id)
        for _ in range(4):
            stack.staff.post(f"/ops/payments/{payment_id}/catch-up")
            let_pass(stack, 2 * HOUR)
        said = {"reason": "sent by bank transfer", "decision": "refunded", "kind": "lagging"}
        assert stack.staff.post(f"/ops/payments/{payment_id}/resolve", said).status == 200
        let_pass(stack, HOUR)
        verify(stack, prepared)
        yield gather(stack, answers=stack.answers)


def payment_of(evidence: Evidence) -> Payment:
    [found] = evidence.payments.values()
    assert found.by_hand
    return found


def found(evidence: Evidence) -> list[str]:
    return sorted({each.invariant for each in judge(evidence)})


def test_a_repayment_by_hand_is_no_difference_to_portone(clean: Evidence) -> None:
    assert judge(clean) == []


def test_i4_another_amount_recorded_as_refunded_than_there_was(clean: Evidence) -> None:
    held = payment_of(clean)
    assert held.seen is not None
    wrong = replace(held.seen, cancelled=held.seen.cancelled - 1)

    assert found(with_payment(clean, held, seen=wrong)) == ["I4"]
    assert found(with_payment(clean, held, by_hand=held.by_hand - 1)) == ["I4"]


def test_i3_a_repayment_by_hand_without_a_decision(clean: Evidence) -> None:
    held = payment_of(clean)
    unsaid = tuple(
        replace(entry, data={"decision": "close", "attention": "lagging"})
        if entry.fact == "resolved"
        else entry
        for entry in held.history
    )

    assert "I3" in found(with_payment(clean, held, history=unsaid))


def test_i3_a_repayment_by_hand_sent_once_more(clean: Evidence) -> None:
    held = payment_of(clean)
    [before] = clean.books[held.payment_id].cancellations
    once_more = replace(
        before,
        id="cancellation-2",
        status=CancellationStatus.SUCCEEDED,
        amount=12_001 - before.amount,
        reason="-",
        requested_at=clean.now,
    )

    wrong = with_book(clean, held, cancellations=(before, once_more), cancelled=once_more.amount)

    assert "I3" in found(wrong)


def test_i16_a_repayment_by_hand_and_at_portone_raises_an_attention(clean: Evidence) -> None:
    held = payment_of(clean)
    [before] = clean.books[held.payment_id].cancellations
    long_ago = clean.now - HOUR
    console = replace(
        before,
        id="cancellation-2",
        status=CancellationStatus.SUCCEEDED,
        amount=12_001 - before.amount,
        reason="console",
        trigger="CONSOLE",
        cancelled_at=long_ago,
    )
    wrong = with_book(clean, held, cancellations=(before, console), cancelled=console.amount)
    read = replace(wrong, readings={held.payment_id: (long_ago, long_ago + 60)})

    assert "I16" in found(counted(read, SWEEPS, read.now))
