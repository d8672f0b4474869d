"""Ids of payments that pay invoices: found again whatever was lost here (rule 8.2)."""

import base64
import hashlib
import hmac

from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.ports.world import Secrets


def derived_id(subscription: Subscription, parts: tuple[str, ...], secrets: Secrets) -> str:
    """32 characters nobody can guess, the same for the same parts (PortOne facts 12.3).

    Raises `SecretsUnavailable`.
    """
    secret = secrets.charge_keys()[subscription.hash_version].encode()
    digest = hmac.new(secret, "\x00".join(parts).encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:20]).decode()
