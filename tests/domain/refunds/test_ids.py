"""Refund id, token and key: the same at every attempt, and of no two refunds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.errors.payments import RefundIdReused
from portone_payments.domain.refunds.reserve import TOKEN_LENGTH, sent_reason, token_of
from tests.support.records import a_payment
from tests.support.refund_records import a_request, known_refund, reserved, the_refund
from tests.support.snapshots import a_snapshot, after_reading


def test_the_same_id_with_the_same_body_is_the_same_refund() -> None:
    payment = reserved()

    assert known_refund(payment, a_request()) is the_refund(payment)
    assert known_refund(payment, a_request("staff:refund-1")) is None


def test_the_same_id_with_another_body_is_refused() -> None:
    with pytest.raises(RefundIdReused):
        known_refund(reserved(), a_request(body_hash="1" * 64))


ids = st.text(min_size=1, max_size=40)


@given(first=st.tuples(ids, ids), second=st.tuples(ids, ids))
def test_no_two_refunds_have_one_token_or_one_key(first: tuple[str, str], second: tuple[str, str]) -> None:
    assert (token_of(*first) == token_of(*second)) == (first == second)


@given(payment_id=ids, refund_id=ids)
def test_a_token_is_twelve_letters_or_digits(payment_id: str, refund_id: str) -> None:
    token = token_of(payment_id, refund_id)

    assert len(token) == TOKEN_LENGTH
    assert token.isascii()
    assert token.isalnum()
    assert token.upper() == token


def test_key_and_token_are_the_same_at_every_attempt() -> None:
    first, again = the_refund(reserved()), the_refund(reserved())

    assert (first.key, first.token) == (again.key, again.token)


def test_equal_refunds_of_two_payments_differ_in_key_and_token() -> None:
    one, other = (after_reading(a_payment(name), a_snapshot(payment_id=name)) for name in ("one", "other"))

    mine, theirs = the_refund(reserved(one)), the_refund(reserved(other))

    assert mine.key != theirs.key
    assert mine.token != theirs.token


def test_the_token_precedes_the_reason() -> None:
    refund = the_refund(reserved(reason="단순 변심"))

    assert sent_reason(refund) == f"{refund.token} 단순 변심"
