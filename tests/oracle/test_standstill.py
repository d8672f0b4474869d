"""The oracle sees what stands still, stops others, grows, or moves money by itself: planted one by one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.subscribers import days_pass, order_in_parts, schedule, subscribed, to_hour
from portone_local.oracle import Answered, Charge, Evidence, ObservedStack, Operation, gather, judge
from portone_local.oracle.kinds import DAY, HOUR
from portone_local.oracle.silence import SWEEPS
from portone_local.portone import CancellationBook, CancellationStatus
from portone_local.stories.world import USER
from portone_payments.domain.records.billing_keys import KeyState
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.records.payments import AttentionKind, Payment, Status
from portone_payments.domain.records.subscriptions import (
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from tests.support.planting import (
    a_refund,
    counted,
    told,
    with_book,
    with_invoice,
    with_payment,
    with_subscription,
)
from tests.support.records import called

BIG = {"pk": {"S": "payment#big"}, "sk": {"S": "payment"}, "text": {"S": "x" * 100_001}}
NEWER = {
    "pk": {"S": "payment#newer"},
    "sk": {"S": "payment"},
    "due_shard": {"S": "payment#0"},
    "due_at": {"N": "0"},
}


@pytest.fixture(scope="module")
def clean() -> Iterator[Evidence]:
    """A subscription of two months and an order in two parts, paid on time; the sweep ran every day."""
    with ObservedStack.in_memory(seed=1) as stack:
        to_hour(stack, 12)
        subscribed(stack)
        order_in_parts(stack, "order-1", [{"amount": 4_000}, {"amount": 6_000}])
        schedule(stack, "order-1", request="request-2")
        days_pass(stack, 0.1)
        for _ in range(35):
            days_pass(stack, 1)
            stack.tick()
        yield gather(stack, answers=stack.answers)


def found(evidence: Evidence, invariant: str) -> list[str]:
    """The findings of one invariant."""
    return [each.sentence for each in judge(evidence, with_open=True) if each.invariant == invariant]


def living(evidence: Evidence) -> Subscription:
    [only] = [each for each in evidence.subscriptions.values() if each.interval is not None]
    return only


def parts(evidence: Evidence) -> Subscription:
    [only] = [each for each in evidence.subscriptions.values() if each.interval is None]
    return only


def payment_of(evidence: Evidence, subscription: Subscription, number: str = "1") -> Payment:
    return evidence.payments[str(subscription.invoices[number].paid_by)]


def standing(evidence: Evidence) -> Evidence:
    """The newest invoice has been open for weeks without an attempt."""
    held = living(evidence)
    started = int(evidence.now) - 20 * DAY
    newest = max(held.invoices, key=int)
    changes = {"state": InvoiceState.OPEN, "starts": started, "tried_at": None, "payment_id": None}
    quiet = replace(held, history=held.history[:1], created_at=0.0)
    return with_invoice(evidence, quiet, newest, **changes)


def after(evidence: Evidence, held: Payment, **changes: Any) -> Evidence:
    """An operator did something while the payment was at rest."""
    at = evidence.now - DAY
    done = Operation(name="deploys", at=at, books=evidence.books, payments={held.payment_id: held}, **changes)
    return replace(evidence, operations=(done,))


def gone(at: float, trigger: str = "API") -> CancellationBook:
    return CancellationBook(
        id="cancellation-1",
        status=CancellationStatus.SUCCEEDED,
        amount=5_000,
        tax_free=0,
        vat=0,
        reason="-",
        trigger=trigger,
        requested_at=at,
        cancelled_at=at,
    )


def test_a_clean_world_makes_progress(clean: Evidence) -> None:
    assert judge(clean, with_open=True) == []


def test_i17_an_invoice_due_for_weeks_without_an_attempt(clean: Evidence) -> None:
    [sentence] = found(standing(clean), "I17")

    assert sentence.endswith("has been due for weeks, and nothing is tried")


@pytest.mark.parametrize("reason", ["no method", "withheld", "ended", "nothing is sent", "tried"])
def test_i17_an_invoice_that_waits_for_a_reason_is_no_finding(clean: Evidence, reason: str) -> None:
    wrong, held = standing(clean), living(standing(clean))
    newest, wallet = max(held.invoices, key=int), clean.wallets[USER]
    charge = Charge(payment_id="p", key="k", at=clean.now - DAY, status=502)
    reasons = {
        "no method": replace(wrong, wallets={USER: replace(wallet, default=None)}),
        "withheld": with_invoice(wrong, held, newest, state=InvoiceState.WITHHELD),
        "ended": with_subscription(wrong, held, status=SubscriptionStatus.UNPAID),
        "nothing is sent": counted(wrong, "SendingStopped", clean.now - HOUR),
        "tried": replace(with_invoice(wrong, held, newest, payment_id="p"), charges=(*wrong.charges, charge)),
    }

    assert found(reasons[reason], "I17") == []


def test_i17_a_subscription_without_a_next_period(clean: Evidence) -> None:
    held = living(clean)
    ended = int(clean.now) - 20 * DAY
    first = {"1": replace(held.invoices["1"], ends=ended)}

    wrong = with_subscription(clean, held, invoices=first, created_at=0.0)

    assert any("no period follows its last" in each for each in found(wrong, "I17"))


def test_i17_a_method_that_is_never_saved(clean: Evidence) -> None:
    wallet = clean.wallets[USER]
    [key] = wallet.keys.values()
    hanging = replace(key, id="key-2", state=KeyState.CHECKING, created_at=clean.now - 9 * DAY)
    wrong = replace(clean, wallets={USER: replace(wallet, keys={**wallet.keys, "key-2": hanging})})

    assert found(wrong, "I17") == ["key key-2 has been CHECKING for days"]


def test_i17_a_refund_that_waits_for_an_account_nobody_was_asked_to_give(clean: Evidence) -> None:
    held = payment_of(clean, living(clean))
    waiting = a_refund("auto:late", state=RefundState.AWAITING_ACCOUNT, created_at=clean.now - 31 * DAY)
    wrong = with_payment(clean, held, refunds={waiting.id: waiting})
    calling = with_payment(wrong, payment_of(wrong, living(wrong)), attentions=called(AttentionKind.LATE))

    assert found(wrong, "I17") == ["auto:late has waited for an account for weeks"]
    assert found(calling, "I17") == []


@pytest.mark.parametrize(("status", "times"), [(409, 1), (200, 0), (403, 0)])
def test_i17_a_client_that_is_refused_for_ever(clean: Evidence, status: int, times: int) -> None:
    again = '{"error": {"code": "refund_in_progress", "retryable": true}}'
    asked = [
        Answered(asked="POST /payments/p/cancel", status=each, body=again, at=at)
        for each, at in ((409, 0.0), (409, float(DAY)), (status, DAY + 1.0))
    ]

    assert len(found(replace(clean, answers=tuple(asked[: 2 if status == 409 else 3])), "I17")) == (
        1 if status == 403 else times
    )


def test_i16_an_order_completed_with_an_unpaid_part(clean: Evidence) -> None:
    wrong = with_invoice(clean, parts(clean), "2", state=InvoiceState.VOID)

    assert "its order is COMPLETED, part 2 is VOID" in found(wrong, "I16")


def test_i16_a_later_part_charged_before_an_earlier_one(clean: Evidence) -> None:
    wrong = with_invoice(clean, parts(clean), "1", state=InvoiceState.UNPAID)

    assert "part 2 was charged, part 1 is UNPAID" in found(wrong, "I16")


def test_i16_a_subscription_still_charged_after_a_chargeback(clean: Evidence) -> None:
    first = payment_of(clean, living(clean))
    read = clean.readings[first.payment_id][-1]
    wrong = with_book(clean, first, cancellations=(gone(read, "CHARGEBACK"),))
    closing = told(first.next_seq, "resolved", at=read)
    closed = with_payment(wrong, first, history=(*first.history, closing))

    assert any("charged again though" in each for each in found(wrong, "I16"))
    assert not any("charged again though" in each for each in found(closed, "I16"))


def test_i18_an_unreadable_item_that_stops_the_sweep(clean: Evidence) -> None:
    failed = replace(clean, unreadable=(NEWER,), failures=(("Sweep", "JobFailed"),), hurt=True)

    assert "Sweep raised JobFailed beside payment#newer" in found(failed, "I18")


def test_i18_an_unreadable_item_that_delays_others(clean: Evidence) -> None:
    other = {**NEWER, "pk": {"S": "payment#other"}}
    late = replace(clean, unreadable=(NEWER,), items=(*clean.items, NEWER, other))

    assert "payment#other is overdue beside payment#newer" in found(late, "I18")
    assert not any("payment#newer is overdue" in each for each in found(late, "I18"))


def test_i18_an_unreadable_item_that_is_not_counted(clean: Evidence) -> None:
    unread = replace(clean, unreadable=(NEWER,))

    assert found(unread, "I18") == ["payment#newer cannot be read, and no alarm goes off"]
    assert found(counted(unread, "ItemSkipped", clean.now), "I18") == []


def test_i19_an_item_that_grew(clean: Evidence) -> None:
    wrong = replace(clean, items=(*clean.items, BIG), longest=200_000)

    assert [each[:15] for each in found(wrong, "I19")] == ["payment#big has"]


@pytest.mark.parametrize("path", ["/payments/{id}/cancel", "/payments/{id}/verify", "/orders/another"])
def test_i20_an_automatic_refund_after_an_operators_act(clean: Evidence, path: str) -> None:
    held = payment_of(clean, living(clean))
    wrong = with_book(after(clean, held), held, cancellations=(gone(clean.now - HOUR),))
    asked = Answered(asked=f"POST {path}", status=200, body="", at=clean.now - 2 * HOUR)
    by_somebody = replace(asked, asked=asked.asked.format(id=held.payment_id))

    excused = path.endswith("/cancel")
    assert bool(found(replace(wrong, answers=(by_somebody,)), "I20")) is not excused


def test_i20_a_status_that_changed_after_an_operators_act(clean: Evidence) -> None:
    held = payment_of(clean, living(clean))
    wrong = with_payment(after(clean, held), held, status=Status.MISMATCH)
    outside = with_book(wrong, held, cancellations=(gone(clean.now, "CONSOLE"),))

    assert "went from PAID to MISMATCH after: deploys" in found(wrong, "I20")
    assert not any("went from" in each for each in found(outside, "I20"))


def test_i20_a_mismatch_caused_only_by_our_settings(clean: Evidence) -> None:
    held = payment_of(clean, living(clean))
    wrong = with_payment(clean, held, status=Status.MISMATCH)
    proven = with_book(wrong, held, total=1)

    assert any("PortOne's books show what was asked for" in each for each in found(wrong, "I20"))
    assert found(proven, "I20") == []


def test_i20_a_second_charge(clean: Evidence) -> None:
    held = payment_of(clean, living(clean))
    before = after(clean, held)

    assert found(with_book(before, held, times_paid=2), "I20") == ["was charged once more after: deploys"]


def test_i20_a_former_channel_that_becomes_a_doubt(clean: Evidence) -> None:
    held = payment_of(clean, living(clean))
    channel = str(clean.books[held.payment_id].channel_key)
    wrong = with_payment(after(clean, held, channels=frozenset({channel})), held, quarantined=True)
    strange = with_payment(after(clean, held, channels=frozenset({"other"})), held, quarantined=True)

    assert any(each.startswith("is in doubt") for each in found(wrong, "I20"))
    assert found(strange, "I20") == []


def test_nothing_is_judged_before_a_sweep_could_act(clean: Evidence) -> None:
    never = replace(clean.alarms, counted={**clean.alarms.counted, SWEEPS: {}})

    assert found(replace(standing(clean), alarms=never), "I17") == []
