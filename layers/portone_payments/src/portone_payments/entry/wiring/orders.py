"""What the function needs that stores the shop's orders."""

from functools import cached_property

from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.payments.orders import OrderKeeper


class OrderDeps(PortDeps):
    """Orders as the shop puts them."""

    @cached_property
    def orders(self) -> OrderKeeper:
        """Stores orders that a window can be opened for."""
        return OrderKeeper(
            store=self.store,
            vault=self.vault,
            meter=self.meter,
            windows=self.settings.paying,
            rules=self.settings.pay_method_rules,
        )
