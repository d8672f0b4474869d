"""What every rule about persons stands on: the stack, windows that were opened, time, and the judge."""

from contextlib import ExitStack, suppress
from itertools import count
from typing import Any

from hypothesis import strategies as st

from portone_local.actors.people import code, go_through, id_of, me, start, sweep, verify, wait
from portone_local.gateway.messages import Response
from portone_local.oracle.identity import gather_identity, judge_identity
from portone_local.oracle.journal import Heard
from portone_local.oracle.persons import Holding, identifiers_in
from portone_local.portone import IdentityUnknowns, Unknowns
from portone_local.portone.identity.people import ADULT, MINOR, MOVED, NAMESAKE, OTHER_ADULT, Person
from portone_local.portone.records import Refused
from portone_local.stories.boundaries import Boundaries, Crash, Crossing, Side, crash
from portone_payments.entry.failure import JobFailed
from tests.support.edited import EditedTransport
from tests.support.unkind import UnkindStack

MINUTE, DAY = 60, 24 * 3600
USERS = ("user-1", "50%off", "auth0|a/b", "USER-1")
PERSONS = {"adult": ADULT, "moved": MOVED, "other": OTHER_ADULT, "namesake": NAMESAKE, "minor": MINOR}
PROVIDERS = ("DANAL", "KCP_V2", "INICIS_UNIFIED")
SWITCHES = {"defaults": Unknowns(), "no CI": Unknowns(identity=IdentityUnknowns(ci_is_given=False))}
# 0 is the newest
picks = st.sampled_from([0, 0, 0, 1, 2])
users = st.sampled_from(USERS)
persons = st.sampled_from([*PERSONS])
providers = st.sampled_from([*PROVIDERS, None])
# one that a person presses again before long
EXCUSED = frozenset({"verification_limit", "under_age", "identity_incomplete", "identity_changed"})


class PersonsStage:
    """Four accounts and five people of whom two are one; `windows` were opened, the newest last."""

    stack: UnkindStack

    def set_up(self, unknowns: str, policy: str) -> None:
        """Open the stack under one setting of PortOne's open questions."""
        self.opened, self.boundaries, self.ids = ExitStack(), Boundaries(), count(1)
        self.windows: list[tuple[str, dict[str, Any]]] = []
        self.spoilt = False
        opening = UnkindStack.in_memory(
            seed=1, unknowns=SWITCHES[unknowns], tap=self._tap, identity_unique=policy
        )
        self.stack = self.opened.enter_context(opening)
        self.stack.wire = self.wire
        self.boundaries.follow(self.stack)

    def open_window(self, user: str, purpose: str, provider: str | None) -> dict[str, Any] | None:
        """The app starts a verification; None where a limit or a setting refuses it."""
        wait(self.stack, 1)
        try:
            window = start(self.stack, user, purpose, **({"provider": provider} if provider else {}))
        except LookupError:
            return None
        self.windows.append((user, window))
        return window

    def newest(self, pick: int) -> tuple[str, dict[str, Any]]:
        """A window, 0 the newest."""
        return self.windows[-1 - pick % len(self.windows)]

    def visit(self, window: dict[str, Any], person: Person, **changes: Any) -> None:
        """The person goes through the window as far as PortOne lets them."""
        with suppress(Refused):
            go_through(self.stack, window, person, **changes)

    def verified(self, user: str, person: Person, purpose: str, provider: str | None) -> str:
        """All of it without any trick; the code of the answer. Whoever is refused is so for a reason."""
        sweep(self.stack)
        window = self.open_window(user, purpose, provider)
        if window is None:
            return "verification_limit"
        self.visit(window, person)
        answer = verify(self.stack, id_of(window), user)
        self._has_a_reason(user, id_of(window), answer)
        return code(answer)

    def _has_a_reason(self, user: str, verification_id: str, answer: Response) -> None:
        """A person who did everything is verified, unless another account or another person prevents it."""
        said = code(answer)
        shown = self.stack.portone.identities.answer(verification_id) or {}
        if answer.status == 200 or self.spoilt or shown.get("status") != "VERIFIED":
            return
        now, told, holding = self.stack.clock.now(), frozenset(identifiers_in(shown)), self.holding()
        reasons = {
            "identity_duplicate": bool(holding.others(user, told, now)),
            # a DI of a merchant nobody named stands for nobody
            "verification_mismatch": not any(kind == "ci" for kind, *_ in told),
            "different_person": bool(holding.of(user, now)) and not holding.of(user, now) & told,
        }
        if said not in EXCUSED and not reasons.get(said, False):
            raise AssertionError(f"{user} did all that was asked and is refused: {said} {answer.body!r}")

    def holding(self) -> Holding:
        """Which account belongs to whom, by the answers of callers."""
        found = Holding()
        list(found.followed(gather_identity(self.stack, aloud=False)))
        return found

    def judge(self, *, aloud: bool = False) -> None:
        """Raises AssertionError with what the oracle finds."""
        if self.spoilt:
            return
        evidence = gather_identity(self.stack, self.stack.answers, aloud=aloud)
        found = judge_identity(evidence)
        if found:
            raise AssertionError("\n".join(f"{each.invariant}: {each.sentence}" for each in found))

    def shown_is_so(self) -> None:
        """What each user sees of themselves equals what callers were answered."""
        holding, now = self.holding(), self.stack.clock.now()
        for user in USERS:
            told, known = me(self.stack, user)["verified"], bool(holding.of(user, now))
            if told != known:
                raise AssertionError(f"{user} is told verified={told}, and was let in: {known}")

    def pass_time(self, seconds: float, *, swept: bool = True) -> None:
        """Time passes; the sweep runs at its end, twice."""
        wait(self.stack, seconds)
        for _ in range(2 if swept else 0):
            sweep(self.stack)

    def die(self, act: Any, nth: int, side: Side) -> None:
        """The process dies at the nth call that leaves it; there are new ones, and the same is done again."""
        left = count(1)

        def breaks(_crossing: Crossing) -> Any:
            return crash(side) if next(left) == nth else None

        with self.boundaries.watch(breaks), suppress(Crash, JobFailed):
            act()
        self.stack.functions.restart()
        act()

    def forget_since(self, at: float) -> None:
        """The table is as it was then: later answers are no longer true, except for erasures."""
        acts = self.stack.journal.acts
        acts[:] = [each for each in acts if each.ended <= at or each.heard is Heard.ERASED]

    def _tap(self, service: str, client: Any) -> Any:
        tapped = self.boundaries.tap(service, client)
        if service != "portone":
            return tapped
        self.wire = EditedTransport(tapped)
        return self.wire
