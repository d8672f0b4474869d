"""The customer id of a user at PGs: found where there is one, made where there is none (rule 10.15)."""

from dataclasses import dataclass

from portone_payments.domain.billing_keys.wallet import customer_in
from portone_payments.domain.windows.customer import customer_id
from portone_payments.ports.store import Store
from portone_payments.ports.world import Secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """A user keeps the id of the first window: PGs store cards and phones under it (PortOne facts 12.3)."""

    store: Store
    secrets: Secrets

    def name_of(self, user_id: str) -> str:
        """The customer id to send for a user. Raises `SecretsUnavailable`, `StorageUnavailable`."""
        keys = self.secrets.charge_keys()
        # as long as there is one key, there is one customer id, and no read is needed
        known = self._known(user_id) if len(keys) > 1 else None
        return known or customer_id(user_id, keys)

    def _known(self, user_id: str) -> str | None:
        known = customer_in(self.store.wallet(user_id))
        if known is not None:
            return known
        newest = self.store.mine(user_id, cursor=None, limit=1).items
        return newest[0].customer_id if newest else None
