"""Deleting a billing key: no charge claims it any more, then schedules, then the key itself (rule 8, I12)."""

from dataclasses import dataclass, replace

from portone_payments.domain.approvals.attempts import digest
from portone_payments.domain.audit.windows import unfound
from portone_payments.domain.billing_keys.wallet import (
    ask_deletion,
    deleted,
    key_of_issue,
    release,
    sought,
    with_key,
)
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.billing_key import KeyStatus
from portone_payments.domain.readings.outcome import BILLING_KEY_NOT_FOUND, Outcome
from portone_payments.domain.records.audit import DiscrepancyState
from portone_payments.domain.records.billing_keys import KeyState, SavedKey, Wallet
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.shared.allowances import DELETIONS, used_up
from portone_payments.domain.shared.times import DAY
from portone_payments.flows.billing_keys.claims import settled_claims, voided
from portone_payments.flows.billing_keys.readings import PAGE, KeyReadings
from portone_payments.flows.shared.gate import Operation
from portone_payments.ports.world import Deadline, Metric

REASON = "deleted by its owner"
BY_WORKER = "sweep"
AHEAD = 2 * 366 * DAY
BEHIND = 7 * DAY
# PortOne knows the key and shows it as unusable or deleted
_NO_KEY = frozenset({"BILLING_KEY_NOT_ISSUED", "BILLING_KEY_ALREADY_DELETED"})


class _Unfound(Exception):
    """PortOne finds no such key in any store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDeletion(KeyReadings):
    """Converges after any crash: the next run starts from what PortOne and the wallet say."""

    def delete(
        self, user_id: str, billing_key_id: str, deadline: Deadline, *, pays: bool = True, by: str = "app"
    ) -> SavedKey:
        """The key, DELETED or being deleted; above the rate limit the answer is what is stored.

        `pays`: whether it may pay a subscription, which then records another. Raises `BillingKeyNotFound`,
        `Busy`.
        """
        moment, first = self.moment(by), False

        def asked(held: Wallet) -> tuple[Wallet, *tuple[Payment, ...]]:
            nonlocal first
            known = self.recalled(held, user_id, billing_key_id)
            after = self._asked(known, billing_key_id, moment, pays=pays)
            first = after is not known
            return (after, *voided(known.keys[billing_key_id], self.store, moment)) if first else (held,)

        wallet = self.change(user_id, asked)
        if billing_key_id not in wallet.keys:
            # deleted long ago
            return self.key(user_id, billing_key_id)
        key = wallet.keys[billing_key_id]
        if not first and key.state is KeyState.DELETING:
            if used_up(wallet.spent, DELETIONS, now=moment.now):
                return key
            self.spend(user_id, DELETIONS)
        if key.sealed is not None:
            # the worker alone looks for what an unfinished window issued, and saves what it finds
            wallet = self.settle_deletion(user_id, billing_key_id, moment, deadline)
        # the worker never enqueues this itself: it would wake itself for ever
        self._enqueue(wallet)
        return wallet.keys[billing_key_id]

    def settle_deletion(
        self, user_id: str, billing_key_id: str, moment: Moment, deadline: Deadline
    ) -> Wallet:
        """Take a deletion as far as it goes. Raises `Busy`."""
        wallet = self._released(user_id, billing_key_id)
        key = wallet.keys[billing_key_id]
        if key.state is not KeyState.DELETING or key.claims:
            return wallet
        if key.sealed is None:
            return self._sought(user_id, key, moment, deadline)
        try:
            gone = self._gone_at_portone(user_id, key, moment, deadline)
        except _Unfound:
            return self._unfound(user_id, billing_key_id, moment)
        except PortOneError as error:
            self._count(error)
            if error.error_type == BILLING_KEY_NOT_FOUND:
                return self._unfound(user_id, billing_key_id, moment)
            renewed = error.outcome in {Outcome.PG_ANSWER, Outcome.NO_EFFECT}
            return self._again(user_id, billing_key_id, renewed=renewed)
        if not gone:
            return self._again(user_id, billing_key_id, renewed=True)
        return self.change(user_id, lambda held: (deleted(held, billing_key_id, moment),))

    def delete_unwanted(
        self, user_id: str, billing_key_id: str, moment: Moment, deadline: Deadline
    ) -> Wallet:
        """Delete a key of our issue that must not be charged, a day after its window (rule 8.5)."""
        self.change(user_id, lambda held: (self._asked(held, billing_key_id, moment),))
        return self.settle_deletion(user_id, billing_key_id, moment, deadline)

    def _asked(self, wallet: Wallet, billing_key_id: str, moment: Moment, *, pays: bool = True) -> Wallet:
        asked = ask_deletion(wallet, billing_key_id, moment, pays=pays)
        key = asked.keys[billing_key_id]
        if key.state is not KeyState.DELETING or wallet.keys[billing_key_id].state is KeyState.DELETING:
            return asked
        return with_key(asked, replace(key, request_key=self.ids.token()))

    def _released(self, user_id: str, billing_key_id: str) -> Wallet:
        """The wallet without claims whose payments have an outcome by now."""
        wallet = self.store.wallet(user_id)
        key = key_of_issue(wallet, billing_key_id)
        settled = settled_claims(key, self.store, self.clock.now())
        if not settled:
            return wallet or Wallet(user_id=user_id)
        return self.change(user_id, lambda held: (release(held, billing_key_id, settled),), fact=False)

    def _sought(self, user_id: str, key: SavedKey, moment: Moment, deadline: Deadline) -> Wallet:
        """An issue deleted before it was known what its window had issued, if anything."""
        try:
            found = self._listed(key, deadline)
        except PortOneError as error:
            self._count(error)
            return self._again(user_id, key.id, renewed=False)
        if found is not None:
            known = self.absorb(user_id, key.id, found, moment).keys[key.id]
            if known.sealed is not None:
                return self.settle_deletion(user_id, key.id, moment, deadline)
        return self.change(user_id, lambda held: (sought(held, key.id, moment),), fact=False)

    def _gone_at_portone(self, user_id: str, key: SavedKey, moment: Moment, deadline: Deadline) -> bool:
        billing_key = self._opened(user_id, key)
        request_key = key.request_key or key.id
        gate = self._gate_of(key)
        if not gate.admits(Operation.DELETE_KEY):
            return False
        self._revoke(key, billing_key, request_key, moment, deadline)
        try:
            with gate.sending(Operation.DELETE_KEY):
                self._at(key).delete_billing_key(
                    billing_key, reason=REASON, key=request_key, deadline=deadline
                )
        except PortOneError as error:
            if error.error_type in _NO_KEY:
                return True
            if error.outcome is not Outcome.PG_ANSWER and error.error_type != BILLING_KEY_NOT_FOUND:
                raise
            reading = self._at(key).get_billing_key(billing_key, deadline=deadline)
            if reading is None:
                raise _Unfound from None
            # only what PortOne shows as deleted is: a deleted key stays known there
            return reading.status is KeyStatus.DELETED
        return True

    def _unfound(self, user_id: str, billing_key_id: str, moment: Moment) -> Wallet:
        """PortOne finds no such key: another merchant's secret, another store, or a key it has forgotten.

        The worker files a discrepancy; closed and still not found, the key is DELETED.
        """
        asked = unfound(billing_key_id, moment.now)
        held = self.store.discrepancy(asked.id) if moment.by == BY_WORKER else None
        if held is not None and held.attention is DiscrepancyState.CLOSED:
            told = replace(moment, by=f"staff:{held.closed_by}")
            return self.change(user_id, lambda wallet: (deleted(wallet, billing_key_id, told),))
        if held is None and moment.by == BY_WORKER:
            self.store.save(asked)
            self.meter.count(Metric.DISCREPANCY)
        self.meter.count(Metric.SENDING_STOPPED)
        return self._again(user_id, billing_key_id, renewed=True)

    def _revoke(
        self, key: SavedKey, billing_key: str, request_key: str, moment: Moment, deadline: Deadline
    ) -> None:
        """Cancel schedules that others made with this key: they would charge it and prevent its deletion."""
        found = self._at(key).list_schedules(
            billing_key,
            int(moment.now) - BEHIND,
            int(moment.now) + AHEAD,
            number=0,
            size=PAGE,
            deadline=deadline,
        )
        waiting = tuple(each.id for each in found if each.status == "SCHEDULED")
        if waiting:
            with self._gate_of(key).sending(Operation.DELETE_KEY):
                # other schedules are another request, which needs a key of its own (facts 1.5)
                revoking = digest(request_key, "revoke", *sorted(waiting))
                self._at(key).revoke_schedules(waiting, key=revoking, deadline=deadline)

    def _again(self, user_id: str, billing_key_id: str, *, renewed: bool) -> Wallet:
        """Attempt the deletion again later, under a new key if the old one replays a refusal (facts 1.5)."""
        fresh = self.ids.token() if renewed else None

        def later(wallet: Wallet) -> tuple[Wallet]:
            key = key_of_issue(wallet, billing_key_id)
            if key.state is not KeyState.DELETING:
                return (wallet,)
            known = replace(key, request_key=fresh or key.request_key)
            return (replace(with_key(wallet, known), poll_step=wallet.poll_step + 1),)

        return self.change(user_id, later, fact=False)
