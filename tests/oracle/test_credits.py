"""The oracle reckons what invoices and credits are worth by itself; each doctored sum is seen."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.subscribers import (
    PRICE,
    change,
    days_pass,
    plan_stored,
    subscribed,
    to_hour,
)
from portone_local.oracle import Evidence, ObservedStack, gather, judge
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import Change, InvoiceKind, InvoiceState, Subscription
from portone_payments.domain.shared.calendar import DAY, Interval, Unit

CHEAP, DEAR = 3_100, 15_500
MONTH = Interval(Unit.MONTH, 1)
# day 11 of the 31 from 2 January: 21 are left, for which the cheaper plan costs less
CREDIT = -(-PRICE * 21 // 31) - CHEAP * 21 // 31


@pytest.fixture(scope="module")
def clean() -> Iterator[Evidence]:
    """A cheaper plan on day 11, of whose credit each month uses its price; on day 41 a dearer one."""
    with ObservedStack.in_memory(seed=1) as stack:
        to_hour(stack, 12)
        subscription_id = subscribed(stack)
        plan_stored(stack, "cheap", CHEAP)
        plan_stored(stack, "dear", DEAR)
        days_pass(stack, 10)
        change(stack, subscription_id, "cheap")
        days_pass(stack, 30)
        change(stack, subscription_id, "dear")
        days_pass(stack, 0.1)
        yield gather(stack, answers=stack.answers)


def the_one(evidence: Evidence) -> Subscription:
    [subscription] = evidence.subscriptions.values()
    return subscription


def changed(evidence: Evidence, **changes: Any) -> Evidence:
    """Another subscription in its place."""
    planted = replace(the_one(evidence), **changes)
    return replace(evidence, subscriptions={planted.subscription_id: planted})


def with_invoice(evidence: Evidence, number: str, **changes: Any) -> Evidence:
    invoices = the_one(evidence).invoices
    return changed(evidence, invoices={**invoices, number: replace(invoices[number], **changes)})


def without(evidence: Evidence, **data: Any) -> Evidence:
    """The history without the lines that say this."""
    kept = [entry for entry in the_one(evidence).history if not data.items() <= entry.data.items()]
    return changed(evidence, history=tuple(kept))


def telling(evidence: Evidence, said: dict[str, Any], **data: Any) -> Evidence:
    """The history with changed content."""
    lines = [
        replace(entry, data={**entry.data, **data}) if said.items() <= entry.data.items() else entry
        for entry in the_one(evidence).history
    ]
    return changed(evidence, history=tuple(lines))


def found(evidence: Evidence) -> list[str]:
    """What is wrong of invoices and credits, without whose they are."""
    sentences = [each.sentence for each in judge(evidence) if each.invariant == "I1"]
    return [each.replace(the_one(evidence).subscription_id, "it") for each in sentences]


def test_a_clean_world_has_used_a_credit_and_bought_a_plan(clean: Evidence) -> None:
    invoices = the_one(clean).invoices.values()

    assert [(each.kind, each.state) for each in invoices] == [
        (InvoiceKind.PERIOD, InvoiceState.PAID),
        (InvoiceKind.PRORATION, InvoiceState.PAID),
        (InvoiceKind.PERIOD, InvoiceState.PAID),
        (InvoiceKind.PRORATION, InvoiceState.PAID),
    ]
    assert [each.balance for each in invoices] == [0, -CREDIT, CHEAP, CREDIT - CHEAP]
    assert the_one(clean).balance == 0
    assert judge(clean) == []


@pytest.mark.parametrize(("number", "worth"), [("1", f"{PRICE}"), ("4", "10518")])
def test_a_charge_of_another_amount_than_was_agreed(clean: Evidence, number: str, worth: str) -> None:
    paid_by = str(the_one(clean).invoices[number].paid_by)
    book = clean.books[paid_by]
    off = int(worth) - book.total
    dearer = replace(clean, books={**clean.books, paid_by: replace(book, total=book.total + 1)})

    findings = found(dearer)

    assert (
        f"invoice {number} of it is {book.total + 1} and {off} came off it, it is worth {worth}" in findings
    )


@pytest.mark.parametrize("credit", [CHEAP - 1, CHEAP + 1, -1])
def test_a_credit_that_reduced_the_price_by_another_amount(clean: Evidence, credit: int) -> None:
    findings = found(with_invoice(clean, "3", balance=credit))

    assert f"invoice 3 of it is 0 and {credit} came off it, it is worth {CHEAP}" in findings


def test_a_credit_that_was_used_twice(clean: Evidence) -> None:
    findings = found(changed(clean, balance=CREDIT))

    assert f"it used 0, keeps 0 for what it asks, lost 0, and has {CREDIT}" in findings


@pytest.mark.parametrize("state", [InvoiceState.UNPAID, InvoiceState.VOID])
def test_a_credit_lost_with_an_invoice_that_is_not_charged(clean: Evidence, state: InvoiceState) -> None:
    unpaid = without(clean, invoice="3")

    findings = found(with_invoice(unpaid, "3", state=state))

    assert f"it used -{CHEAP}, keeps 0 for what it asks, lost 0, and has 0" in findings


def test_a_negative_credit_without_a_late_approval(clean: Evidence) -> None:
    assert "it has a credit of -199" in found(changed(clean, balance=-199))


def test_a_negative_credit_after_a_late_approval_is_no_finding(clean: Evidence) -> None:
    given_up = record(the_one(clean), Fact.INVOICE_UNPAID, Moment(now=clean.now, by="test"), invoice="3")

    findings = found(changed(clean, balance=-CHEAP, history=given_up.history, next_seq=given_up.next_seq))

    assert "it has a credit" not in "".join(findings)


@pytest.mark.parametrize("credit", [CREDIT - 1, CREDIT + 1])
def test_a_credit_of_another_worth_than_the_remaining_days(clean: Evidence, credit: int) -> None:
    findings = found(telling(clean, {"credit": CREDIT}, credit=credit))

    assert f"it was credited {credit}, due was {CREDIT}" in findings


def test_a_credit_for_an_unpaid_period(clean: Evidence) -> None:
    findings = found(with_invoice(clean, "1", state=InvoiceState.VOID))

    assert "invoice 2 of it sets off 6707, due was 0" in findings


def going_back(evidence: Evidence, number: str, *facts: Fact, days: float) -> Evidence:
    """The payment of an invoice with this fact, days after its period began."""
    invoice = the_one(evidence).invoices[number]
    payment = evidence.payments[str(invoice.paid_by)]
    then = Moment(now=invoice.starts + days * DAY, by="test")
    for fact in facts:
        payment = record(payment, fact, then, refund="staff:refund-1", amount=1)
    return replace(evidence, payments={**evidence.payments, payment.payment_id: payment})


@pytest.mark.parametrize("fact", [Fact.REFUND_RESERVED, Fact.CANCELLATION_REQUESTED, Fact.CANCELLED])
@pytest.mark.parametrize("number", ["1", "3"], ids=["the cheaper plan", "the dearer plan"])
def test_a_credit_for_days_whose_payment_was_refunded(clean: Evidence, number: str, fact: Fact) -> None:
    paid = with_invoice(clean, number, paid_by=the_one(clean).invoices["1"].paid_by)

    assert "it was credited for days that were refunded" in found(going_back(paid, number, fact, days=2))


def test_days_refunded_after_they_were_credited_are_no_finding(clean: Evidence) -> None:
    later = going_back(clean, "1", Fact.REFUND_RESERVED, days=12)

    assert "it was credited for days that were refunded" not in found(later)


def test_days_whose_refund_failed_may_be_credited(clean: Evidence) -> None:
    tried = going_back(clean, "1", Fact.REFUND_RESERVED, Fact.REFUND_FAILED, days=2)

    assert "it was credited for days that were refunded" not in found(tried)


def test_a_history_that_records_another_use_than_its_invoice(clean: Evidence) -> None:
    findings = found(telling(clean, {"invoice": "3"}, balance=0))

    assert "the history of it says that invoice 3 used 0, it used 3100" in findings


def test_a_paid_plan_that_never_began(clean: Evidence) -> None:
    assert "invoice 4 of it is paid, and its plan never began" in found(without(clean, plan="dear"))


def test_a_difference_charged_although_another_change_replaced_it(clean: Evidence) -> None:
    asked = with_invoice(clean, "4", state=InvoiceState.OPEN)
    other = Change(plan_id="cheap", name="", amount=CHEAP, tax_free=0, interval=MONTH)

    assert "invoice 4 of it asks for a change nobody waits for" in found(changed(asked, change=other))
