"""Tales of persons who must not be let in, whatever PortOne leaves out: each says so if one was after all."""

from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from portone_local.actors.people import (
    QUARTER,
    STRANGER,
    USER,
    done,
    erase,
    go_through,
    me,
    otp,
    press,
    sent,
    start,
    verified,
    verify,
    wait,
)
from portone_local.oracle import ObservedStack
from portone_local.portone.identity.people import ADULT, FOREIGNER, MINOR, MOVED, OTHER_ADULT
from portone_local.portone.identity.pg import INICIS_CHANNEL

WRONGLY = "verified wrongly"
_OK = HTTPStatus.OK


def _must_not(happened: object, what: str) -> None:
    if happened:
        raise AssertionError(f"{WRONGLY}: {what}")


def by_each_provider(stack: ObservedStack) -> None:
    """Of whom a PG returns all it ever does: phone, operator, nationality, and the age for adults only."""
    came = {
        USER: verified(stack, person=ADULT, purpose="adult", provider="KCP_V2"),
        STRANGER: verified(stack, STRANGER, OTHER_ADULT, provider="INICIS_UNIFIED"),
        "user-3": verified(stack, "user-3", FOREIGNER, provider="KCP_V2"),
    }
    for user, answer in came.items():
        if answer.status != _OK or not me(stack, user)["verified"]:
            raise LookupError(f"{user} is not verified")


def a_minor_among_adults(stack: ObservedStack) -> None:
    """Two providers, neither of which is set to check the age by itself."""
    for provider in ("KCP_V2", "INICIS_UNIFIED"):
        answer = verified(stack, person=MINOR, purpose="adult", provider=provider)
        _must_not(answer.status == _OK, "a minor for adults only")


def a_second_account(stack: ObservedStack) -> None:
    """The same person by the same PG and by another one, and somebody else in the first account."""
    verified(stack, provider="KCP_V2")
    both = [
        verified(stack, STRANGER, MOVED, provider="KCP_V2").status,
        me(stack)["verified"],
    ]
    _must_not(both == [_OK, True], "a second account of one person")
    before = me(stack)["verified"]
    other = verified(stack, person=OTHER_ADULT, provider="KCP_V2").status
    _must_not(before and other == _OK, "another person in an account")


def the_browsers_choice(stack: ObservedStack) -> None:
    """The window was opened with another channel, for another customer, or for another purpose."""
    window = start(stack, provider="DANAL")
    answer = verify(stack, go_through(stack, window, channel_key=INICIS_CHANNEL.key))
    _must_not(answer.status == _OK, "by a channel the browser chose")
    window = start(stack)
    go_through(stack, window | {"channelKey": "channel-key-example-danal-test"})
    _must_not(verify(stack, window["identityVerificationId"]).status == _OK, "by another channel of the PG")


def too_late_or_erased(stack: ObservedStack) -> None:
    """What is over is over, and what was begun before an erasure."""
    late, begun = done(stack), done(stack)
    wait(stack, 1)
    erase(stack)
    _must_not(verify(stack, begun).status == _OK, "begun before the erasure")
    wait(stack, QUARTER)
    _must_not(verify(stack, late).status == _OK, "after its time")
    _must_not(verify(stack, done(stack, STRANGER), USER).status == _OK, "by what somebody else began")


def by_a_message(stack: ObservedStack) -> None:
    """A wrong code, then the right one, repeated by a second confirm."""
    verification_id = sent(stack)
    press(stack, verification_id, "confirm", {"otp": "000000"})
    _must_not(verify(stack, verification_id).status == _OK, "by a wrong code")
    press(stack, verification_id, "confirm", otp(stack, verification_id))
    press(stack, verification_id, "resend")
    verify(stack, verification_id)
    _must_not(verified(stack, STRANGER, ADULT).status == _OK and me(stack)["verified"], "a second account")


class OfAPerson(NamedTuple):
    """One of them."""

    name: str
    tell: Callable[[ObservedStack], None]


OF_PERSONS = tuple(
    OfAPerson(f"persons: {each.__name__.replace('_', ' ')}", each)
    for each in (
        by_each_provider,
        a_minor_among_adults,
        a_second_account,
        the_browsers_choice,
        too_late_or_erased,
        by_a_message,
    )
)
