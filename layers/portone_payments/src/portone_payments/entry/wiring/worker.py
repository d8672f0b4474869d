"""What the worker needs, which finishes anything."""

from portone_payments.entry.wiring.billing_keys import KeyDeps
from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.entry.wiring.payments import PaymentDeps


class Deps(PaymentDeps, KeyDeps, ChargeDeps):
    """All about money; a function that needs less names a smaller kind."""
