"""History and attentions."""

from dataclasses import replace
from itertools import pairwise

import pytest

from portone_payments.domain.records.history import (
    Fact,
    attention_rows,
    clear_attention,
    has_attention,
    raise_attention,
    record,
)
from portone_payments.domain.records.payments import AttentionKind
from tests.support.records import NOW, a_payment
from tests.support.snapshots import moment


def test_facts_are_numbered_from_one_without_a_gap() -> None:
    payment = record(record(a_payment(), Fact.PREPARED, moment()), Fact.PAID, moment(90))

    assert [(entry.seq, entry.fact, entry.at) for entry in payment.history] == [
        (1, "prepared", NOW + 60),
        (2, "paid", NOW + 90),
    ]
    assert payment.next_seq == 3


def test_an_unknown_value_is_left_out_of_a_fact() -> None:
    payment = record(a_payment(), Fact.FAILED, moment(by="webhook:wh_1"), transaction="tx-1", pg_code=None)

    assert (payment.history[0].by, payment.history[0].data) == ("webhook:wh_1", {"transaction": "tx-1"})


@pytest.mark.parametrize(("one", "other"), [*pairwise(AttentionKind)])
def test_one_attention_never_hides_another(one: AttentionKind, other: AttentionKind) -> None:
    both = raise_attention(raise_attention(a_payment(), one, at=1), other, at=2)

    assert [(each.kind, each.at) for each in both.attentions] == [(one, 1), (other, 2)]


def test_one_kind_of_attention_may_be_open_for_two_subjects() -> None:
    payment = raise_attention(a_payment(), AttentionKind.AMBIGUOUS, "refund:one", at=1)
    payment = raise_attention(payment, AttentionKind.AMBIGUOUS, "refund:two", at=2)

    left = clear_attention(payment, AttentionKind.AMBIGUOUS, subject="refund:one")

    assert not has_attention(left, AttentionKind.AMBIGUOUS, "refund:one")
    assert has_attention(left, AttentionKind.AMBIGUOUS, "refund:two")


def test_a_repeated_attention_keeps_its_age() -> None:
    payment = raise_attention(
        raise_attention(a_payment(), AttentionKind.MISMATCH, at=1), AttentionKind.MISMATCH, at=9
    )

    assert [each.at for each in payment.attentions] == [1]


def test_only_the_named_attentions_are_cleared() -> None:
    payment = raise_attention(a_payment(), AttentionKind.SURPLUS, at=1)

    assert clear_attention(payment, AttentionKind.UNKNOWN) == payment
    assert clear_attention(payment, AttentionKind.SURPLUS).attentions == ()


def test_a_save_writes_index_rows_only_for_new_and_cleared_attentions() -> None:
    held = raise_attention(a_payment(), AttentionKind.SURPLUS, at=1)
    held = raise_attention(held, AttentionKind.LAGGING, at=2)
    read = replace(held, listed=held.attentions)

    changed = clear_attention(raise_attention(read, AttentionKind.UNKNOWN, at=3), AttentionKind.SURPLUS)

    rows = {(row.kind, row.attention) for row in attention_rows(changed)}
    assert rows == {(AttentionKind.UNKNOWN, AttentionKind.UNKNOWN), (AttentionKind.SURPLUS, None)}
    assert attention_rows(read) == ()
