"""Without an SDK: send the person a message, repeat it, hand in its code (PortOne facts 9; Danal and KCP).

Each message costs money and the input is never stored, so only the user finishes what was left
unknown: the answer is 202, a reading settles it, and the user sends again.
"""

from dataclasses import dataclass, field, replace
from functools import partial

from portone_payments.domain.errors.common import InvalidRequest, PortOneError
from portone_payments.domain.errors.identity import (
    VerificationExpired,
    VerificationNotSent,
)
from portone_payments.domain.identity.bypass import bypass_for
from portone_payments.domain.identity.phone import normal_phone
from portone_payments.domain.records.identity import Attempt, Counter, Sending, SendState
from portone_payments.flows.identity.exchange import READING, Exchange
from portone_payments.flows.identity.start import counted, started_mark
from portone_payments.flows.shared.gate import Operation
from portone_payments.ports.identity import Hashes, IdentityStore, SendCommand
from portone_payments.ports.world import Deadline, Meter, Metric

SERVER_SIDE = frozenset({"DANAL", "KCP", "KCP_V2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the user typed: in memory only. `birth_and_sex`: seven digits, for SMS; `media` for KCP."""

    operator: str
    method: str
    name: str = field(repr=False)
    phone: str = field(repr=False)
    ip_address: str = field(repr=False)
    birth_and_sex: str | None = field(default=None, repr=False)
    media: str = "mobile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Messenger:
    """Messages that cost money, counted by user and phone."""

    exchange: Exchange
    store: IdentityStore
    meter: Meter
    hashes: Hashes

    def send(self, verification_id: str, user_id: str, typed: Typed, *, deadline: Deadline) -> Attempt:
        """Have the message sent; a repeated request sends no second one. Raises `SendFailed` and others."""
        attempt = self.exchange.open(verification_id, user_id)
        order = self._order(attempt, typed)
        held = attempt.sending
        if held and (held.state in {SendState.SENT, SendState.CONFIRMED} or self.exchange.under_way(held)):
            return attempt
        gate, channel = self.exchange.admitted(attempt)
        phone = self.hashes.phone(normal_phone(typed.phone))
        sending = self.exchange.sending("send", method=typed.method, phone=phone)
        alike = self.hashes.phones(normal_phone(typed.phone))
        attempt = self.exchange.intend(attempt, sending, partial(self._counters, attempt, sending, alike))
        try:
            with gate.sending(Operation.IDENTITY, channel):
                self.exchange.settler.reader.at(attempt).send_identity_verification(
                    verification_id, order, key=sending.key, deadline=deadline.leaving(READING)
                )
        except PortOneError as error:
            return self.exchange.settler.not_sent(attempt, error, deadline=deadline)
        return self._sent(attempt)

    def resend(self, verification_id: str, user_id: str, *, deadline: Deadline) -> Attempt:
        """Have the SMS sent once more. Raises `VerificationNotSent`, `VerificationLimit` and others."""
        attempt = self.exchange.open(verification_id, user_id)
        held = attempt.sending
        if held is None or held.method != "SMS":
            raise VerificationNotSent
        if held.state is SendState.CONFIRMED or self.exchange.under_way(held):
            return attempt
        gate, channel = self.exchange.admitted(attempt)
        again = self.exchange.sending("resend", method="SMS", phone=held.phone)
        sending = replace(again, guesses=held.guesses)
        attempt = self.exchange.intend(attempt, sending, partial(self._counters, attempt, sending, ()))
        try:
            with gate.sending(Operation.IDENTITY, channel):
                self.exchange.settler.reader.at(attempt).resend_identity_verification(
                    verification_id, key=sending.key, deadline=deadline.leaving(READING)
                )
        except PortOneError as error:
            return self.exchange.settler.not_sent(attempt, error, deadline=deadline)
        return self._sent(attempt)

    def _sent(self, attempt: Attempt) -> Attempt:
        self.meter.count(Metric.IDENTITY_SENT)
        return self.exchange.settler.mark(attempt, SendState.SENT)

    def _order(self, attempt: Attempt, typed: Typed) -> SendCommand:
        """What is sent, of what was typed now. Raises `InvalidRequest`, `VerificationExpired`."""
        if attempt.provider not in SERVER_SIDE:
            raise InvalidRequest(field="provider", reason="sdk_only")
        if typed.method == "SMS" and typed.birth_and_sex is None:
            raise InvalidRequest(field="birthAndSex", reason="missing")
        purpose = self.exchange.rules.purposes.get(attempt.purpose)
        if purpose is None or attempt.provider not in self.exchange.rules.channels:
            raise VerificationExpired
        options = purpose.bypass.get(attempt.provider)
        return SendCommand(
            channel_key=self.exchange.rules.channels[attempt.provider],
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

    def _counters(self, attempt: Attempt, sending: Sending, alike: tuple[str, ...]) -> tuple[Counter, ...]:
        """Attempts, then messages by user, phone and pair; a phone of the user's own has its own counter.

        Refused sends are attempts: they query a PG about a name and a number. Nobody else can use up what the
        owner of a phone may have sent to it. `alike`: the phone as older hash keys know it.
        """
        rules, user = self.exchange.rules, attempt.user_id
        person = self.store.person(user)
        # a message that counted as its owner's is repeated as one
        before = attempt.sending.counted if attempt.sending else ()
        owned_by = (person is not None and person.phone in {sending.phone, *alike}) or any(
            each.startswith("own.") for each in before
        )
        # hashed together: no counter reveals which phone a user had
        pair = self.hashes.pair(user, sending.phone)
        by_phone = {sending.phone: rules.sms_per_phone, pair: rules.sms_per_pair}
        by_user = {f"try.{user}": rules.sends_per_user, f"send.{user}": rules.sms_per_user}
        messages = {f"own.{pair}": rules.sms_per_phone} if owned_by else by_phone
        return counted(self.store, by_user | messages, sending.at)
