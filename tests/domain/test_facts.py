"""History and calls for a person."""

from itertools import pairwise

import pytest

from portone_local.testing.records import NOW, a_payment
from portone_local.testing.snapshots import moment
from portone_payments.domain.facts import Fact, clear_attention, raise_attention, record
from portone_payments.domain.records import Attention

BY_GRAVITY = (
    Attention.RECEIPT,
    Attention.UNKNOWN,
    Attention.LAGGING,
    Attention.DEAD_LETTERED,
    Attention.AMBIGUOUS,
    Attention.QUARANTINED,
    Attention.SURPLUS,
    Attention.MISMATCH,
)


def test_facts_are_numbered_from_one_without_a_gap() -> None:
    payment = record(record(a_payment(), Fact.PREPARED, moment()), Fact.PAID, moment(90))

    assert [(entry.seq, entry.fact, entry.at) for entry in payment.history] == [
        (1, "prepared", NOW + 60),
        (2, "paid", NOW + 90),
    ]
    assert payment.next_seq == 3


def test_what_is_not_known_is_left_out_of_a_fact() -> None:
    payment = record(a_payment(), Fact.FAILED, moment(by="webhook:wh_1"), transaction="tx-1", pg_code=None)

    assert (payment.history[0].by, payment.history[0].data) == ("webhook:wh_1", {"transaction": "tx-1"})


def test_every_call_for_a_person_has_a_gravity() -> None:
    assert set(BY_GRAVITY) == set(Attention)


@pytest.mark.parametrize(("lighter", "graver"), [*pairwise(BY_GRAVITY)])
def test_a_graver_call_replaces_a_lighter_one_never_the_reverse(
    lighter: Attention, graver: Attention
) -> None:
    rising = raise_attention(raise_attention(a_payment(), lighter, at=1), graver, at=2)
    falling = raise_attention(raise_attention(a_payment(), graver, at=1), lighter, at=2)

    assert (rising.attention, rising.attention_at) == (graver, 2)
    assert (falling.attention, falling.attention_at) == (graver, 1)


def test_the_same_call_keeps_its_age() -> None:
    payment = raise_attention(
        raise_attention(a_payment(), Attention.MISMATCH, at=1), Attention.MISMATCH, at=9
    )

    assert payment.attention_at == 1


def test_only_the_named_calls_are_withdrawn() -> None:
    payment = raise_attention(a_payment(), Attention.SURPLUS, at=1)

    assert clear_attention(payment, Attention.UNKNOWN) == payment
    assert clear_attention(payment, Attention.SURPLUS).attention is None
