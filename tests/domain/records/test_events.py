"""What leaves about a payment: stable, complete, and nothing personal."""

from dataclasses import replace

import pytest

from portone_local.template.cloudformation import ROOT
from portone_payments.domain.records.events import PUBLIC_DATA, event_of, type_of
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.payments import HistoryLine, Payment
from tests.support.records import NOW, a_payment

DOCUMENT = (ROOT / "docs" / "events.md").read_text()


def told(fact: Fact = Fact.PAID, by: str = "sweep", **data: str | int | bool) -> Payment:
    return record(a_payment(), fact, Moment(now=NOW, by=by), **data)


def test_an_event_is_identified_by_payment_and_number() -> None:
    payment = told(Fact.PAID, total=1_000)

    event = event_of(payment, payment.history[0])

    assert (event.id, event.type, event.seq, event.at) == ("payment1:1", "payment.paid", 1, NOW)
    assert (event.payment_id, event.order_id, event.user_id) == ("payment1", "order-1", "user-1")
    assert (event.currency, event.data) == ("KRW", {"total": 1_000})


def test_later_changes_of_a_payment_do_not_change_an_event() -> None:
    payment = told(Fact.PAID, total=1_000)
    later = record(
        replace(payment, version=9), Fact.CANCELLED, Moment(now=NOW + 60, by="sweep"), amount=1_000
    )

    assert event_of(later, later.history[0]) == event_of(payment, payment.history[0])


@pytest.mark.parametrize(
    ("fact", "published"),
    [
        ("paid", "payment.paid"),
        ("cancellation_requested", "payment.cancellation_requested"),
        ("refund_failed", "refund.failed"),
        ("virtual_account_issued", "virtual_account.issued"),
        ("cash_receipt_issued", "cash_receipt.issued"),
        ("a_fact_of_a_newer_version", "payment.a_fact_of_a_newer_version"),
        ("refund_of_a_newer_kind", "refund.of_a_newer_kind"),
    ],
)
def test_the_name_of_a_fact_is_derived_even_when_this_version_does_not_know_it(
    fact: str, published: str
) -> None:
    assert type_of(fact) == published


def test_no_two_facts_share_a_name() -> None:
    assert len({type_of(fact) for fact in Fact}) == len(Fact)


def test_names_and_words_of_staff_are_not_published() -> None:
    payment = told(Fact.RESOLVED, by="staff:kim", reason="called Kim Minji", decision="close", hint="wh_1")

    event = event_of(payment, payment.history[0])

    assert event.data == {"decision": "close"}
    assert "kim" not in repr(event).lower()


def test_unclassified_data_is_not_published() -> None:
    entry = HistoryLine(
        seq=1, at=NOW, fact="paid", by="sweep", data={"account_holder": "Kim Minji", "paid": 1}
    )

    assert event_of(a_payment(), entry).data == {"paid": 1}


def test_the_document_lists_every_type_that_is_published() -> None:
    missing = {type_of(fact) for fact in Fact if f"`{type_of(fact)}`" not in DOCUMENT}

    assert missing == set()


def test_the_document_lists_every_name_in_data() -> None:
    missing = {name for name in PUBLIC_DATA.values() if f"`{name}`" not in DOCUMENT}

    assert missing == set()
