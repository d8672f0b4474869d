"""A webhook the last saved reading bears out by content needs no reading."""

from dataclasses import replace
from typing import Any

import pytest

from portone_payments.domain.payments.shown import already_shown
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.domain.records.instructions import Approval, ApprovalState
from portone_payments.domain.records.payments import Payment, Seen, Status
from tests.support.records import NOW, a_hint, a_payment

CANCELLATIONS = {"c-done": "SUCCEEDED", "c-asked": "REQUESTED", "c-failed": "FAILED"}
SEEN = Seen(
    transaction_id="tx-1",
    updated_at=0,
    total=1_000,
    paid=1_000,
    discount=0,
    cancelled=0,
    cancelled_tax_free=0,
    cancellations=CANCELLATIONS,
)


def held(status: Status, **interesting: Any) -> Payment:
    ordinary: dict[str, Any] = {"status": status, "seen": SEEN, "read_at": NOW}
    return a_payment(**ordinary | interesting)


def told(kind: str, **interesting: Any) -> Delivery:
    ordinary: dict[str, Any] = {
        "id": "wh_1",
        "body_hash": "0" * 64,
        # whatever a stamp says: content decides
        "happened_at": NOW + 10_000,
        "payment_id": "payment1",
        "transaction_id": "tx-1",
    }
    return Delivery(type=f"Transaction.{kind}", **ordinary | interesting)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (Status.PAID, "Paid"),
        (Status.PARTIAL_CANCELLED, "Paid"),
        (Status.CANCELLED, "Paid"),
        (Status.VIRTUAL_ACCOUNT_ISSUED, "VirtualAccountIssued"),
        (Status.FAILED, "Failed"),
        (Status.PAID, "Failed"),
    ],
)
def test_a_reading_of_the_same_transaction_at_least_as_far_shows_the_hint(status: Status, kind: str) -> None:
    assert already_shown(held(status), told(kind))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (Status.READY, "Paid"),
        (Status.FAILED, "Paid"),
        (Status.EXPIRED, "Paid"),
        (Status.MISMATCH, "Paid"),
        (Status.VIRTUAL_ACCOUNT_ISSUED, "Paid"),
        (Status.PAY_PENDING, "VirtualAccountIssued"),
        (Status.PAID, "VirtualAccountIssued"),
        (Status.READY, "Failed"),
        (Status.PAID, "DisputeCreated"),
        (Status.PAID, "InventedLater"),
        (Status.PAID, "Cancelled"),
    ],
)
def test_a_hint_that_is_further_needs_a_reading(status: Status, kind: str) -> None:
    assert not already_shown(held(status), told(kind, cancellation_id="c-done"))


@pytest.mark.parametrize("transaction_id", [None, "", "tx-2"])
def test_a_hint_of_another_transaction_or_none_needs_a_reading(transaction_id: str | None) -> None:
    assert not already_shown(held(Status.PAID), told("Paid", transaction_id=transaction_id))


def test_a_payment_never_read_needs_a_reading() -> None:
    assert not already_shown(held(Status.PAID, seen=None), told("Paid"))


@pytest.mark.parametrize(
    ("kind", "cancellation_id", "shown"),
    [
        ("PartialCancelled", "c-done", True),
        ("PartialCancelled", "c-asked", False),
        ("PartialCancelled", "c-failed", False),
        ("PartialCancelled", "c-other", False),
        ("PartialCancelled", None, False),
        ("CancelPending", "c-asked", True),
        ("CancelPending", "c-done", True),
        ("CancelPending", "c-other", False),
        ("Cancelled", "c-done", False),
    ],
)
def test_a_cancellation_is_shown_by_its_id(kind: str, cancellation_id: str | None, *, shown: bool) -> None:
    payment = held(Status.PARTIAL_CANCELLED)

    assert already_shown(payment, told(kind, cancellation_id=cancellation_id)) == shown


APPROVAL = Approval(
    attempt=1, token_hash="h", key="k", created_at=NOW, state=ApprovalState.RESERVED, sent_at=NOW
)


@pytest.mark.parametrize(
    "waiting",
    [{"quarantined": True}, {"lagging": 1}, {"hints": {"wh_0": a_hint(0)}}, {"approvals": (APPROVAL,)}],
    ids=lambda waiting: next(iter(waiting)),
)
def test_a_payment_with_anything_open_needs_a_reading(waiting: dict[str, Any]) -> None:
    payment = held(Status.PAID)

    assert already_shown(payment, told("Paid"))
    assert not already_shown(replace(payment, **waiting), told("Paid"))
