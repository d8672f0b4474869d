"""The books of identity verifications, kept under the ledger's lock and clock."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from portone_local.portone.checkout import Channel
from portone_local.portone.identity.answers import IdentityAnswers
from portone_local.portone.identity.people import PEOPLE, Person
from portone_local.portone.identity.pg import App, IdentityRules, self_declared, told_of
from portone_local.portone.identity.records import (
    IdentityAttempt,
    IdentityRecord,
    IdentityStatus,
    VerificationBook,
    book_of,
)
from portone_local.portone.ledger import Ledger, remember, seen
from portone_local.portone.records import Refused
from portone_local.portone.unknowns import IdentityUnknowns

_MESSAGES = {
    "3035": "입력하신 정보가 올바르지 않습니다",
    "9013": "인증번호가 일치하지 않습니다",
    "9016": "인증을 허용하지 않는 나이입니다",
}


class IdentityBook:
    """Verifications by id, the channels to PGs and the people whose phones can be reached."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        answers: IdentityAnswers,
        unknowns: IdentityUnknowns,
        channels: Iterable[Channel],
        rules: IdentityRules,
    ) -> None:
        self.ledger = ledger
        self.unknowns = unknowns
        self.rules = rules
        self.channels = {channel.key: channel for channel in channels}
        self.people: list[Person] = list(PEOPLE)
        self.records: dict[str, IdentityRecord] = {}
        self._render = answers

    @contextmanager
    def changing(
        self, verification_id: str, at: float | None = None
    ) -> Iterator[tuple[IdentityRecord, float]]:
        """The record (made when absent) and the time; how it then reads enters its history."""
        with self.ledger.lock:
            moment = self.ledger.clock.now() if at is None else at
            record = self.records.get(verification_id) or IdentityRecord(verification_id)
            yield record, moment
            self.records[verification_id] = record
            remember(record.history, moment, self._render(record, moment))

    def answer(
        self, verification_id: str, *, as_of: float | None = None, lag: int = 0
    ) -> dict[str, Any] | None:
        """What GET says: now, at epoch second `as_of`, or `lag` states ago; None where there is nothing."""
        with self.ledger.lock:
            record = self.records.get(verification_id)
            return seen(record.history if record else [], as_of=as_of, lag=lag)

    def channel(self, key: str | None, provider: str, *, test: bool) -> Channel:
        """The channel with `key`, else the provider's first; Refused where there is none."""
        for channel in self.channels.values():
            fits = (channel.pg_provider, channel.type == "TEST") == (provider, test)
            if channel.key == key or (key is None and fits):
                return channel
        raise Refused("ChannelNotFound")

    def begin(
        self, record: IdentityRecord, at: float, channel: Channel, custom_data: str | None = None
    ) -> IdentityAttempt:
        """A new attempt; Refused once the id was verified."""
        if record.verified:
            raise Refused("IDENTITY_VERIFICATION_ALREADY_VERIFIED")
        attempt = IdentityAttempt(self.ledger.new_id(), channel, at, at, custom_data=custom_data)
        record.attempts.append(attempt)
        return attempt

    def verify(self, attempt: IdentityAttempt, at: float, *, app: App, typed: dict[str, Any]) -> None:
        """VERIFIED, with the fields the PG gives; `typed` are those the person declared."""
        if attempt.person is None:
            raise Refused("NobodyIsThere")
        attempt.status, attempt.changed_at = IdentityStatus.VERIFIED, at
        attempt.given = told_of(attempt.person, attempt.channel, app, self.rules, self.unknowns)
        declared = self_declared(attempt.channel, app)
        attempt.given |= {name: value for name, value in typed.items() if name in declared}
        if "id" in attempt.customer:
            attempt.given["id"] = attempt.customer["id"]

    def fail(self, attempt: IdentityAttempt, at: float, pg_code: str) -> None:
        """FAILED, with the PG's code and text."""
        message = _MESSAGES.get(pg_code, "본인인증에 실패하였습니다")
        attempt.status, attempt.changed_at = IdentityStatus.FAILED, at
        attempt.failure = {"reason": message, "pgCode": pg_code, "pgMessage": message}

    def books(self) -> dict[str, VerificationBook]:
        """What is true now, by verification id."""
        with self.ledger.lock:
            return {name: book_of(record) for name, record in self.records.items() if record.attempts}
