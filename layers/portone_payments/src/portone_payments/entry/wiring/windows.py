"""What the function needs that opens the window of a payment method to be saved."""

from portone_payments.entry.wiring.billing_keys import KeyDeps
from portone_payments.entry.wiring.payments import PaymentDeps


class WindowDeps(KeyDeps, PaymentDeps):
    """A window of its own, or one that pays an order as well."""
