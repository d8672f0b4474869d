"""What the function needs that closes a user's account: the one place where money and identity meet."""

from portone_payments.entry.wiring.billing_keys import KeyDeps
from portone_payments.entry.wiring.identity import IdentityDeps


class UserDeps(KeyDeps, IdentityDeps):
    """Saved methods and subscriptions, and what is kept of a person."""
