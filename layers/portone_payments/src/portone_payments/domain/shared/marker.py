"""The marker of our payments in customData, by which one that is missing here is recognised (rule 1.6)."""

import json
import re

BUNDLE = "portone-payments"
# the buyer's browser writes customData: a text that cannot be an id of ours is not looked up
_ID = re.compile(r"[0-9A-Za-z._:-]{1,64}")


def marker(order_id: str) -> dict[str, str]:
    """The customData that the app passes to `PortOne.requestPayment`; PortOne returns it as JSON text."""
    return {"bundle": BUNDLE, "orderId": order_id}


def issue_marker(billing_key_id: str) -> dict[str, str]:
    """The customData that the app passes to `PortOne.requestIssueBillingKey`."""
    return {"bundle": BUNDLE, "issueId": billing_key_id}


def marked_order(custom_data: str | None) -> str | None:
    """The order id in a payment's customData when it contains our marker, else None."""
    return _marked(custom_data, "orderId")


def marked_issue(custom_data: str | None) -> str | None:
    """The issue id in a billing key's customData when it contains our marker, else None."""
    return _marked(custom_data, "issueId")


def _marked(custom_data: str | None, name: str) -> str | None:
    try:
        data = json.loads(custom_data or "null")
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("bundle") != BUNDLE:
        return None
    found = data.get(name)
    return found if isinstance(found, str) and _ID.fullmatch(found) else None
