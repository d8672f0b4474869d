"""Rules: people verify themselves, honestly or not; staff and the shop do what they may; processes die."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portone_local.actors.people import code, erase, id_of, permit, reveal, verify
from portone_local.stories.boundaries import Side
from tests.support.machine.persons_stage import (
    DAY,
    MINUTE,
    PERSONS,
    USERS,
    PersonsStage,
    persons,
    picks,
    providers,
    users,
)

READING = "get_identity_verification"
OK = 200
purposes = st.sampled_from(["signup", "signup", "adult"])
TRICKS: dict[str, dict[str, Any]] = {
    "none": {},
    "no CI": {"without": frozenset({"verifiedCustomer.ci"})},
    "no DI": {"without": frozenset({"verifiedCustomer.di"})},
    "neither": {"without": frozenset({"verifiedCustomer.ci", "verifiedCustomer.di"})},
    "no birth date": {"without": frozenset({"verifiedCustomer.birthDate"})},
    "no channel": {"without": frozenset({"channel"})},
    "no key": {"without": frozenset({"channel.key"})},
    "another channel": {"channel_key": "channel-key-example-inicis"},
    "a test channel": {"channel_key": "channel-key-example-danal-test"},
    "another customer": {"customer": {"id": "somebody-else"}},
    "another purpose": {"custom_data": '{"bundle":"portone-payments","purpose":"adult"}'},
    "refused": {"pg_code": "9013"},
    "left": {"half_way": True},
    "by Kakao": {"app": "KAKAO", "typed": {"gender": "MALE"}},
}
opened = precondition(lambda self: bool(self.windows))


class PersonsRules(PersonsStage):
    """What people, the shop and staff do."""

    @rule(user=users, person=persons, purpose=purposes, provider=providers)
    def go(self, user: str, person: str, purpose: str, provider: str | None) -> None:
        self.verified(user, PERSONS[person], purpose, provider)

    @rule(user=users, other=users, person=persons)
    def is_known_by_parts(self, user: str, other: str, person: str) -> None:
        """By a DI alone here and by a CI alone there, and then by both at once."""
        ways = ((user, "DANAL", "no CI"), (other, "INICIS_UNIFIED", "none"), (other, "DANAL", "none"))
        for who, provider, trick in ways:
            window = self.open_window(who, "signup", provider)
            if window is not None:
                self.visit(window, PERSONS[person], **TRICKS[trick])
                verify(self.stack, id_of(window), who)

    @rule(user=users, purpose=purposes, provider=providers)
    def begin(self, user: str, purpose: str, provider: str | None) -> None:
        self.open_window(user, purpose, provider)

    @opened
    @rule(pick=picks, person=persons, trick=st.sampled_from([*TRICKS]))
    def visit_window(self, pick: int, person: str, trick: str) -> None:
        self.visit(self.newest(pick)[1], PERSONS[person], **TRICKS[trick])

    @opened
    @rule(pick=picks, by=st.sampled_from([None, None, None, *USERS]))
    def press_verify(self, pick: int, by: str | None) -> None:
        owner, window = self.newest(pick)
        answer = verify(self.stack, id_of(window), by or owner)
        if answer.status == OK and by not in {None, owner}:
            raise AssertionError(f"{by} used a verification of {owner}")

    @opened
    @rule(pick=picks, nth=st.integers(1, 9), side=st.sampled_from(Side))
    def die_verifying(self, pick: int, nth: int, side: Side) -> None:
        owner, window = self.newest(pick)
        self.die(lambda: verify(self.stack, id_of(window), owner), nth, side)

    @rule(user=users)
    def erase(self, user: str) -> None:
        if erase(self.stack, user).status != OK and not self.spoilt:
            raise AssertionError(f"{user} cannot be erased")

    @rule(user=users, nth=st.integers(1, 5), side=st.sampled_from(Side))
    def die_erasing(self, user: str, nth: int, side: Side) -> None:
        self.die(lambda: erase(self.stack, user), nth, side)

    @opened
    @rule(pick=picks)
    def erase_while_verifying(self, pick: int) -> None:
        owner, window = self.newest(pick)
        self.wire.edited(READING, lambda _: erase(self.stack, owner) and None, times=1)
        verify(self.stack, id_of(window), owner)
        self.wire.undisturbed()

    @opened
    @rule(pick=picks, minutes=st.sampled_from([1, 14, 16]))
    def verify_slowly(self, pick: int, minutes: int) -> None:
        owner, window = self.newest(pick)
        self.wire.edited(READING, lambda _: self.pass_time(minutes * MINUTE, swept=False), times=1)
        verify(self.stack, id_of(window), owner)
        self.wire.undisturbed()

    @rule(user=users)
    def let_another_in(self, user: str) -> None:
        permit(self.stack, user)

    @rule(user=users, purpose=purposes)
    def look(self, user: str, purpose: str) -> None:
        answer = reveal(self.stack, user, purpose=purpose)
        known = self.holding().of(user, self.stack.clock.now())
        if not self.spoilt and answer.status == OK and not known:
            raise AssertionError(f"staff sees {user}, of whom nothing is kept")

    @rule(keep=st.sampled_from(["first", "last", "all"]))
    def decide(self, keep: str) -> None:
        """Staff decides about the first accounts that are listed."""
        answer = self.stack.staff.get("/ops/identity/duplicates")
        groups = answer.json()["duplicates"] if answer.status == OK else []
        if not groups:
            return
        accounts = [each["userId"] for each in groups[0]["accounts"]]
        keeps = {"first": accounts[:1], "last": accounts[-1:], "all": accounts}[keep]
        body = {"userIds": accounts, "keeps": keeps, "reason": "asked the customer"}
        said = code(self.stack.staff.post("/ops/identity/duplicates", body))
        if said not in {"200", "identity_duplicates_changed"} and not self.spoilt:
            raise AssertionError(f"staff cannot decide about {accounts}: {said}")

    @rule(minutes=st.sampled_from([1, 5, 16]), swept=st.booleans())
    def minutes(self, minutes: int, swept: bool) -> None:  # noqa: FBT001 - a drawn value
        self.pass_time(minutes * MINUTE, swept=swept)

    @rule(days=st.sampled_from([1, 1, 30, 364, 366]))
    def days(self, days: int) -> None:
        self.pass_time(days * DAY)
