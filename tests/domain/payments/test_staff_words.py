"""What staff wrote leaves a payment with time, and never leaves it for an item of its own."""

import pytest

from portone_payments.domain.records.bounds import HISTORY_LIMIT, SEALED, WORDS_KEPT, bounded
from portone_payments.domain.records.history import Fact, record
from portone_payments.domain.records.payments import Payment
from tests.support.records import a_payment
from tests.support.snapshots import moment


def resolved() -> Payment:
    """Staff closed an attention."""
    return record(a_payment(), Fact.RESOLVED, moment(0), decision="close", sealed="ciphertext")


@pytest.mark.parametrize(("later", "there"), [(WORDS_KEPT, True), (WORDS_KEPT + 1, False)])
def test_the_words_of_staff_are_kept_for_half_a_year(later: int, *, there: bool) -> None:
    kept, _ = bounded(record(resolved(), Fact.DISPUTED, moment(later)))

    assert (SEALED in kept.history[0].data) == there
    assert kept.history[0].data["decision"] == "close"


def test_a_history_line_that_leaves_the_payment_drops_the_words_of_staff() -> None:
    payment = resolved()
    for second in range(HISTORY_LIMIT):
        payment = record(payment, Fact.DISPUTED, moment(second))

    _, leaving = bounded(payment)

    assert leaving[0].fact == Fact.RESOLVED
    assert SEALED not in leaving[0].data
