"""What the worker needs, which finishes anything."""

from portone_payments.entry.charge_deps import ChargeDeps
from portone_payments.entry.key_deps import KeyDeps
from portone_payments.entry.payment_deps import PaymentDeps


class Deps(PaymentDeps, KeyDeps, ChargeDeps):
    """All about money; a function that needs less names a smaller kind."""
