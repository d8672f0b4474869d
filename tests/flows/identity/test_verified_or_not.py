"""What verifies nobody: any reading but verified, a test channel in live mode, an age too young."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from portone_local.actors.people import USER, code, done, go_through, id_of, me, start, verified, verify
from portone_local.oracle import ObservedStack
from portone_local.portone.identity.people import ADULT, MINOR
from portone_local.template.cloudformation import environment
from portone_payments.domain.errors.identity import VerificationPending
from portone_payments.domain.readings.verification import VerificationReading, VerificationStatus
from portone_payments.entry.wiring.identity import IdentityDeps
from portone_payments.ports.world import Deadline


@pytest.fixture
def live() -> Iterator[ObservedStack]:
    with ObservedStack.in_memory(seed=1, mode="live") as opened:
        yield opened


class Saying:
    """PortOne with one fixed answer."""

    def __init__(self, reading: VerificationReading) -> None:
        self.reading = reading

    def within(self, _store_id: str) -> "Saying":
        """In every store."""
        return self

    def get_identity_verification(self, *_: object, **__: object) -> VerificationReading:
        """That."""
        return self.reading


@pytest.mark.parametrize("status", [VerificationStatus.READY, VerificationStatus.UNRECOGNISED])
def test_only_the_status_verified_verifies(stack: ObservedStack, status: VerificationStatus) -> None:
    verification_id = done(stack)
    env = environment(stack.template, "verify_identity")
    real = IdentityDeps(env, **stack.ports)
    deadline = Deadline.after(real.clock, 20)
    reading = real.verifications.within("").get_identity_verification(verification_id, deadline=deadline)
    assert reading
    other = IdentityDeps(env, **(stack.ports | {"verifications": Saying(replace(reading, status=status))}))

    with pytest.raises(VerificationPending):
        other.verifier.verify(verification_id, USER, deadline=deadline)

    assert me(stack)["verified"] is False


def test_in_live_mode_a_test_channel_verifies_nobody(live: ObservedStack) -> None:
    window = start(live)
    go_through(live, window | {"channelKey": "channel-key-example-danal-test"})

    answer = verify(live, id_of(window))

    assert answer.json()["error"]["details"] == {"reason": "test_channel"}


@pytest.mark.parametrize("absent", ["channel", "channel.key"])
def test_an_answer_without_a_channel_proves_nothing_yet(live: ObservedStack, absent: str) -> None:
    assert code(verified(live, without=frozenset({absent}))) == "verification_pending"


def test_in_live_mode_a_live_channel_verifies(live: ObservedStack) -> None:
    assert verified(live).status == 200


def test_a_minor_is_refused_where_the_purpose_needs_an_adult(stack: ObservedStack) -> None:
    young = verified(stack, person=MINOR, purpose="adult", provider="KCP_V2")
    grown = verified(stack, person=ADULT, purpose="adult", provider="KCP_V2")

    assert (code(young), grown.status) == ("under_age", 200)
    assert grown.json()["verified"]["facts"] == {"adult": "yes"}


def test_danal_itself_refuses_a_minor(stack: ObservedStack) -> None:
    answer = verified(stack, person=MINOR, purpose="adult", provider="DANAL")

    assert answer.json()["error"]["details"] == {"reason": "under_age"}


def test_a_minor_is_verified_where_no_age_is_needed_and_shown_as_no_adult(stack: ObservedStack) -> None:
    assert verified(stack, person=MINOR).json()["verified"]["facts"]["adult"] == "no"
