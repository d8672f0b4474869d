"""Whether a refund may be sent: once reserved, inside its key's window, not what is already decided."""

import pytest

from portone_payments.domain.readings.outcome import FORGOTTEN, KEY_WINDOW
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.refunds.reserve import OPEN
from portone_payments.domain.refunds.settlement import decide, in_flight, open_refunds, sendable
from tests.support.records import NOW
from tests.support.refund_records import SENT, changed, reserved, the_refund
from tests.support.snapshots import moment

HOUR = 3600


@pytest.mark.parametrize(
    ("after", "may"),
    [(0, True), (KEY_WINDOW - 1, True), (KEY_WINDOW, False), (FORGOTTEN, False)],
)
def test_an_idempotency_key_is_used_only_inside_its_window(after: float, may: bool) -> None:  # noqa: FBT001 - a case
    assert sendable(the_refund(reserved()), NOW + SENT + after) is may


def test_our_window_ends_before_portone_forgets_the_key_and_forgetting_waits_longer() -> None:
    assert KEY_WINDOW < 3 * HOUR < FORGOTTEN


def test_a_refund_the_pg_has_answered_is_not_sent_again() -> None:
    assert not sendable(the_refund(changed(reserved(), pg_answered=True)), NOW + SENT)


@pytest.mark.parametrize("held", sorted(set(RefundState) - {RefundState.RESERVED}))
def test_only_a_reserved_refund_is_sent(held: RefundState) -> None:
    assert not sendable(the_refund(changed(reserved(), state=held)), NOW + SENT)


@pytest.mark.parametrize("held", RefundState)
def test_a_refund_is_in_flight_while_portone_owes_its_outcome(held: RefundState) -> None:
    payment = changed(reserved(), state=held)

    assert (in_flight(payment) is not None) == (held in {RefundState.RESERVED, RefundState.REQUESTED})
    assert (open_refunds(payment) != ()) == (held in OPEN)


def test_deciding_the_present_state_records_nothing() -> None:
    payment = changed(reserved(), state=RefundState.FAILED)

    assert decide(payment, the_refund(payment), RefundState.FAILED, moment(), None) == payment
