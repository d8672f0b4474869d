"""While PortOne is silent about a message or a code, readings settle it and no worker repeats it."""

import pytest

from portone_local.actors.people import (
    code,
    id_of,
    message,
    messages,
    otp,
    press,
    sent,
    start,
    state,
    sweep,
    typed,
    wait,
)
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_payments.domain.records.stops import PROBE_EVERY

UNDER_WAY = 20


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER_COMMIT, Fault.RESET_AFTER_COMMIT])
def test_a_send_whose_answer_is_lost_is_settled_by_reading(stack: ObservedStack, fault: Fault) -> None:
    verification_id = id_of(start(stack))
    stack.portone.inject(operation="send_identity_verification", fault=fault)

    answer = press(stack, verification_id, "send", typed())

    assert (answer.status, message(answer)) == (200, "SENT")
    assert messages(stack) == 1


def test_a_send_with_an_unknown_outcome_is_202_and_no_worker_repeats_it(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))
    stack.portone.inject(operation="send_identity_verification", fault=Fault.TIMEOUT_BEFORE_COMMIT)

    answer = press(stack, verification_id, "send", typed())
    stack.run_for(600)
    sweep(stack)

    assert answer.status == 202
    assert answer.json()["statusUrl"] == f"/identity-verifications/{verification_id}"
    assert messages(stack) == 0
    assert press(stack, verification_id, "send", typed()).status == 200
    assert messages(stack) == 1


def test_a_repeated_send_is_ignored_for_a_while_while_portone_is_silent(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))
    stack.portone.inject(operation="send_identity_verification", fault=Fault.RESET_BEFORE_COMMIT)

    first = press(stack, verification_id, "send", typed())
    at_once = press(stack, verification_id, "send", typed())
    wait(stack, UNDER_WAY)
    later = press(stack, verification_id, "send", typed())

    assert (first.status, at_once.status, later.status) == (202, 202, 200)
    assert messages(stack) == 1


def test_reading_the_status_settles_an_unknown_outcome(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))
    stack.portone.inject(operation="send_identity_verification", fault=Fault.TIMEOUT_AFTER_COMMIT)
    stack.portone.inject(operation="get_identity_verification", fault=Fault.RESET_BEFORE_COMMIT)

    answer = press(stack, verification_id, "send", typed())

    assert (answer.status, message(answer)) == (202, "UNKNOWN")
    assert state(stack, verification_id) == "SENT"


def test_a_confirm_whose_answer_is_lost_is_settled_by_reading(stack: ObservedStack) -> None:
    verification_id = sent(stack)
    stack.portone.inject(operation="confirm_identity_verification", fault=Fault.TIMEOUT_AFTER_COMMIT)

    answer = press(stack, verification_id, "confirm", otp(stack, verification_id))

    assert (answer.status, message(answer)) == (200, "CONFIRMED")


def test_a_confirm_without_effect_is_202_and_may_be_repeated(stack: ObservedStack) -> None:
    verification_id = sent(stack)
    stack.portone.inject(operation="confirm_identity_verification", fault=Fault.RESET_BEFORE_COMMIT)

    answer = press(stack, verification_id, "confirm", otp(stack, verification_id))
    wait(stack, UNDER_WAY)
    again = press(stack, verification_id, "confirm", otp(stack, verification_id))

    assert (answer.status, again.status) == (202, 200)


def test_a_refused_credential_is_answered_and_sends_nothing(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))
    stack.portone.inject(operation="send_identity_verification", fault=Fault.UNAUTHORIZED)

    answer = press(stack, verification_id, "send", typed())

    assert (answer.status, code(answer)) == (503, "provider_refused")
    assert messages(stack) == 0
    assert press(stack, verification_id, "send", typed()).status == 503
    wait(stack, PROBE_EVERY + 1)
    assert press(stack, verification_id, "send", typed()).status == 200
