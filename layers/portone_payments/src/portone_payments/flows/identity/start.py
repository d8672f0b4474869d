"""Start a verification: an id nobody can guess, bound to a user, a purpose and a quarter of an hour."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.errors.identity import VerificationLimit
from portone_payments.domain.identity.rules import IdentityRules
from portone_payments.domain.records.identity import ATTEMPT_SECONDS, DAY, Attempt, Counter
from portone_payments.domain.shared.marker import BUNDLE
from portone_payments.domain.verifications.asked import asked_under
from portone_payments.domain.windows.customer import LENGTH
from portone_payments.flows.shared.optimistic import retried
from portone_payments.ports.identity import IdentityStore
from portone_payments.ports.world import Clock, Ids, Meter

STARTS_A_DAY = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """Stores the intent, before PortOne or the app know the id."""

    store: IdentityStore
    meter: Meter
    clock: Clock
    ids: Ids
    rules: IdentityRules
    store_id: str

    def start(self, user_id: str, purpose: str, provider: str | None) -> Attempt:
        """A new verification, stored. Raises `InvalidRequest`, `VerificationLimit`, `Busy`."""
        chosen = self._provider(purpose, provider)

        def write() -> Attempt:
            now = self.clock.now()
            attempt = Attempt(
                verification_id=self.ids.payment_id(),
                user_id=user_id,
                purpose=purpose,
                provider=chosen,
                asked=asked_under(self.rules, self.rules.purposes[purpose], chosen),
                customer_id=self.ids.payment_id()[:LENGTH],
                created_at=now,
                expires_at=int(now) + ATTEMPT_SECONDS,
                store_id=self.store_id,
                due_at=int(now) + ATTEMPT_SECONDS,
            )
            self.store.save(attempt, self._counted(attempt))
            return attempt

        return retried(write, meter=self.meter)

    def _counted(self, attempt: Attempt) -> Counter:
        (starts,) = counted(self.store, {f"start.{attempt.user_id}": STARTS_A_DAY}, attempt.created_at)
        begun = (*starts.begun, attempt.verification_id)
        return replace(starts, begun=begun[-STARTS_A_DAY:])

    def _provider(self, purpose: str, provider: str | None) -> str:
        known = self.rules.purposes.get(purpose)
        if known is None:
            raise InvalidRequest(field="purpose", reason="unknown")
        offered = self.rules.offered(known)
        if provider is None and offered:
            return offered[0]
        if provider is None or provider not in offered:
            raise InvalidRequest(field="provider", reason="not_offered")
        return provider


def counted(store: IdentityStore, limits: Mapping[str, int], now: float) -> tuple[Counter, ...]:
    """The counters with one more in the last 24 hours, to be saved.

    Raises `VerificationLimit` until all of them have room.
    """
    held = {each: store.counter(each) or Counter(counter_id=each) for each in limits}
    wait = max(_wait(counter, limits[each], now) for each, counter in held.items())
    if wait:
        raise VerificationLimit(allowance="verifications", retry_after=wait)
    return tuple(
        replace(counter, at=(*_lately(counter, now), now), expires_at=int(now) + DAY)
        for counter in held.values()
    )


def _wait(counter: Counter, limit: int, now: float) -> int:
    """Seconds until there is room for one more, 0 where there is."""
    lately = _lately(counter, now)
    # as many as are too much have to be a day old by then
    return int(lately[len(lately) - limit] + DAY - now) + 1 if len(lately) >= limit else 0


def _lately(counter: Counter, now: float) -> tuple[float, ...]:
    return tuple(at for at in counter.at if at > now - DAY)


def uncounted(store: IdentityStore, counter_ids: Iterable[str], at: float) -> Iterator[Counter]:
    """The counters without what was counted at `at`, to be saved: nothing was sent."""
    for counter_id in counter_ids:
        counter = store.counter(counter_id)
        if counter is not None and at in counter.at:
            gone = counter.at.index(at)
            yield replace(counter, at=(*counter.at[:gone], *counter.at[gone + 1 :]))


def counters_of(user_id: str) -> tuple[str, ...]:
    """The counters that name their user: of verifications begun, of messages, of attempts to send one."""
    return f"start.{user_id}", f"send.{user_id}", f"try.{user_id}"


def started_mark(attempt: Attempt) -> str:
    """What the app passes on as customData; PortOne returns it unchanged (PortOne facts 12.1)."""
    return json.dumps({"bundle": BUNDLE, "purpose": attempt.purpose}, separators=(",", ":"))
