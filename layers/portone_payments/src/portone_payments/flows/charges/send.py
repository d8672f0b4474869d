"""Sends a stored charge of a saved payment method under its one key; a reading decides (rules 3.1, 8.2)."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from portone_payments.domain.approvals.attempt import confirmed, given_way, intend_charge, sendable, sent
from portone_payments.domain.approvals.attempts import open_approval, was_kept_back, withdrawn
from portone_payments.domain.billing_keys.wallet import deleted, next_due
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.payments.terms import charged_under, store_of
from portone_payments.domain.readings.billing_key import KeyStatus
from portone_payments.domain.readings.outcome import (
    BILLING_KEY_NOT_FOUND,
    KEYS_NOT_FOUND,
    OUR_FAULTS,
    Outcome,
    charge_fault,
)
from portone_payments.domain.records.billing_keys import KeyState, SavedKey, Wallet
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import Approval
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.stops import HELD_OVER, PROBE_EVERY
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.shared.calendar import HOUR
from portone_payments.domain.shared.marker import marker
from portone_payments.domain.windows.buyer import NOBODY, Buyer
from portone_payments.domain.windows.table import Windows
from portone_payments.flows.approvals.attempt import held_back, told_by
from portone_payments.flows.billing_keys.readings import key_context, who_saved
from portone_payments.flows.payments.catch_up import Amend, CaughtUp, Reader, intend, unchanged
from portone_payments.flows.shared.gate import Operation
from portone_payments.ports.billing import BillingPortOne, ChargeCommand
from portone_payments.ports.portone import PerStore
from portone_payments.ports.store import Conflict, Store
from portone_payments.ports.world import Deadline, Meter, Metric, Vault

# seconds of a deadline left for the reading that decides
READING = 4.0
# refusals of a charge by itself, three hours of them; from then on it is sent hourly
OFTEN = 12
_GONE = "BILLING_KEY_ALREADY_DELETED"
_NOT_CHARGED = frozenset({KeyState.DELETING, KeyState.DELETED})


def at_once() -> None:
    """There is nothing to wait for."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What was stored together with an attempt, handed to whoever sends it first.

    `alone`: the code with which this very renewal was refused before.
    """

    wallet: Wallet
    subscription: Subscription | None = None
    alone: str | None = None


@dataclass(frozen=True, slots=True)
class _Ready:
    """An attempt with all it is sent with, through which channel, at what time (epoch seconds UTC).

    `crossing`: its payment is in another store than its method was saved in. `alone`: as of its claim.
    """

    approval: Approval
    order: ChargeCommand
    channel: str
    at: float
    crossing: bool
    alone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeSender:
    """What was claimed is sent exactly as it was frozen."""

    reader: Reader
    store: Store
    portone: PerStore[BillingPortOne]
    vault: Vault
    meter: Meter
    charging: Windows
    notice_urls: tuple[str, ...] = ()

    def send(
        self,
        payment: Payment,
        moment: Moment,
        *,
        deadline: Deadline,
        claim: Claim | None = None,
        slot: Callable[[], object] = at_once,
    ) -> CaughtUp:
        """Send the open charge if its key still may be used, then read. Raises `Busy`, `PaymentNotFound`.

        `claim`: it was never sent before, so that a refusal without effect is the whole outcome. `slot` is
        called when all is ready to leave, and returns when it may.
        """
        approval = open_approval(payment)
        told: Amend = unchanged
        gone = False
        if approval is not None and sendable(approval, moment.now):
            wallet = claim.wallet if claim else self.store.wallet(payment.user_id)
            key = wallet.keys.get(approval.billing_key_id or "") if wallet else None
            if approval.sent_at is None and (key is None or key.state in _NOT_CHARGED):
                # its owner deleted the method while it waited
                told = given_way
            elif key is not None and key.sealed is not None:
                crossing = key.store_id not in {"", store_of(payment, self.reader.policy)}
                order = self._order(payment, approval, key)
                alone = claim.alone if claim else None
                ready = _Ready(approval, order, key.channel, moment.now, crossing, alone)
                slot()
                told, gone = self._tried(payment, ready, deadline, first=claim is not None)
        caught = self.reader.catch_up(
            payment.payment_id,
            moment,
            deadline=deadline,
            told=told,
            held=payment if claim else None,
            subscription=claim.subscription if claim else None,
        )
        if gone and approval is not None:
            self._forget(payment.user_id, approval.billing_key_id or "", moment)
        return caught

    def _tried(
        self, payment: Payment, ready: _Ready, deadline: Deadline, *, first: bool
    ) -> tuple[Amend, bool]:
        """What the answer says, and whether the key is gone at PortOne."""
        gate, approval, channel = self.reader.gate_of(payment), ready.approval, ready.channel
        again = was_kept_back(payment)
        if not first and not gate.admits(Operation.CHARGE, channel, again=again):
            return held_back(gate, approval.attempt, channel, again=again), False
        if approval.sent_at is None:
            intend(self.store, sent(payment, approval, ready.at))
            first = True
        try:
            charging = gate.charging(
                payment.customer_id or payment.payment_id,
                channel,
                again=again,
                alone=ready.alone,
                renewal=payment.subscription_id is not None,
            )
            with gate.sending(Operation.CHARGE, channel) if ready.crossing else charging:
                self.portone.within(store_of(payment, self.reader.policy)).charge(
                    payment.payment_id,
                    ready.order,
                    key=approval.key,
                    deadline=deadline.leaving(READING),
                )
        except PortOneError as error:
            return self._refused(payment, ready, error, deadline, first=first)
        return lambda held, _: confirmed(held, approval.attempt), False

    def _refused(
        self, payment: Payment, ready: _Ready, error: PortOneError, deadline: Deadline, *, first: bool
    ) -> tuple[Amend, bool]:
        # a key that is gone was not charged: PortOne answers as to a repeated deletion
        gone = error.error_type == _GONE
        ours = charge_fault(error.status, error.error_type)
        # where stores do not see each other's keys, this proves nothing
        if error.error_type == BILLING_KEY_NOT_FOUND and not ready.crossing:
            gone = self._deleted(payment, ready, deadline)
            ours = None if gone else KEYS_NOT_FOUND
        if ours is not None:
            self.meter.count(Metric.SENDING_STOPPED)
        told = told_by(
            error,
            ready.approval.attempt,
            self.meter,
            outcome=Outcome.NO_EFFECT if gone else error.outcome,
            ours=ours,
            first=first,
            until=self._again_at(payment, ready, ours),
        )
        return told, gone

    def _again_at(self, payment: Payment, ready: _Ready, ours: str | None) -> float:
        """When a charge is sent again after an error of ours: behind those it delayed, so each probes."""
        until = self.reader.gate_of(payment).until(ready.channel)
        if ours is None or ours in OUR_FAULTS:
            return until
        often = sum(map(withdrawn, payment.approvals)) >= OFTEN
        return max(until, ready.at + (HOUR if often else PROBE_EVERY)) + HELD_OVER

    def _deleted(self, payment: Payment, ready: _Ready, deadline: Deadline) -> bool:
        """Whether a key PortOne does not find for a charge reads as deleted; only that ends it (rule 10.13).

        Every key was read before it was charged, and deleted ones stay known: not to be found is first a
        sign of another store, or of another merchant's secret.
        """
        within = self.portone.within(store_of(payment, self.reader.policy))
        with suppress(PortOneError):
            reading = within.get_billing_key(ready.order.billing_key, deadline=deadline.leaving(READING))
            return reading is not None and reading.status is KeyStatus.DELETED
        return False

    def _forget(self, user_id: str, billing_key_id: str, moment: Moment) -> None:
        """A key deleted elsewhere, of which no webhook came or whose deletion a restore forgot (I12).

        Where another write changes the wallet, the next charge finds the same.
        """
        wallet = self.store.wallet(user_id)
        if wallet is None or billing_key_id not in wallet.keys:
            return
        after = deleted(wallet, billing_key_id, moment)
        if after is wallet:
            return
        with suppress(Conflict):
            self.store.save(replace(after, due_at=next_due(after, moment.now), tries=0))

    def intended(self, payment: Payment, token_hash: str, key: SavedKey, moment: Moment) -> Payment:
        """The payment with a charge stored as it will be sent, whatever is configured then.

        Raises `ApprovalInProgress`, `NotApprovable`.
        """
        stored = intend_charge(
            payment,
            token_hash,
            key.id,
            moment,
            channel_key=key.channel_key,
            notice_urls=self.notice_urls,
            product_type=self._sold(key),
        )
        return charged_under(stored, key, self.reader.policy)

    def _sold(self, key: SavedKey) -> str | None:
        """The product type of its channel's merchant id, where the settings name one."""
        contract = self.charging.contract(key.pay_method)
        return contract.product_type if contract else None

    def _buyer(self, user_id: str, key: SavedKey) -> Buyer:
        """Who saved it, where its PG requires that."""
        if key.buyer_sealed is None:
            return NOBODY
        return Buyer.parse(self.vault.decrypt(key.buyer_sealed, context=who_saved(user_id, key.id)))

    def _order(self, payment: Payment, approval: Approval, key: SavedKey) -> ChargeCommand:
        context = key_context(payment.user_id, key.id)
        return ChargeCommand(
            billing_key=self.vault.decrypt(key.sealed or "", context=context),
            order_name=payment.order_name,
            total=payment.total,
            tax_free=payment.tax_free,
            currency=payment.currency,
            customer_id=payment.customer_id,
            buyer=self._buyer(payment.user_id, key),
            custom_data=json.dumps(marker(payment.order_id)),
            channel_key=approval.channel_key,
            notice_urls=approval.notice_urls,
            product_type=approval.product_type,
        )
