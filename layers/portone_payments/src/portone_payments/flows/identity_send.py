"""Without an SDK: send the person a message, repeat it, hand in its code (PortOne facts 9; Danal and KCP).

Each message costs money and what was typed is never kept, so nobody but the person finishes what was left
unknown: it is answered 202, a reading settles it, and the person presses again.
"""

import math
from dataclasses import dataclass, field, replace

from portone_payments.domain.errors import Busy, InvalidRequest, PortOneError
from portone_payments.domain.identity import IdentityRules
from portone_payments.domain.identity_bypass import bypass_for
from portone_payments.domain.identity_errors import (
    VerificationExpired,
    VerificationLimit,
    VerificationNotSent,
)
from portone_payments.domain.identity_phone import normal_phone
from portone_payments.domain.identity_records import Attempt, Counter, Sending, SendState
from portone_payments.flows.admission import check_gate
from portone_payments.flows.gate import Gate, Operation
from portone_payments.flows.identity_reader import check_open, owned
from portone_payments.flows.identity_settle import Settler
from portone_payments.flows.identity_start import counted, started_mark
from portone_payments.ports import Clock, Deadline, Ids, Metric
from portone_payments.ports_identity import Hashes, SendOrder
from portone_payments.ports_store import Conflict

SERVER_SIDE = frozenset({"DANAL", "KCP", "KCP_V2"})
GUESSES = 10
READING = 5.0
UNDER_WAY = 20.0  # as long as a request may take; until then the same button does nothing
TRIES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the person typed: in memory only. `birth_and_sex`: seven digits, for SMS; `media` as KCP asks."""

    operator: str
    method: str
    name: str = field(repr=False)
    phone: str = field(repr=False)
    ip_address: str = field(repr=False)
    birth_and_sex: str | None = field(default=None, repr=False)
    media: str = "mobile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Messenger:
    """Intent before call, one call, one reading when its outcome is unknown."""

    settler: Settler
    hashes: Hashes
    clock: Clock
    ids: Ids
    rules: IdentityRules
    gate: Gate

    def send(self, verification_id: str, user_id: str, typed: Typed, *, deadline: Deadline) -> Attempt:
        """Have the message sent; a repeated request sends no second one. Raises `SendFailed` and others."""
        attempt = self._open(verification_id, user_id)
        order = self._order(attempt, typed)
        held = attempt.sending
        if held and (held.state in {SendState.SENT, SendState.CONFIRMED} or self._under_way(held)):
            return attempt
        gate, channel = self._admitted(attempt)
        phone = self.hashes.phone(normal_phone(typed.phone))
        sending = self._sending("send", method=typed.method, phone=phone)
        attempt = self._intend(
            attempt, sending, paid=True, alike=self.hashes.phones(normal_phone(typed.phone))
        )
        try:
            with gate.sending(Operation.IDENTITY, channel):
                self.settler.reader.at(attempt).send_identity_verification(
                    verification_id, order, key=sending.key, deadline=deadline.leaving(READING)
                )
        except PortOneError as error:
            return self.settler.not_sent(attempt, error, deadline=deadline)
        return self._sent(attempt)

    def resend(self, verification_id: str, user_id: str, *, deadline: Deadline) -> Attempt:
        """Have the SMS sent once more. Raises `VerificationNotSent`, `VerificationLimit` and others."""
        attempt = self._open(verification_id, user_id)
        held = attempt.sending
        if held is None or held.method != "SMS":
            raise VerificationNotSent
        if held.state is SendState.CONFIRMED or self._under_way(held):
            return attempt
        gate, channel = self._admitted(attempt)
        sending = replace(self._sending("resend", method="SMS", phone=held.phone), guesses=held.guesses)
        attempt = self._intend(attempt, sending, paid=True)
        try:
            with gate.sending(Operation.IDENTITY, channel):
                self.settler.reader.at(attempt).resend_identity_verification(
                    verification_id, key=sending.key, deadline=deadline.leaving(READING)
                )
        except PortOneError as error:
            return self.settler.not_sent(attempt, error, deadline=deadline)
        return self._sent(attempt)

    def confirm(self, verification_id: str, user_id: str, otp: str | None, *, deadline: Deadline) -> Attempt:
        """Hand in the code. Raises `OtpRefused`, `VerificationNotSent`, `VerificationFailed` and others."""
        attempt = self._open(verification_id, user_id)
        held = attempt.sending
        if held is None:
            raise VerificationNotSent
        if held.state is SendState.CONFIRMED or (held.call == "confirm" and self._under_way(held)):
            return attempt
        if held.guesses >= GUESSES:
            # what comes after it is another verification
            left = attempt.expires_at - self.clock.now()
            raise VerificationLimit(allowance="guesses", retry_after=math.ceil(left))
        gate, channel = self._admitted(attempt)
        sending = self._sending("confirm", method=held.method, phone=held.phone)
        attempt = self._intend(attempt, replace(sending, guesses=held.guesses + 1))
        try:
            with gate.sending(Operation.IDENTITY, channel):
                self.settler.reader.at(attempt).confirm_identity_verification(
                    verification_id, otp, key=sending.key, deadline=deadline.leaving(READING)
                )
        except PortOneError as error:
            return self.settler.not_confirmed(attempt, error, deadline=deadline)
        return self.settler.mark(attempt, SendState.CONFIRMED)

    def _open(self, verification_id: str, user_id: str) -> Attempt:
        attempt = owned(self.settler.store, verification_id, user_id)
        check_open(attempt, self.clock.now())
        return attempt

    def _admitted(self, attempt: Attempt) -> tuple[Gate, str | None]:
        """What a message goes through, and its channel. Raises `ProviderRefused` while sending is stopped."""
        gate = self.gate.of(attempt.store_id)
        channel = self.rules.channels.get(attempt.provider)
        check_gate(gate, Operation.IDENTITY, channel)
        return gate, channel

    def _under_way(self, held: Sending) -> bool:
        return held.state is SendState.UNKNOWN and self.clock.now() - held.at < UNDER_WAY

    def _sent(self, attempt: Attempt) -> Attempt:
        self.settler.reader.meter.count(Metric.IDENTITY_SENT)
        return self.settler.mark(attempt, SendState.SENT)

    def _sending(self, call: str, *, method: str, phone: str) -> Sending:
        return Sending(key=self.ids.token(), call=call, method=method, phone=phone, at=self.clock.now())

    def _order(self, attempt: Attempt, typed: Typed) -> SendOrder:
        """What is sent, of what was typed now. Raises `InvalidRequest`, `VerificationExpired`."""
        if attempt.provider not in SERVER_SIDE:
            raise InvalidRequest(field="provider", reason="sdk_only")
        if typed.method == "SMS" and typed.birth_and_sex is None:
            raise InvalidRequest(field="birthAndSex", reason="missing")
        purpose = self.rules.purposes.get(attempt.purpose)
        if purpose is None or attempt.provider not in self.rules.channels:
            raise VerificationExpired
        options = purpose.bypass.get(attempt.provider)
        return SendOrder(
            channel_key=self.rules.channels[attempt.provider],
            operator=typed.operator,
            method=typed.method,
            name=typed.name,
            phone=normal_phone(typed.phone),
            ip_address=typed.ip_address,
            birth_and_sex=typed.birth_and_sex,
            customer_id=attempt.customer_id,
            custom_data=started_mark(attempt),
            bypass=bypass_for(
                attempt.provider, options, min_age=purpose.min_age, server_side=True, media=typed.media
            ),
        )

    def _intend(
        self, attempt: Attempt, sending: Sending, *, paid: bool = False, alike: tuple[str, ...] = ()
    ) -> Attempt:
        """Store the intent, with what it counts as. Raises `Busy` when another request was faster.

        `alike`: the phone as older hash keys know it.
        """
        store = self.settler.store
        for _ in range(TRIES):
            counters = self._counters(attempt, sending, alike) if paid else ()
            # a try stays counted where no message was sent
            sending = replace(sending, counted=tuple(each.counter_id for each in counters[1:]))
            try:
                store.save(replace(attempt, sending=sending), *counters)
            except Conflict:
                if store.attempt(attempt.verification_id) != attempt:
                    raise Busy from None
                continue
            return replace(attempt, sending=sending, version=attempt.version + 1)
        raise Busy

    def _counters(self, attempt: Attempt, sending: Sending, alike: tuple[str, ...]) -> tuple[Counter, ...]:
        """Tries, then messages by user, by phone and by pair; a phone of the user's own has one of its own.

        Refused sends are tries too: they ask a PG about a name and a number. Nobody else can use up what the
        owner of a phone may have sent to it.
        """
        store, rules, user = self.settler.store, self.rules, attempt.user_id
        person = store.person(user)
        # a message that counted as its owner's is repeated as one
        before = attempt.sending.counted if attempt.sending else ()
        owned_by = (person is not None and person.phone in {sending.phone, *alike}) or any(
            each.startswith("own.") for each in before
        )
        # hashed together: no counter tells, beside a user, which phone it was
        pair = self.hashes.pair(user, sending.phone)
        by_phone = {sending.phone: rules.sms_per_phone, pair: rules.sms_per_pair}
        by_user = {f"try.{user}": rules.sends_per_user, f"send.{user}": rules.sms_per_user}
        messages = {f"own.{pair}": rules.sms_per_phone} if owned_by else by_phone
        return counted(store, by_user | messages, sending.at)
