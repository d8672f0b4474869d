"""What the worker finishes in a wallet: lost registrations, deletions, a new default (rule 8.5)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from portone_payments.domain.billing_keys.wallet import CLAIM_WITHIN, LOOKS, waited
from portone_payments.domain.errors.billing import BillingKeyRefused
from portone_payments.domain.errors.common import Busy
from portone_payments.domain.records.billing_keys import KeyState, SavedKey
from portone_payments.domain.records.history import Moment
from portone_payments.flows.billing_keys.change import WalletBook
from portone_payments.flows.billing_keys.close import UserCloser
from portone_payments.flows.billing_keys.default import DefaultKey
from portone_payments.flows.billing_keys.delete import BY_WORKER
from portone_payments.flows.billing_keys.issue import BillingKeys
from portone_payments.flows.shared.skipping import Note, Skips, unnoted
from portone_payments.ports.store import Conflict
from portone_payments.ports.world import Deadline

_UNFINISHED = frozenset({KeyState.CONFIRMING, KeyState.CHECKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletKeeper(WalletBook):
    """Finishes issues and deletions that a user or PortOne left unfinished."""

    billing_keys: BillingKeys
    default: DefaultKey
    closer: UserCloser
    note: Note = unnoted

    def work(self, user_id: str, *, deadline: Deadline) -> None:
        """Take every unfinished key of a user as far as it goes. Raises `Busy`."""
        wallet = self.store.wallet(user_id)
        if wallet is None:
            return
        moment = self.moment(BY_WORKER)
        failed = False
        if wallet.waking or wallet.telling:
            failed = not self._by_itself("waking", partial(self.default.wake, user_id, moment))
        if wallet.closing_at is not None:
            close = partial(self.closer.go_on, user_id, deadline=deadline)
            failed = not self._by_itself("closing", close) or failed
        for key in wallet.keys.values():
            bring_on = partial(self._bring_on, user_id, key, moment, deadline)
            failed = not self._by_itself(key.id, bring_on) or failed
        # due again when the next thing is, whatever this round achieved
        self.change(user_id, lambda held: (waited(held, failed=failed),), fact=False)

    def _by_itself(self, id_: str, act: Callable[[], object]) -> bool:
        """Whether one step about a wallet succeeded; where it fails, the other steps still run.

        Raises `Busy`, `Conflict` where another write changes the wallet.
        """
        try:
            act()
        except (Busy, Conflict):
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: the others go on
            Skips(self.meter, self.note).skip("saved key", id_, error)
            return False
        return True

    def _bring_on(self, user_id: str, key: SavedKey, moment: Moment, deadline: Deadline) -> None:
        age = moment.now - key.created_at
        look = key.state is KeyState.PENDING and age >= LOOKS[min(key.looked, len(LOOKS) - 1)]
        if look or key.state in _UNFINISHED:
            with suppress(BillingKeyRefused):
                self.billing_keys.settle_registration(user_id, key.id, moment, deadline)
        elif key.state is KeyState.UNWANTED and age >= CLAIM_WITHIN:
            self.billing_keys.delete_unwanted(user_id, key.id, moment, deadline)
        elif key.state is KeyState.DELETING:
            self.billing_keys.settle_deletion(user_id, key.id, moment, deadline)
