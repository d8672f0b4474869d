"""Rules: a hostile user with an account of their own and other people's phones."""

from collections import defaultdict
from itertools import product

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portone_local.actors.people import code, id_of, otp, press, typed, verify
from tests.support.machine.persons_stage import (
    DAY,
    PERSONS,
    PROVIDERS,
    PersonsStage,
    persons,
    picks,
    users,
)

HOSTILE = "user-9"
STARTS, SENDS, A_PHONE = 30, 30, 5
OK, TOO_MANY = 200, 429
FORMS = ("{}", "+82 {}", "{} ")
opened = precondition(lambda self: bool(self.windows))


class PersonsHostile(PersonsStage):
    """Repeats commands under fresh ids until a bound answers; `reached`: when a phone got a message."""

    def set_up(self, unknowns: str, policy: str) -> None:
        """Nobody has got a message yet."""
        super().set_up(unknowns, policy)
        self.reached: dict[str, list[float]] = defaultdict(list)

    @rule(times=st.sampled_from([3, 31]))
    def begins_and_begins(self, times: int) -> None:
        begun = [self.open_window(HOSTILE, "signup", None) for _ in range(times)]
        if times > STARTS and None not in begun:
            raise AssertionError("one user begins as many verifications as they like")

    @rule(
        person=persons,
        user=st.sampled_from([HOSTILE, "user-1", "user-8"]),
        wrong=st.booleans(),
        form=st.sampled_from(FORMS),
    )
    def sends(self, person: str, user: str, wrong: bool, form: str) -> None:  # noqa: FBT001 - a drawn value
        """A message to a phone, three times, in some notation; with a wrong name nothing is sent."""
        who = PERSONS[person]
        body = typed(who, phoneNumber=form.format(who.phone), **({"name": "성춘향"} if wrong else {}))
        for _ in range(3):
            window = self.open_window(user, "signup", "DANAL")
            if window is not None:
                self._send(user, who.phone, id_of(window), body)

    def _send(self, user: str, phone: str, verification_id: str, body: dict[str, str]) -> None:
        before = self._messages(verification_id)
        press(self.stack, verification_id, "send", body, user)
        self.reached[phone] += [self.stack.clock.now()] * (self._messages(verification_id) - before)

    @opened
    @rule(pick=picks, times=st.sampled_from([1, 6]))
    def sends_again(self, pick: int, times: int) -> None:
        owner, window = self.newest(pick)
        attempts = self.stack.portone.identities.records
        for _ in range(times):
            before = self._messages(id_of(window))
            press(self.stack, id_of(window), "resend", None, owner)
            for _ in range(self._messages(id_of(window)) - before):
                phone = attempts[id_of(window)].attempts[-1].customer["phoneNumber"]
                self.reached[phone].append(self.stack.clock.now())

    @opened
    @rule(pick=picks, right=st.booleans(), user=users)
    def hands_in_a_code(self, pick: int, right: bool, user: str) -> None:  # noqa: FBT001 - a drawn value
        owner, window = self.newest(pick)
        name = id_of(window)
        record = self.stack.portone.identities.records.get(name)
        waiting = record is not None and any(each.sent for each in record.attempts)
        body = otp(self.stack, name) if right and waiting else {"otp": "000000"}
        by_other = press(self.stack, name, "confirm", body, user)
        if user != owner and by_other.status == OK:
            raise AssertionError(f"{user} confirmed a verification of {owner}")
        press(self.stack, name, "confirm", body, owner)
        verify(self.stack, name, owner)

    @opened
    @rule(pick=picks, times=st.sampled_from([2, 8]))
    def tries_ids_of_others(self, pick: int, times: int) -> None:
        _, window = self.newest(pick)
        for _ in range(times):
            said = code(verify(self.stack, id_of(window), "user-7"))
            if said != "verification_not_found":
                raise AssertionError(f"a stranger learns of a verification: {said}")

    @rule(user=users, other=st.sampled_from([*PERSONS]))
    def takes_a_second_account(self, user: str, other: str) -> None:
        """As each person in turn, by every provider: the oracle says whether it may."""
        for provider in PROVIDERS:
            self.verified(user, PERSONS[other], "signup", provider)

    def phones_are_left_alone(self) -> None:
        """However many accounts ask, a phone gets so many messages in a day, and its owner as many more."""
        now = self.stack.clock.now()
        for phone, at in self.reached.items():
            lately = [each for each in at if each > now - DAY]
            if len(lately) > 2 * A_PHONE:
                raise AssertionError(f"{len(lately)} messages to one phone in a day: {phone[-1]}")

    def newcomers(self) -> None:
        """At the end everybody comes to an account of their own; who may is let in, who may not is not."""
        for number, (person, provider) in enumerate(product(PERSONS.values(), PROVIDERS)):
            self.verified(f"newcomer-{number}", person, "signup", provider)

    def _messages(self, verification_id: str) -> int:
        book = self.stack.portone.verifications().get(verification_id)
        return book.messages if book else 0
