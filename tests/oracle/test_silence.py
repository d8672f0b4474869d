"""The oracle finds wrong money without an attention, planted into a clean world (I16)."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.shop import pay, prepare, verify
from portone_local.oracle import Evidence, ObservedStack, gather, judge
from portone_local.oracle.alarms import Alarms
from portone_local.oracle.kinds import COUNTED_AS, DAY, HOUR, MINUTE
from portone_local.oracle.silence import SWEEPS
from portone_local.portone import CancellationBook, CancellationStatus
from portone_local.template.cloudformation import transformed
from portone_payments.domain.records.instructions import Approval, ApprovalState, CashReceipt, RefundState
from portone_payments.domain.records.payments import AttentionKind, Payment, Status
from tests.support.planting import a_refund, counted, told, with_book, with_payment
from tests.support.records import a_hint, called

LONG = 8 * DAY


@pytest.fixture(scope="module")
def clean() -> Iterator[Evidence]:
    """A card payment and a deposit, both read as paid; since then the sweep has run for more than a week."""
    with ObservedStack.in_memory(seed=1) as stack:
        for order_id, method in (("order-1", "CARD"), ("order-2", "VIRTUAL_ACCOUNT")):
            prepared = prepare(stack, order_id)
            pay(stack, prepared, method=method)
            stack.deliver()
            if method == "VIRTUAL_ACCOUNT":
                stack.portone.buyer.deposit(prepared["paymentId"])
            verify(stack, prepared)
        stack.run_for(LONG, step=DAY)
        yield gather(stack, answers=stack.answers)


def payment_of(evidence: Evidence, order_id: str = "order-1") -> Payment:
    [found] = [payment for payment in evidence.payments.values() if payment.order_id == order_id]
    return found


def silences(evidence: Evidence) -> list[str]:
    """The findings of I16."""
    return [each.sentence for each in judge(evidence) if each.invariant == "I16"]


def since(evidence: Evidence) -> float:
    """When the readings came that showed everything."""
    return evidence.readings[payment_of(evidence).payment_id][-1]


def a_cancellation(evidence: Evidence, **changes: Any) -> CancellationBook:
    at = since(evidence)
    ordinary: dict[str, Any] = {
        "id": "cancellation-1",
        "status": CancellationStatus.SUCCEEDED,
        "amount": 5_000,
        "tax_free": 0,
        "vat": 0,
        "reason": "-",
        "trigger": "CHARGEBACK",
        "requested_at": at,
        "cancelled_at": at,
    }
    return CancellationBook(**ordinary | changes)


def moving(at: float) -> CashReceipt:
    return CashReceipt(number=1, kind="PERSONAL", amount=1, tax_free=0, by="owner", key="k", sent_at=at)


def unknown_refund(evidence: Evidence, **changes: Any) -> Evidence:
    at = since(evidence)
    refund = a_refund("owner:1", sent_at=at, created_at=at, **changes)
    return with_payment(evidence, payment_of(evidence), refunds={refund.id: refund})


def test_a_clean_world_is_silent_because_nothing_is_wrong(clean: Evidence) -> None:
    assert judge(clean) == []


def planted(clean: Evidence) -> dict[str, Evidence]:
    """A world for each kind of call, in which just that is missing."""
    card, deposit, at = payment_of(clean), payment_of(clean, "order-2"), since(clean)
    hint = replace(a_hint(1), received_at=at)
    automatic = a_refund("auto:mismatch", by="system", state=RefundState.FAILED, settled_at=at)
    taken_back = with_book(clean, deposit, state="VIRTUAL_ACCOUNT_ISSUED", taken_back_at=at)
    again = replace(clean.payments[deposit.payment_id], order_id="order-1")
    return {
        "unknown": with_payment(clean, card, hints={"wh_1": hint}),
        "receipt": with_payment(clean, card, receipts=(moving(at),)),
        "ambiguous": unknown_refund(clean, state=RefundState.AMBIGUOUS),
        "mismatch": with_book(clean, card, total=1),
        "quarantined": with_payment(clean, card, status=Status.READY),
        "surplus": replace(clean, payments={**clean.payments, deposit.payment_id: again}),
        "late": with_payment(clean, card, history=(told(1, "expired", at=0.0), told(2, "paid")), next_seq=3),
        "chargeback": with_book(clean, card, cancellations=(a_cancellation(clean),)),
        "deposit-taken-back": taken_back,
        "refund-stuck": with_payment(clean, card, status=Status.MISMATCH, refunds={automatic.id: automatic}),
    }


KINDS = sorted(COUNTED_AS.keys() - {"lagging", "dead-lettered", "part-ended"})


@pytest.mark.parametrize("kind", KINDS)
def test_trouble_of_every_kind_needs_an_attention_and_an_alarm(clean: Evidence, kind: str) -> None:
    """First without an attention, then without a metric, then with both."""
    wrong = planted(clean)[kind]
    [sentence] = silences(wrong)
    [troubled] = {each.payment_id for each in judge(wrong) if each.invariant == "I16"}
    subject = "refund:owner:1" if kind == "ambiguous" else "payment"
    calls = called(AttentionKind(kind), subject=subject)
    calling = with_payment(wrong, wrong.payments[str(troubled)], attentions=calls)
    [unheard] = silences(calling)

    assert sentence.endswith("and nobody is called")
    assert unheard.endswith("and no alarm goes off")
    assert silences(counted(calling, COUNTED_AS[kind], since(clean) + MINUTE)) == []


def test_an_attention_of_another_kind_hides_nothing(clean: Evidence) -> None:
    other = called(AttentionKind.LATE)
    wrong = with_payment(unknown_refund(clean), payment_of(unknown_refund(clean)), attentions=other)

    assert silences(wrong) == ["refund owner:1 is RESERVED, and nobody is called"]


def test_an_attention_of_the_same_kind_about_another_subject_hides_nothing(clean: Evidence) -> None:
    wrong = unknown_refund(clean)
    other = called(AttentionKind.UNKNOWN, subject="approval:1")
    own = called(AttentionKind.UNKNOWN, subject="refund:owner:1")

    assert silences(with_payment(wrong, payment_of(wrong), attentions=other))[0].endswith("nobody is called")
    assert silences(with_payment(wrong, payment_of(wrong), attentions=own))[0].endswith("no alarm goes off")


def test_an_alarm_that_watches_another_metric_does_not_count(clean: Evidence) -> None:
    wrong = planted(clean)["chargeback"]
    heard = counted(wrong, "PaymentChargeback", since(clean))
    calling = with_payment(heard, payment_of(heard), attentions=called(AttentionKind.CHARGEBACK))
    changed = copy.deepcopy(dict(transformed()))
    for resource in changed["Resources"].values():
        if resource["Properties"].get("MetricName") == "PaymentChargeback":
            resource["Properties"]["Dimensions"] = [{"Name": "service", "Value": "another"}]

    deaf = replace(calling, alarms=Alarms(changed, calling.alarms.counted))

    assert silences(calling) == []
    assert silences(deaf) == ["the issuer took 5000 back, and no alarm goes off"]


def test_an_attention_staff_closed_is_no_finding(clean: Evidence) -> None:
    wrong = planted(clean)["chargeback"]
    held = payment_of(wrong)
    closing = replace(
        told(held.next_seq, "resolved"), at=since(clean) + HOUR, data={"attention": "chargeback"}
    )
    other = replace(closing, data={"attention": "late"})

    assert silences(with_payment(wrong, held, history=(*held.history, closing))) == []
    assert silences(with_payment(wrong, held, history=(*held.history, other))) != []


@pytest.mark.parametrize("minutes", [1, 30])
def test_staff_has_as_long_as_the_kind_allows(clean: Evidence, minutes: int) -> None:
    wrong = planted(clean)["unknown"]
    swept = {**clean.alarms.counted, SWEEPS: {since(clean) + minutes * MINUTE: 0.0}}

    assert silences(replace(wrong, alarms=replace(clean.alarms, counted=swept))) == []


@pytest.mark.parametrize(("status", "times"), [(Status.PAY_PENDING, 2), (Status.PAID, 0)])
def test_a_payment_a_pg_leaves_undecided_for_days_is_a_finding(
    clean: Evidence, status: Status, times: int
) -> None:
    waiting = with_payment(clean, payment_of(clean), status=status, status_at=since(clean) - 2 * DAY)

    assert len(silences(waiting)) == times


def test_a_refund_a_pg_leaves_undecided_for_a_week_is_a_finding(clean: Evidence) -> None:
    sooner = {**clean.alarms.counted, SWEEPS: {since(clean) + 7 * DAY: 0.0}}
    waiting = unknown_refund(clean, state=RefundState.REQUESTED)

    assert silences(replace(waiting, alarms=replace(clean.alarms, counted=sooner))) == []
    assert silences(waiting) == ["refund owner:1 is REQUESTED, and nobody is called"]


def test_money_that_never_reached_its_account_is_a_finding(clean: Evidence) -> None:
    deposit = payment_of(clean, "order-2")
    wrong = with_book(clean, deposit, refund_status="FAILED", refunds_in_flight=12_000)

    assert "its refund never reached the account (FAILED), and nobody is called" in silences(wrong)


def test_an_attention_missing_from_the_index_does_not_count(clean: Evidence) -> None:
    held = payment_of(clean)
    calling = with_payment(clean, held, attentions=called(AttentionKind.LATE))

    assert silences(replace(calling, listed={})) == ["a person is called (late, payment) and not told"]
    assert silences(replace(clean, listed=calling.listed)) == [
        "is listed (late, payment), and nobody is called"
    ]


def test_given_up_work_is_counted(clean: Evidence) -> None:
    held = payment_of(clean)
    dead = told(held.next_seq, "dead_lettered", at=since(clean))
    wrong = with_payment(clean, held, history=(*held.history, dead), next_seq=held.next_seq + 1)

    assert any("was given up, and no alarm" in each for each in silences(wrong))
    assert silences(counted(wrong, "WorkDeadLettered", since(clean))) == []


def test_an_attempt_charged_at_portone_is_not_settled_before_we_record_it(clean: Evidence) -> None:
    held = payment_of(clean)
    at = since(clean) - 1
    declined = Approval(
        attempt=1, token_hash="-", key="-", created_at=at - 60, sent_at=at - 60, state=ApprovalState.FAILED
    )
    paid = with_book(with_payment(clean, held, approvals=(declined,), status=Status.READY), held, paid_at=at)
    late = with_payment(paid, payment_of(paid), status=Status.PAID)

    assert "try 1 is FAILED, PortOne took money and we say READY" in silences(paid)
    assert not any(each.startswith("try 1") for each in silences(late))


def test_a_payment_before_the_recorded_end_of_its_offer_is_not_late(clean: Evidence) -> None:
    card = payment_of(clean)
    ended_since = told(1, "expired", at=since(clean) + DAY)
    heard_late = with_payment(clean, card, history=(ended_since, told(2, "paid")), next_seq=3)

    assert silences(heard_late) == []
