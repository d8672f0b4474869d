"""The worker's turn at a wallet: lost registrations, deletions, and a new default not heard of (rule 8.5)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from portone_payments.domain.billing_keys.wallet import CLAIM_WITHIN, LOOKS, waited
from portone_payments.domain.errors.billing import BillingKeyRefused
from portone_payments.domain.errors.common import Busy, PortOneError
from portone_payments.domain.readings.billing_key import KeyReading
from portone_payments.domain.records.billing_keys import KeyState, SavedKey
from portone_payments.domain.records.history import Moment
from portone_payments.flows.billing_keys.default import DefaultKey
from portone_payments.flows.billing_keys.delete import BY_WORKER, KeyRemover
from portone_payments.flows.billing_keys.issue import BillingKeys
from portone_payments.flows.billing_keys.register import Registrar
from portone_payments.flows.shared.named_store import in_named_store
from portone_payments.flows.shared.skipping import Note, Skips, unnoted
from portone_payments.ports.billing import BillingPortOne
from portone_payments.ports.portone import PerStore
from portone_payments.ports.store import Conflict, Store
from portone_payments.ports.world import Deadline, Meter

_UNFINISHED = frozenset({KeyState.CONFIRMING, KeyState.CHECKING})


class Heard(StrEnum):
    """What a billing-key event was about."""

    OURS = "ours"
    FOREIGN = "foreign"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletKeeper:
    """Finishes what a user or PortOne left unfinished."""

    billing_keys: BillingKeys
    store: Store
    portone: PerStore[BillingPortOne]
    meter: Meter
    registrar: Registrar
    remover: KeyRemover
    default: DefaultKey
    note: Note = unnoted

    def work(self, user_id: str, *, deadline: Deadline) -> None:
        """Bring every unfinished key of a user on. Raises `Busy`."""
        wallet = self.store.wallet(user_id)
        if wallet is None:
            return
        moment = self.billing_keys.moment(BY_WORKER)
        failed = False
        if wallet.waking:
            failed = not self._by_itself("waking", partial(self.default.wake, user_id, moment))
        for key in wallet.keys.values():
            bring_on = partial(self._bring_on, user_id, key, moment, deadline)
            failed = not self._by_itself(key.issue_id, bring_on) or failed
        # due again when the next thing is, whatever this round achieved
        self.billing_keys.change(user_id, lambda held: (waited(held, failed=failed),), fact=False)

    def _by_itself(self, id_: str, act: Callable[[], None]) -> bool:
        """Whether one thing about a wallet could be done; where it cannot, the others go on.

        Raises `Busy`, `Conflict`: somebody else is at the wallet.
        """
        try:
            act()
        except (Busy, Conflict):
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: the others go on
            Skips(self.meter, self.note).skip("saved key", id_, error)
            return False
        return True

    def hear(self, billing_key: str, *, by: str, deadline: Deadline, store_id: str | None = None) -> Heard:
        """What an event about a billing key changes here: PortOne's reading decides. Raises `Busy`."""

        def read(portone: BillingPortOne) -> KeyReading | None:
            return portone.get_billing_key(billing_key, deadline=deadline)

        try:
            reading = in_named_store(self.portone, store_id, read)
        except PortOneError:
            return Heard.UNANSWERED
        ref = self.store.key_ref(f"key:{self.billing_keys.hash_of(billing_key)}")
        if ref is None and reading is not None and reading.issue_id:
            ref = self.store.key_ref(f"issue:{reading.issue_id}")
        if ref is None or reading is None:
            return Heard.FOREIGN
        with suppress(BillingKeyRefused):
            self.billing_keys.absorb(ref.user_id, ref.issue_id, reading, self.billing_keys.moment(by))
        return Heard.OURS

    def _bring_on(self, user_id: str, key: SavedKey, moment: Moment, deadline: Deadline) -> None:
        age = moment.now - key.created_at
        look = key.state is KeyState.PENDING and age >= LOOKS[min(key.looked, len(LOOKS) - 1)]
        if look or key.state in _UNFINISHED:
            with suppress(BillingKeyRefused):
                self.registrar.settle(user_id, key.issue_id, moment, deadline)
        elif key.state is KeyState.UNWANTED and age >= CLAIM_WITHIN:
            self.remover.unwanted(user_id, key.issue_id, moment, deadline)
        elif key.state is KeyState.DELETING:
            self.remover.settle(user_id, key.issue_id, moment, deadline)
