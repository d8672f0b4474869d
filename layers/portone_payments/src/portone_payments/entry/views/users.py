"""One user over HTTP, for the shop and its staff: who is named in a path, and everything of them."""

import base64
import binascii
import re
from typing import Any

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.entry.request import Request
from portone_payments.entry.views.billing_keys import key_view
from portone_payments.entry.views.listing import listed
from portone_payments.entry.views.payments import order_fields, payment_view, time_view
from portone_payments.entry.views.subscriptions import subscription_view
from portone_payments.flows.payments.everything import Everything
from portone_payments.flows.shared.skipping import Skips

# an HTTP API decodes a path, some escapes twice: ids with other signs are written as ~ and their Base64url
PLAIN = re.compile(r"[A-Za-z0-9._@:|=-]{1,128}")
PATH_ID = re.compile(r"~?[A-Za-z0-9._@:|=-]{1,172}")
USER = re.compile(r"[\x21-\x7e]{1,128}")


def user_of(request: Request) -> str:
    """The path's userId. Raises `InvalidRequest` for one that no token can carry."""
    text = request.path("userId")
    found = _decoded(text[1:]) if text.startswith("~") else text
    if not (USER if text.startswith("~") else PLAIN).fullmatch(found):
        raise InvalidRequest(field="userId", reason="malformed")
    return found


def user_view(found: Everything, skips: Skips, now: float, policy: BillingPolicy) -> dict[str, Any]:
    """Everything of a user; `cursor` leads to older payments."""
    payments = listed(found.payments, payment_view, skips)
    subscriptions = listed(found.subscriptions, lambda each: subscription_view(each, now, policy), skips)
    wallet = found.wallet
    keys = sorted(wallet.keys.values(), key=lambda key: (key.created_at, key.id), reverse=True)
    return {
        "userId": found.user_id,
        "payments": payments["items"],
        "cursor": payments["cursor"],
        "orders": [order_fields(each) for each in found.orders],
        "subscriptions": subscriptions["items"],
        "billingKeys": [key_view(each, wallet) for each in keys],
        "closingAt": time_view(wallet.closing_at),
        "closedAt": time_view(wallet.closed_at),
    }


def _decoded(text: str) -> str:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return raw.decode("ascii")
    except (binascii.Error, ValueError):
        return ""
