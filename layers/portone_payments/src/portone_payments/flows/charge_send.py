"""Sends a stored charge of a saved payment method under its one key; a reading decides (rules 3 and 8)."""

import json
from dataclasses import dataclass

from portone_payments.domain.approval import confirmed, open_approval, sendable
from portone_payments.domain.errors import PortOneError
from portone_payments.domain.facts import Moment
from portone_payments.domain.marker import marker
from portone_payments.domain.outcomes import Outcome
from portone_payments.domain.records import Approval, Payment
from portone_payments.domain.wallet_records import SavedKey, Wallet
from portone_payments.flows.catch_up import CaughtUp, Reader, Told
from portone_payments.flows.key_desk import key_context
from portone_payments.flows.trying import told_by, unchanged
from portone_payments.ports import Deadline, Vault
from portone_payments.ports_billing import BillingPortOne, ChargeOrder

# left of a deadline for the reading that decides
READING = 4.0
_GONE = "BILLING_KEY_ALREADY_DELETED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeSender:
    """What was claimed is sent exactly as it was frozen."""

    reader: Reader
    portone: BillingPortOne
    vault: Vault
    notice_urls: tuple[str, ...] = ()

    def send(
        self,
        payment: Payment,
        moment: Moment,
        *,
        deadline: Deadline,
        first: bool = False,
        wallet: Wallet | None = None,
    ) -> CaughtUp:
        """Send the open charge if its key still may be used, then read. Raises `Busy`, `PaymentNotFound`.

        `first`: nobody has sent it before, so that a refusal without effect is the whole outcome. `wallet`
        where the caller has just read it.
        """
        approval = open_approval(payment)
        told: Told = unchanged
        if approval is not None and sendable(approval, moment.now):
            held = wallet or self.reader.store.wallet(payment.user_id)
            key = held.keys.get(approval.issue_id or "") if held else None
            if key is not None and key.sealed is not None:
                told = self._tried(payment, approval, key, deadline, first=first)
        return self.reader.catch_up(
            payment.payment_id, moment, deadline=deadline, told=told, held=payment if first else None
        )

    def _tried(
        self, payment: Payment, approval: Approval, key: SavedKey, deadline: Deadline, *, first: bool
    ) -> Told:
        try:
            self.portone.charge(
                payment.payment_id,
                self._order(payment, key),
                key=approval.key,
                deadline=deadline.leaving(READING),
            )
        except PortOneError as error:
            # a key that is gone was not charged: PortOne's word for it is that of a repeated deletion
            outcome = Outcome.NO_EFFECT if error.error_type == _GONE else error.outcome
            return told_by(error, approval.attempt, self.reader.meter, outcome=outcome, first=first)
        return lambda held, _: confirmed(held, approval.attempt)

    def _order(self, payment: Payment, key: SavedKey) -> ChargeOrder:
        context = key_context(payment.user_id, key.issue_id)
        return ChargeOrder(
            billing_key=self.vault.decrypt(key.sealed or "", context=context),
            order_name=payment.order_name,
            total=payment.total,
            tax_free=payment.tax_free,
            currency=payment.currency,
            customer_id=payment.user_id,
            custom_data=json.dumps(marker(payment.order_id)),
            channel_key=key.channel_key,
            notice_urls=self.notice_urls,
        )
