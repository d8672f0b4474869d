"""What PortOne says of a billing key, and what a wallet makes of it (rule 8, PortOne facts 6)."""

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from portone_payments.domain.billing_keys.checks import Judged, channel_to_charge, judge
from portone_payments.domain.billing_keys.wallet import (
    activate,
    deleted,
    key_of_issue,
    refuse,
    with_key,
)
from portone_payments.domain.errors.billing import BillingKeyGone, BillingKeyRefused
from portone_payments.domain.errors.common import PortOneError, StorageUnavailable
from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.payments.terms import channel_hashes
from portone_payments.domain.readings.billing_key import KeyReading
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.records.billing_keys import KeyRef, KeyState, SavedKey, Wallet
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.kept import AnyRecord
from portone_payments.domain.shared.keyed_hash import keyed_hash
from portone_payments.domain.shared.sealing import Sealing, bound_to
from portone_payments.flows.billing_keys.change import WalletBook
from portone_payments.flows.shared.enqueue import DELAY
from portone_payments.flows.shared.gate import Gate
from portone_payments.flows.shared.named_store import in_named_store
from portone_payments.ports.billing import BillingPortOne
from portone_payments.ports.portone import PerStore
from portone_payments.ports.store import Due, Kind, Queue
from portone_payments.ports.world import Deadline, Ids, Metric, Secrets, Vault

PAGE = 100
_GONE = frozenset({KeyState.DELETING, KeyState.DELETED, KeyState.UNWANTED})
_DELETED = frozenset({KeyState.DELETING, KeyState.DELETED})
_SETTLED_HERE = frozenset({KeyState.ACTIVE, *_GONE})


class Heard(StrEnum):
    """What a billing-key event was about."""

    OURS = "ours"
    FOREIGN = "foreign"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyReadings(WalletBook):
    """What PortOne says of a billing key, and what the wallet becomes of it, for every caller."""

    portone: PerStore[BillingPortOne]
    secrets: Secrets
    vault: Vault
    queue: Queue
    ids: Ids
    policy: CheckPolicy
    gate: Gate

    def _at(self, key: SavedKey) -> BillingPortOne:
        """PortOne in the store of a saved payment method, which is not always today's."""
        return self.portone.within(key.store_id)

    def _gate_of(self, key: SavedKey) -> Gate:
        """Whether anything may be sent about a saved payment method."""
        return self.gate.of(key.store_id)

    def hear(self, billing_key: str, *, by: str, deadline: Deadline, store_id: str | None = None) -> Heard:
        """What an event about a billing key changes here: PortOne's reading decides. Raises `Busy`."""

        def read(portone: BillingPortOne) -> KeyReading | None:
            return portone.get_billing_key(billing_key, deadline=deadline)

        try:
            reading = in_named_store(self.portone, store_id, read)
        except PortOneError:
            return Heard.UNANSWERED
        ref = self.store.key_ref(f"key:{self.hash_of(billing_key)}")
        if ref is None and reading is not None and reading.billing_key_id:
            ref = self.store.key_ref(f"issue:{reading.billing_key_id}")
        if ref is None or reading is None:
            return Heard.FOREIGN
        with suppress(BillingKeyRefused):
            self.absorb(ref.user_id, ref.billing_key_id, reading, self.moment(by))
        return Heard.OURS

    def absorb(self, user_id: str, billing_key_id: str, reading: KeyReading, moment: Moment) -> Wallet:
        """The wallet with what PortOne says of one key. Raises `BillingKeyRefused`, `Busy`."""
        judged = judge(self.key(user_id, billing_key_id), reading, self.policy)
        key_hash = self.hash_of(reading.billing_key)
        known = self.store.key_ref(f"key:{key_hash}")
        if known is not None and known.billing_key_id != billing_key_id:
            raise BillingKeyRefused(reason="registered")
        ref = KeyRef(ref=f"key:{key_hash}", user_id=user_id, billing_key_id=billing_key_id)
        wanted = judged.state in {KeyState.ACTIVE, KeyState.UNWANTED}
        refs: tuple[AnyRecord, ...] = (ref,) if known is None and wanted else ()

        def told(held: Wallet) -> tuple[Wallet, *tuple[AnyRecord, ...]]:
            wallet = self.recalled(held, user_id, billing_key_id)
            key = key_of_issue(wallet, billing_key_id)
            if not isinstance(key.state, KeyState):
                return (held,)
            if judged.state is KeyState.DELETED:
                return (deleted(wallet, billing_key_id, moment),)
            if key.state in _DELETED and key.key_hash is None:
                # deleted before it was known what its window had issued: that key is deleted too
                return (self._unsaved(wallet, self._filled(user_id, key, key_hash, reading), judged), *refs)
            if key.state in _SETTLED_HERE:
                if key.key_hash != key_hash:
                    raise BillingKeyRefused(reason="issue_used")
                return (held,)
            return self._judged(wallet, self._filled(user_id, key, key_hash, reading), judged, moment), *refs

        return self.change(user_id, told, fact=False)

    def _judged(self, wallet: Wallet, key: SavedKey, judged: Judged, moment: Moment) -> Wallet:
        if judged.state is KeyState.ACTIVE:
            return activate(wallet, key, moment)
        if judged.state is KeyState.CHECKING:
            self.meter.count(Metric.UNRECOGNISED)
            return with_key(wallet, replace(key, state=KeyState.CHECKING, token=None))
        return refuse(wallet, key, judged.state, judged.code or "refused", moment)

    def _unsaved(self, wallet: Wallet, key: SavedKey, judged: Judged) -> Wallet:
        if judged.state not in {KeyState.ACTIVE, KeyState.UNWANTED}:
            return wallet
        return replace(with_key(wallet, replace(key, state=KeyState.DELETING)), poll_step=0)

    def _filled(self, user_id: str, key: SavedKey, key_hash: str, reading: KeyReading) -> SavedKey:
        channels, merchants = channel_hashes(reading.channels or ())
        return replace(
            key,
            channels=channels,
            merchants=merchants,
            key_hash=key_hash,
            sealed=self._sealed(user_id, key.id, reading.billing_key),
            method=reading.method,
            channel_key=channel_to_charge(reading, self.policy),
            issued_at=None if reading.issued_at is None else reading.issued_at / 1_000_000,
        )

    def _listed(self, key: SavedKey, deadline: Deadline) -> KeyReading | None:
        """The key of this issue among its user's, where the app did not report one (rule 3.5)."""
        since, until = int(key.created_at) - 60, int(self.clock.now()) + 60
        found = self._at(key).list_billing_keys(
            key.customer_id, since, until, number=0, size=PAGE, deadline=deadline
        )
        return next((each for each in found if each.billing_key_id == key.id), None)

    def _enqueue(self, wallet: Wallet) -> None:
        """Have the worker look at a wallet that is due soon; a hint that may be lost."""
        if wallet.due_at is None or wallet.due_at > self.clock.now() + 60:
            return
        with suppress(StorageUnavailable):
            due = Due(kind=Kind.WALLET, id=wallet.user_id, due_at=wallet.due_at)
            self.queue.send((due,), delay=DELAY)

    def hash_of(self, billing_key: str) -> str:
        """The keyed hash by which a billing key is found again."""
        return keyed_hash(self.secrets.hash_key(), billing_key.encode())

    def _sealed(self, user_id: str, billing_key_id: str, billing_key: str) -> str:
        """The ciphertext of a billing key or of a token for one."""
        return self.vault.encrypt(billing_key, context=key_context(user_id, billing_key_id))

    def _opened(self, user_id: str, key: SavedKey) -> str:
        """The billing key. Raises `BillingKeyGone` where it was dropped."""
        if key.sealed is None:
            raise BillingKeyGone
        return self.vault.decrypt(key.sealed, context=key_context(user_id, key.id))

    def _count(self, error: PortOneError) -> None:
        if error.outcome is Outcome.REFUSED:
            self.meter.count(Metric.CREDENTIAL_REFUSED)


def who_saved(user_id: str, billing_key_id: str) -> dict[str, str]:
    """The encryption context of who saved it: neither a key's nor that of another's."""
    return bound_to(Sealing.BILLING_BUYER, user=user_id, issue=billing_key_id)


def key_context(user_id: str, billing_key_id: str) -> dict[str, str]:
    """The encryption context of a billing key: it opens for no other user and no other issue."""
    return bound_to(Sealing.BILLING_KEY, user=user_id, issue=billing_key_id)
