"""A verification is used once and in time, and a user begins only so many."""

from portone_local.actors.people import QUARTER, USER, code, done, start, sweep, verify, wait
from portone_local.oracle import ObservedStack


def test_a_verification_ends_after_a_quarter_of_an_hour(stack: ObservedStack) -> None:
    in_time, late = done(stack), done(stack)
    wait(stack, QUARTER - 1)
    first = verify(stack, in_time)
    wait(stack, 1)

    assert first.status == 200
    assert code(verify(stack, late)) == "verification_expired"


def test_the_sweep_ends_unused_verifications_and_changes_nothing_else(stack: ObservedStack) -> None:
    used, left = done(stack), done(stack)
    verify(stack, used)
    wait(stack, QUARTER)

    swept = sweep(stack)

    assert (swept["expired"], swept["persons"], swept["left"]) == (1, 0, 0)
    assert code(verify(stack, left)) == "verification_expired"
    assert verify(stack, used).status == 200


def test_a_repeated_verify_answers_the_same_and_changes_nothing(stack: ObservedStack) -> None:
    verification_id = done(stack)
    first = verify(stack, verification_id)
    before = stack.identity_dump()

    again = verify(stack, verification_id)

    assert again.json() == first.json()
    assert stack.identity_dump() == before


def test_a_verification_replaced_by_a_later_one_answers_no_more(stack: ObservedStack) -> None:
    first, second = done(stack), done(stack)
    verify(stack, first)
    verify(stack, second)

    assert code(verify(stack, first)) == "verification_used"
    assert verify(stack, second).status == 200


def test_the_verifications_a_user_starts_are_limited(stack: ObservedStack) -> None:
    for _ in range(30):
        start(stack)

    answer = stack.app(USER).post("/identity-verifications", {"purpose": "signup"})
    wait(stack, 24 * 3600)

    assert code(answer) == "verification_limit"
    assert int(answer.headers["retry-after"]) > 0
    assert start(stack)
