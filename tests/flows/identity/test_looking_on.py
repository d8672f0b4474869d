"""A user who polls a verification costs a few readings, and is verified after the answered wait."""

from portone_local.actors.people import USER, code, go_through, id_of, press, start, typed, verify, wait
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault


def test_fruitless_status_reads_are_limited_and_a_user_who_waits_is_verified(stack: ObservedStack) -> None:
    window = start(stack)
    before = stack.calls.portone
    answers = [verify(stack, id_of(window)) for _ in range(40)]
    cost = stack.calls.portone - before
    go_through(stack, window)
    wait(stack, int(answers[-1].headers["retry-after"]))

    assert {code(each) for each in answers[:10]} == {"verification_pending"}
    assert {code(each) for each in answers[10:]} == {"verification_limit"}
    assert cost == 10
    assert verify(stack, id_of(window)).status == 200


def test_a_message_with_an_unknown_outcome_is_shown_as_stored(
    stack: ObservedStack,
) -> None:
    verification = id_of(start(stack, provider="DANAL"))
    stack.portone.inject(operation="send_identity_verification", fault=Fault.RESET_BEFORE_COMMIT)
    stack.portone.inject(operation="get_identity_verification", fault=Fault.RESET_BEFORE_COMMIT, times=None)
    press(stack, verification, "send", typed())
    before = stack.calls.portone

    shown = {stack.app(USER).get(f"/identity-verifications/{verification}").status for _ in range(40)}

    assert shown == {200}
    assert stack.calls.portone - before == 10
