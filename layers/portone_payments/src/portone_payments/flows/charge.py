"""Pay an order now with a saved payment method: claim, send, read (money rule 8)."""

from dataclasses import dataclass, replace

from portone_payments.domain.approval import intend_charge, known_approval, open_approval, token_hash_of
from portone_payments.domain.billing_errors import (
    BillingKeyGone,
    ChargeIdReused,
    ChargeInProgress,
    NoBillingKey,
)
from portone_payments.domain.errors import ApprovalInProgress, Busy, NotApprovable
from portone_payments.domain.facts import Moment
from portone_payments.domain.records import Payment
from portone_payments.domain.wallet import chargeable, claim_key, key_of_issue
from portone_payments.domain.wallet_records import SavedKey, Wallet
from portone_payments.flows.approve import Approved
from portone_payments.flows.charge_send import ChargeSender
from portone_payments.flows.nudge import nudge
from portone_payments.flows.verify import owned
from portone_payments.ports import Clock, Conflict, Deadline, Metric, Queue, Store

ATTEMPTS = 6
BY = "charge"
MOST_CLAIMS = 8
# an intent is due after the inline deadline: whoever dies while sending is followed by the worker
SOON = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Charger:
    """Everything that starts a charge a customer asks for."""

    sender: ChargeSender
    queue: Queue
    clock: Clock

    def charge(
        self, payment_id: str, user_id: str, charge_id: str, issue_id: str | None, deadline: Deadline
    ) -> Approved:
        """The try of this charge id, new or known.

        Raises `PaymentNotFound`, `BillingKeyNotFound`, `BillingKeyGone`, `NoBillingKey`, `NotApprovable`,
        `ChargeInProgress`, `ChargeIdReused`, `Busy`.
        """
        token_hash = token_hash_of(payment_id, f"charge:{charge_id}")
        payment, wallet = self._stored(payment_id, user_id, token_hash, issue_id)
        if wallet is not None:
            payment = self._sent(payment, wallet, deadline)
        approval = known_approval(payment, token_hash)
        if approval is None:
            raise Busy
        return Approved(payment, approval)

    def _stored(
        self, payment_id: str, user_id: str, token_hash: str, issue_id: str | None
    ) -> tuple[Payment, Wallet | None]:
        """The payment with the try stored, and the wallet where this call stored it."""
        store = self.sender.reader.store
        for _ in range(ATTEMPTS):
            held = owned(payment_id, user_id, store=store)
            known = known_approval(held, token_hash)
            if known is not None:
                if issue_id is not None and known.issue_id != issue_id:
                    raise ChargeIdReused
                return held, None
            wallet, key = self._key(user_id, issue_id)
            intended = self._intended(held, token_hash, key)
            claimed = claim_key(wallet, key.issue_id, payment_id, settled_claims(key, store))
            try:
                store.save(intended, claimed)
            except Conflict:
                self.sender.reader.meter.count(Metric.CONFLICT)
                continue
            return replace(intended, version=intended.version + 1), claimed
        raise Busy

    def _key(self, user_id: str, issue_id: str | None) -> tuple[Wallet, SavedKey]:
        wallet = self.sender.reader.store.wallet(user_id)
        if issue_id is not None:
            key_of_issue(wallet, issue_id)
        key = chargeable(wallet, issue_id)
        if wallet is None or key is None:
            raise BillingKeyGone if issue_id is not None else NoBillingKey
        return wallet, key

    def _intended(self, held: Payment, token_hash: str, key: SavedKey) -> Payment:
        now = self.clock.now()
        if held.subscription_id is not None:
            # its subscription claims and settles it, and nobody else
            raise NotApprovable(status=held.status.value)
        order = self.sender.reader.store.order(held.order_id) if held.siblings else None
        if order is not None and (order.settled_by is not None or order.payment_id != held.payment_id):
            raise NotApprovable(status=held.status.value)
        try:
            intended = intend_charge(held, token_hash, key.issue_id, Moment(now=now, by=BY))
        except ApprovalInProgress as busy:
            raise ChargeInProgress(**busy.data) from None
        soon = int(now) + SOON
        return replace(intended, due_at=min(soon, intended.due_at or soon), rung=0, tries=0)

    def _sent(self, payment: Payment, wallet: Wallet, deadline: Deadline) -> Payment:
        moment = Moment(now=self.clock.now(), by=BY)
        try:
            payment = self.sender.send(payment, moment, deadline=deadline, first=True, wallet=wallet).payment
        except Busy:
            nudge(payment, queue=self.queue)
            return payment
        if open_approval(payment) is not None:
            nudge(payment, queue=self.queue)
        return payment


def settled_claims(key: SavedKey, store: Store) -> frozenset[str]:
    """Claims that have an outcome by now; looked at only where a key has gathered many."""
    if len(key.claims) < MOST_CLAIMS:
        return frozenset()
    payments = store.payments(key.claims)
    flying = {id_ for id_, payment in payments.items() if open_approval(payment) is not None}
    return frozenset(key.claims) - flying
