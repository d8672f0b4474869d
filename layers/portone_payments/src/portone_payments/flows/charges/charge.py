"""Pay an order now with a saved payment method: claim, send, read (rule 8.1)."""

from dataclasses import dataclass

from portone_payments.domain.approvals.attempt import given_way
from portone_payments.domain.approvals.attempts import (
    check_pace,
    check_tries,
    known_approval,
    newest_of,
    token_hash_of,
    was_kept_back,
)
from portone_payments.domain.billing_keys.wallet import chargeable, claim_key, key_of_issue
from portone_payments.domain.errors.billing import (
    BillingKeyGone,
    ChargeIdReused,
    ChargeInProgress,
    NoBillingKey,
)
from portone_payments.domain.errors.common import Busy
from portone_payments.domain.errors.payments import ApprovalInProgress, NotApprovable
from portone_payments.domain.records.billing_keys import SavedKey, Wallet
from portone_payments.domain.records.bounds import as_saved
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.flows.approvals.attempt import Attempted, check_order, due_soon, sent_now
from portone_payments.flows.billing_keys.claims import MOST_ASKED, spent_claims
from portone_payments.flows.charges.send import ChargeSender, Claim
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.flows.shared.admission import check_gate
from portone_payments.flows.shared.gate import Operation
from portone_payments.flows.shared.optimistic import retried, with_fact
from portone_payments.flows.shared.ownership import owned
from portone_payments.ports.store import Queue, Store
from portone_payments.ports.world import Clock, Deadline, Meter

BY = "charge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charger:
    """Starts charges that a customer requests."""

    sender: ChargeSender
    reader: Reader
    store: Store
    meter: Meter
    queue: Queue
    clock: Clock

    def charge(
        self, payment_id: str, user_id: str, charge_id: str, billing_key_id: str | None, deadline: Deadline
    ) -> Attempted:
        """The attempt of this charge id, new or known.

        Raises `PaymentNotFound`, `BillingKeyNotFound`, `BillingKeyGone`, `NoBillingKey`, `NotApprovable`,
        `ChargeInProgress`, `ChargeIdReused`, `TooManyTries`, `ProviderRefused`, `Busy`.
        """
        token_hash = token_hash_of(payment_id, f"charge:{charge_id}")
        payment, claim = self._stored(payment_id, user_id, token_hash, billing_key_id)
        if claim is not None:
            held, moment = payment, Moment(now=self.clock.now(), by=BY)
            payment = sent_now(
                held,
                lambda: self.sender.send(held, moment, deadline=deadline, claim=claim),
                self.queue,
            )
        approval = newest_of(payment, token_hash)
        if approval is None:
            raise Busy
        return Attempted(payment, approval)

    def _stored(
        self, payment_id: str, user_id: str, token_hash: str, billing_key_id: str | None
    ) -> tuple[Payment, Claim | None]:
        """The payment with the attempt stored, and the claim where this call stored it."""

        def write() -> tuple[Payment, Claim | None]:
            held = owned(payment_id, user_id, store=self.store)
            known = known_approval(held, token_hash)
            if known is not None:
                if billing_key_id is not None and known.billing_key_id != billing_key_id:
                    raise ChargeIdReused
                return held, None
            wallet, key = self._key(user_id, billing_key_id)
            intended = self._intended(held, token_hash, key)
            done = spent_claims(key, self.store, self.clock.now())
            if len(key.claims) - len(done) >= MOST_ASKED:
                raise ChargeInProgress(retry_after=60)
            gate, again = self.reader.gate_of(intended), was_kept_back(held)
            check_gate(gate, Operation.CHARGE, key.channel, again=again)
            holding = claim_key(wallet, key.id, payment_id, done)
            self.store.save(with_fact(held, intended), holding)
            return as_saved(intended), Claim(holding)

        return retried(write, meter=self.meter)

    def _key(self, user_id: str, billing_key_id: str | None) -> tuple[Wallet, SavedKey]:
        wallet = self.store.wallet(user_id)
        if billing_key_id is not None:
            key_of_issue(wallet, billing_key_id)
        key = chargeable(wallet, billing_key_id)
        if wallet is None or key is None:
            raise BillingKeyGone if billing_key_id is not None else NoBillingKey
        return wallet, key

    def _intended(self, held: Payment, token_hash: str, key: SavedKey) -> Payment:
        now = self.clock.now()
        if held.subscription_id is not None:
            # only its subscription claims and settles it
            raise NotApprovable(status=held.status.value)
        check_order(held, self.store)
        check_tries(held, now)
        check_pace(held, key.id, now)
        moment = Moment(now=now, by=BY)
        try:
            intended = self.sender.intended(given_way(held, moment), token_hash, key, moment)
        except ApprovalInProgress as busy:
            raise ChargeInProgress(**busy.data) from None
        return due_soon(intended, now)
