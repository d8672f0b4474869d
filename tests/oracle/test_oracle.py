"""The oracle sees each violation, planted one by one into a clean world, and nothing else."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.shop import pay, prepare, verify
from portone_local.oracle import INVARIANTS, Answered, Evidence, Finding, ObservedStack, gather, judge
from portone_local.oracle.aloud import CANARIES
from portone_local.portone import Sent
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import Method, VirtualAccount
from portone_payments.domain.records.events import event_of
from portone_payments.domain.records.payments import AttentionKind, HistoryLine, Payment, Status
from portone_payments.domain.records.webhooks import HintState
from tests.support import planting
from tests.support.records import a_hint, a_request, an_unmatched, called

HOUR = 3600


@pytest.fixture(scope="module")
def clean() -> Iterator[Evidence]:
    """One paid payment, one that waits for its deposit, one unpaid: all as it should be."""
    with ObservedStack.in_memory(seed=1) as stack:
        for order_id, method in (("order-1", "CARD"), ("order-2", "VIRTUAL_ACCOUNT")):
            prepared = prepare(stack, order_id, key=f"key-{order_id}")
            pay(stack, prepared, method=method)
            stack.deliver()
            verify(stack, prepared)
        prepare(stack, "order-3")
        yield gather(stack, answers=stack.answers)


def payment_of(evidence: Evidence, order_id: str = "order-1") -> Payment:
    [found] = [payment for payment in evidence.payments.values() if payment.order_id == order_id]
    return found


def with_payment(evidence: Evidence, order_id: str = "order-1", **changes: Any) -> Evidence:
    return planting.with_payment(evidence, payment_of(evidence, order_id), **changes)


def with_book(evidence: Evidence, order_id: str = "order-1", **changes: Any) -> Evidence:
    return planting.with_book(evidence, payment_of(evidence, order_id), **changes)


def found(evidence: Evidence, order_id: str | None = "order-1") -> list[str]:
    """The invariants broken, all of them by the payment of `order_id`."""
    findings = judge(evidence)
    expected = payment_of(evidence, order_id).payment_id if order_id else None
    assert {finding.payment_id for finding in findings} <= {expected}
    return sorted({finding.invariant for finding in findings})


def told(seq: int, fact: str) -> HistoryLine:
    return HistoryLine(seq=seq, at=0.0, fact=fact, by="test")


def sent(payment_id: str, kind: str = "Transaction.Paid", status: int = 200) -> Sent:
    return Sent(webhook_id="wh_planted", type=kind, payment_id=payment_id, at=0.0, status=status)


def test_a_clean_world_has_no_findings(clean: Evidence) -> None:
    assert judge(clean) == []


def test_every_invariant_is_violated_below_or_in_a_file_of_its_own() -> None:
    beside = {"approvals": 4, "receipts": 4, "charges": 9, "credits": 5}
    silent = {"by_hand": 1, "attentions": 1, "silence": 2, "collection": 4}
    still = {"standstill": 4, "neighbours": 2, "sizes": 1, "ends": 1, "operators": 3}
    lived = {"lives": 7, "sums": 3, "shown": 2, "agreements": 1}
    beside |= silent | still | lived
    found = Counter(each.__module__.rpartition(".")[2] for each in INVARIANTS)

    assert {name: found.pop(name) for name in beside} == beside
    assert found.total() == 17


def test_i11_an_unpublished_fact(clean: Evidence) -> None:
    payment_id = payment_of(clean).payment_id
    kept = tuple(event for event in clean.published if event.id != f"{payment_id}:2")

    assert len(kept) < len(clean.published)
    assert found(replace(clean, published=kept)) == ["I11"]


@pytest.mark.parametrize("changes", [{"type": "payment.failed"}, {"user_id": "user-2"}, {"at": 0.0}])
def test_i11_a_fact_published_differently(clean: Evidence, changes: dict[str, Any]) -> None:
    first = next(e for e in clean.published if e.payment_id == payment_of(clean).payment_id)

    again = (*clean.published, replace(first, **changes))

    assert found(replace(clean, published=again)) == ["I11"]


def test_i11_an_event_of_something_that_never_happened(clean: Evidence) -> None:
    first = next(e for e in clean.published if e.payment_id == payment_of(clean).payment_id)

    again = (*clean.published, replace(first, id=f"{first.payment_id}:99", seq=99))

    assert found(replace(clean, published=again)) == ["I11"]


def test_i11_a_fact_published_twice_is_no_finding(clean: Evidence) -> None:
    assert judge(replace(clean, published=clean.published * 2)) == []


def test_i1_two_paid_payments_of_one_order(clean: Evidence) -> None:
    first, second = payment_of(clean).payment_id, payment_of(clean, "order-3").payment_id
    paid = with_payment(clean, "order-3", status=Status.PAID, seen=payment_of(clean).seen)
    same_order = replace(paid.payments[second], order_id="order-1")
    evidence = replace(
        paid,
        payments={**paid.payments, second: same_order},
        books={**paid.books, second: replace(paid.books[first], payment_id=second)},
    )

    findings = judge(evidence)
    excused = replace(
        evidence,
        payments={
            **evidence.payments,
            second: replace(
                evidence.payments[second],
                surplus=True,
                attentions=called(AttentionKind.SURPLUS),
                due_at=int(clean.now) + 9,
            ),
        },
    )

    assert [finding.invariant for finding in findings] == ["I1"]
    assert "order-1 is paid 2 times" in findings[0].sentence
    assert judge(planting.listed(excused)) == []


def test_i1_money_taken_twice_under_one_id(clean: Evidence) -> None:
    assert found(with_book(clean, times_paid=2)) == ["I1"]


def test_i1_a_payment_of_another_amount_than_its_order(clean: Evidence) -> None:
    order = replace(clean.orders["order-1"], total=11_999)

    assert found(replace(clean, orders={**clean.orders, "order-1": order})) == ["I1"]


def test_i1_a_payment_without_its_order(clean: Evidence) -> None:
    orders = {order_id: order for order_id, order in clean.orders.items() if order_id != "order-1"}

    assert found(replace(clean, orders=orders)) == ["I1"]


@pytest.mark.parametrize("state", ["READY", "FAILED", "PARTIAL_CANCELLED", "CANCELLED", None])
def test_i4_paid_here_and_another_status_at_portone(clean: Evidence, state: str | None) -> None:
    assert found(with_book(clean, state=state)) == ["I4"]


@pytest.mark.parametrize("status", [Status.READY, Status.FAILED, Status.EXPIRED, Status.CANCELLED])
def test_i4_paid_at_portone_and_another_status_here(clean: Evidence, status: Status) -> None:
    due_at = int(clean.now) + HOUR

    assert found(with_payment(clean, status=status, due_at=due_at)) == ["I4"]


def test_i4_other_totals(clean: Evidence) -> None:
    assert found(with_book(clean, cancelled=1)) == ["I4"]


def account_of(evidence: Evidence) -> VirtualAccount:
    seen = payment_of(evidence, "order-2").seen
    assert seen is not None
    assert seen.method is not None
    assert seen.method.virtual_account is not None
    return seen.method.virtual_account


def test_i4_an_account_expired_before_its_time(clean: Evidence) -> None:
    seen = payment_of(clean, "order-2").seen
    lapsed = Method(
        kind=PayMethod.VIRTUAL_ACCOUNT, virtual_account=replace(account_of(clean), due_at=int(clean.now) - 1)
    )
    assert seen is not None

    early = with_payment(clean, "order-2", status=Status.EXPIRED)
    in_time = with_payment(clean, "order-2", status=Status.EXPIRED, seen=replace(seen, method=lapsed))

    assert found(early, "order-2") == ["I4"]
    assert judge(in_time) == []


def test_i5_paid_here_though_the_total_differs(clean: Evidence) -> None:
    assert found(with_book(clean, total=1)) == ["I4", "I5"]


@pytest.mark.parametrize("differing", [{"currency": "USD"}, {"store_id": "store-2"}])
def test_i5_paid_here_though_currency_or_store_differ(clean: Evidence, differing: dict[str, str]) -> None:
    assert found(with_book(clean, **differing)) == ["I5"]


def test_i5_paid_here_in_live_mode_over_a_test_channel(clean: Evidence) -> None:
    assert found(replace(clean, live=True)) == ["I5"]


def test_i2_an_open_webhook(clean: Evidence) -> None:
    hints = {"wh_1": replace(a_hint(1), received_at=clean.now)}

    assert found(with_payment(clean, hints=hints, due_at=int(clean.now) + 30)) == ["I2"]


def test_i2_an_open_unmatched_webhook(clean: Evidence) -> None:
    unmatched = an_unmatched(due_at=int(clean.now) + 30)

    assert found(replace(clean, unmatched={"wh_1": unmatched}), None) == ["I2"]


def test_i2_an_accepted_webhook_that_left_no_trace(clean: Evidence) -> None:
    payment_id = payment_of(clean, "order-3").payment_id
    evidence = with_payment(clean, "order-3", status=Status.FAILED)
    evidence = replace(evidence, sent=(*clean.sent, sent(payment_id)))

    findings = judge(evidence)

    assert {finding.invariant for finding in findings} == {"I2", "I4"}
    assert any("neither stored nor borne out" in finding.sentence for finding in findings)


@pytest.mark.parametrize("kind", ["Transaction.Paid", "BillingKey.Issued"])
def test_i2_an_accepted_unmatched_webhook_that_was_not_stored(clean: Evidence, kind: str) -> None:
    lost = replace(clean, sent=(*clean.sent, sent("", kind)))
    refused = replace(clean, sent=(*clean.sent, sent("", kind, status=503)))

    assert found(lost, None) == ["I2"]
    assert judge(refused) == []


@pytest.mark.parametrize("where", ["a log line", "a metric", "a queue body", "an error answer"])
@pytest.mark.parametrize("canary", CANARIES, ids=range(len(CANARIES)))
def test_i7_a_canary_anywhere(clean: Evidence, where: str, canary: str) -> None:
    texts = {**clean.texts, where: f"{clean.texts[where]}\n...{canary}..."}

    findings = judge(replace(clean, texts=texts))

    assert {finding.invariant for finding in findings} == {"I7"}
    assert canary not in findings[0].sentence


def test_i7_a_canary_in_clear_in_the_table(clean: Evidence) -> None:
    assert found(replace(clean, dump=clean.dump + CANARIES[0]), None) == ["I7"]


def test_i7_an_account_number_in_a_log_line(clean: Evidence) -> None:
    number = account_of(clean).number or ""

    assert found(replace(clean, texts={"a log line": number}), None) == ["I7"]
    assert number in clean.dump


def test_i7_a_canary_of_the_tests_own(clean: Evidence) -> None:
    evidence = replace(clean, texts={"a queue body": "billing-key-0001"})

    assert [finding.invariant for finding in judge(evidence, canaries=["billing-key-0001"])] == ["I7"]


@pytest.mark.parametrize("changes", [{"user_id": "user-2"}, {"resource_id": "nosuchpayment"}])
def test_i8_a_key_that_answers_another_payment(clean: Evidence, changes: dict[str, str]) -> None:
    own = {"resource_id": payment_of(clean).payment_id} | changes
    evidence = replace(clean, requests=(a_request(**own),))

    assert [finding.invariant for finding in judge(evidence)] == ["I8"]


@pytest.mark.parametrize("back", ["ready", "failed", "expired", "virtual_account_issued", "pay_pending"])
def test_i9_a_status_that_regresses(clean: Evidence, back: str) -> None:
    history = (told(1, "prepared"), told(2, "paid"), told(3, back))
    planted = with_payment(clean, history=history, next_seq=4)
    rest = (event for event in clean.published if event.order_id != "order-1")
    published = (*rest, *(event_of(payment_of(planted), entry) for entry in history))

    assert found(replace(planted, published=published)) == ["I9"]


@pytest.mark.parametrize("numbers", [(1, 3), (2,), ()], ids=["gap", "start", "empty"])
def test_i11_a_history_with_a_gap(clean: Evidence, numbers: tuple[int, ...]) -> None:
    history = tuple(told(seq, "paid") for seq in numbers)

    assert found(with_payment(clean, history=history, next_seq=4)) == ["I11"]


def test_i11_history_moved_into_items_of_its_own_is_read_with_the_rest(clean: Evidence) -> None:
    held = payment_of(clean)
    moved = with_payment(clean, history=held.history[1:])

    assert found(moved) == ["I11"]
    assert judge(replace(moved, spilled={f"payment#{held.payment_id}": held.history[:1]})) == []


def test_i10_an_old_unknown_outcome_without_an_attention(clean: Evidence) -> None:
    hints = {"wh_1": replace(a_hint(1), received_at=clean.now - HOUR)}
    open_since = with_payment(clean, hints=hints, due_at=int(clean.now) + 30)

    assert found(open_since) == ["I10", "I2"]
    assert found(with_payment(open_since, attentions=called(AttentionKind.UNKNOWN))) == ["I2"]


@pytest.mark.parametrize("order_id", ["order-2", "order-3"])
def test_i10_a_payment_that_waits_and_is_not_due(clean: Evidence, order_id: str) -> None:
    assert found(with_payment(clean, order_id, due_at=None), order_id) == ["I10"]


def test_i10_an_attention_that_is_not_due(clean: Evidence) -> None:
    assert found(with_payment(clean, attentions=called(AttentionKind.DEAD_LETTERED))) == ["I10"]


def test_i10_a_due_record_that_is_not_processed(clean: Evidence) -> None:
    assert found(with_payment(clean, "order-3", due_at=int(clean.now) - 700), "order-3") == ["I10"]


@pytest.mark.parametrize("changes", [{"quarantined": True}, {"surplus": True}])
def test_i10_a_doubt_without_an_attention(clean: Evidence, changes: dict[str, Any]) -> None:
    assert found(with_payment(clean, due_at=int(clean.now) + HOUR, **changes)) == ["I10"]


def test_i15_a_500_and_a_503_without_a_cause(clean: Evidence) -> None:
    for status in (500, 503):
        assert found(replace(clean, statuses=(("POST /payments", status),)), None) == ["I15"]


def test_i15_a_503_needs_a_failed_dependency_and_a_500_is_never_right(clean: Evidence) -> None:
    hurt = replace(clean, hurt=True)

    assert judge(replace(hurt, statuses=(("POST /payments", 503),))) == []
    assert found(replace(hurt, statuses=(("POST /payments", 500),)), None) == ["I15"]


@pytest.mark.parametrize("body", ["", "<html>", "{}", json.dumps({"error": {"retryable": False}})])
def test_i15_a_5xx_that_is_not_marked_retryable(clean: Evidence, body: str) -> None:
    answers = (Answered(asked="POST /payments", status=503, body=body),)

    assert found(replace(clean, hurt=True, answers=answers), None) == ["I15"]


def test_i15_a_function_that_raised(clean: Evidence) -> None:
    assert found(replace(clean, failures=(("Sweep", "ValueError"),)), None) == ["I15"]


def test_a_finding_is_a_readable_sentence(clean: Evidence) -> None:
    [finding] = judge(with_book(clean, state="CANCELLED"))

    payment_id = payment_of(clean).payment_id
    assert finding == Finding("I4", payment_id, "we say PAID, PortOne says CANCELLED")


def test_a_closed_webhook_is_no_finding(clean: Evidence) -> None:
    for state in (HintState.DONE, HintState.IGNORED, HintState.QUARANTINED):
        assert judge(with_payment(clean, hints={"wh_1": a_hint(1, state)})) == []
