"""Charging a billing key: one success per paymentId, declines as configured (PortOne facts 6.3)."""

from dataclasses import dataclass

from portone_local.portone.billing.cards import CardDecline
from portone_local.portone.billing.methods import payment_method
from portone_local.portone.billing.records import ChargeAsk, KeyRecord
from portone_local.portone.billing.wallet import Wallet
from portone_local.portone.checkout import Channel, Checkout, Decline
from portone_local.portone.ledger import Ledger
from portone_local.portone.pg import PgRules, Refusal
from portone_local.portone.records import Attempt, PaymentRecord, Refused, Status
from portone_local.portone.till import Till
from portone_local.portone.windows import charge_lacks


@dataclass(frozen=True)
class RefusedCharge:
    """A charge that never reached the PG. Epoch seconds."""

    payment_id: str
    at: float
    kind: str


@dataclass(frozen=True)
class Charging:
    """Charges keys into payments of the ledger. Refused with PortOne's error type."""

    ledger: Ledger
    wallet: Wallet
    till: Till
    pg: PgRules

    def charge(
        self,
        payment_id: str,
        ask: ChargeAsk,
        at: float,
        *,
        key: KeyRecord | None = None,
        schedule_id: str | None = None,
        refusal: Refusal | None = None,
        pends: bool = False,
    ) -> tuple[Attempt | None, Refusal | None]:
        """The attempt, and what the PG said no with; a `refusal` on command comes before the card's own.

        `key` is one that is being issued, else `ask` names one that can be charged. What `pends` is approved
        later.
        """
        key = key or self.wallet.usable(ask.billing_key)
        channel = self._channel_of(key, ask.channel_key)
        lacks = charge_lacks(channel.pg_provider, ask.customer or {}, ask.product_type)
        if lacks and not refusal:
            refusal = Refusal(pg_message=f"{channel.pg_provider} wants {lacks[0]}")
        with self.ledger.changing(payment_id, at) as (record, moment):
            self._check(record)
            if refusal and refusal.leaves is None:
                return None, refusal
            attempt = self._attempt(record, key, channel, ask, moment)
            attempt.schedule_id = schedule_id
            said = refusal or self._refused_by(key)
            if isinstance(said, CardDecline):
                return attempt, self._decline(record, attempt, said, moment)
            if said and said.leaves == Status.FAILED:
                self._fail(record, attempt, CardDecline(said.pg_code, said.pg_message, readable=True), moment)
            elif pends:
                self.till.move(record, attempt, Status.PAY_PENDING, moment, silent=ask.silent)
            else:
                self.till.succeed(record, attempt, moment, silent=ask.silent)
            return attempt, said

    def _channel_of(self, key: KeyRecord, channel_key: str | None) -> Channel:
        """The requested channel, else the key's first, else the group's; Refused for an absent one."""
        found = next((each for each in key.channels if channel_key in (None, each.key)), None)
        if found is None or any(found == each for each in self.till.closed):
            raise Refused("CHANNEL_NOT_FOUND")
        return key.channels[-1] if key.channel_group else found

    def _check(self, record: PaymentRecord) -> None:
        if record.paid_attempt:
            raise Refused("ALREADY_PAID")
        tried = sum(not attempt.placeholder for attempt in record.attempts)
        if self.pg.max_attempts is not None and tried >= self.pg.max_attempts:
            raise Refused("MAX_TRANSACTION_COUNT_REACHED")

    def _attempt(
        self, record: PaymentRecord, key: KeyRecord, channel: Channel, ask: ChargeAsk, at: float
    ) -> Attempt:
        checkout = Checkout(
            amount=ask.total,
            currency=ask.currency,
            tax_free=ask.tax_free,
            vat=ask.vat,
            order_name=ask.order_name,
            custom_data=ask.custom_data,
            customer=ask.customer or {},
            method=payment_method(key.issue, ask.installment_month or 0),
            channel=channel,
            store_id=ask.store_id,
            platform="API",
            tampered=not self.till.answers.unknowns.billing.pre_registration_binds_charges,
        )
        try:
            attempt = self.till.new_attempt(record, at, checkout)
        except Refused as refused:
            raise Refused("INVALID_REQUEST") from refused
        attempt.window_open = False
        attempt.billing_key, attempt.channel_group = key.billing_key, key.channel_group
        return attempt

    def _refused_by(self, key: KeyRecord) -> CardDecline | None:
        return self.pg.cards.take(key.billing_key, key.issue.card)

    def _decline(self, record: PaymentRecord, attempt: Attempt, said: CardDecline, at: float) -> Refusal:
        self._fail(record, attempt, said, at)
        if said.approves_after is not None:
            self._approve_later(record.payment_id, attempt, at + said.approves_after)
        return Refusal(pg_code=said.code, pg_message=said.message)

    def _fail(self, record: PaymentRecord, attempt: Attempt, said: CardDecline, at: float) -> None:
        switch = self.till.answers.unknowns.billing.failed_charge_is_readable
        readable = switch if said.readable is None else said.readable
        decline = Decline(pg_code=said.code, pg_message=said.message, readable=readable, silent=said.silent)
        self.till.fail(record, attempt, at, decline)

    def _approve_later(self, payment_id: str, attempt: Attempt, due: float) -> None:
        def approve(moment: float) -> None:
            with self.ledger.changing(payment_id, moment) as (record, at):
                self.till.succeed(record, attempt, at)

        self.ledger.later(due, approve)
