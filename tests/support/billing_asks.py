"""Calls about billing as they are sent to the fake PortOne, with bodies that it takes."""

import datetime as dt
import json
from typing import Any

import httpx

from portone_local.portone import LIVE_CHANNEL, TEST_CHANNEL, FakePortOne, KeyState
from portone_local.twins.clock import Clock

BOTH = (str(LIVE_CHANNEL.key), str(TEST_CHANNEL.key))
CARD = {"number": "0000000000000000", "expiryYear": "30", "expiryMonth": "12"}


def charge_ask(billing_key: str = "billing-key-1", total: int = 9_900, **more: Any) -> dict[str, Any]:
    """BillingKeyPaymentInput; minor units."""
    return {
        "billingKey": billing_key,
        "orderName": "Example subscription",
        "amount": {"total": total},
        "currency": "KRW",
        **more,
    }


def schedule_ask(billing_key: str = "billing-key-1", *, due: str) -> dict[str, Any]:
    """CreatePaymentScheduleBody."""
    return {"payment": charge_ask(billing_key), "timeToPay": due}


def issue_ask(**more: Any) -> dict[str, Any]:
    """IssueBillingKeyBody."""
    return {"method": {"card": {"credential": CARD}}, "channelKey": LIVE_CHANNEL.key, **more}


BILLING_CALLS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "get_billing_key": ("GET", "/billing-keys/billing-key-1", None),
    "list_billing_keys": ("GET", "/billing-keys", None),
    "delete_billing_key": ("DELETE", "/billing-keys/billing-key-1", None),
    "issue_billing_key": ("POST", "/billing-keys", issue_ask()),
    "confirm_billing_key": ("POST", "/billing-keys/confirm", {"billingIssueToken": "example-token"}),
    "confirm_issue_and_pay": (
        "POST",
        "/billing-keys/confirm-issue-and-pay",
        {"billingIssueToken": "example-token"},
    ),
    "pay_with_billing_key": ("POST", "/payments/p1/billing-key", charge_ask()),
    "create_schedule": ("POST", "/payments/p1/schedule", schedule_ask(due="2026-02-02T03:04:05Z")),
    "get_schedule": ("GET", "/payment-schedules/schedule-1", None),
    "list_schedules": ("GET", "/payment-schedules", None),
    "revoke_schedules": ("DELETE", "/payment-schedules", {"scheduleIds": ["schedule-1"]}),
}
"""One call of each operation about billing: method, path, body."""


def issued(portone: FakePortOne, **issue: Any) -> str:
    """A billing key that a buyer has saved."""
    return portone.buyer.issue_billing_key(**issue).billing_key


def charge(client: httpx.Client, billing_key: str, payment_id: str = "p1", **more: Any) -> httpx.Response:
    """One charge."""
    return client.post(f"/payments/{payment_id}/billing-key", json=charge_ask(billing_key, **more))


def confirm(client: httpx.Client, token: str | None, **more: object) -> httpx.Response:
    """A token of manual approval becomes a key."""
    return client.post("/billing-keys/confirm", json={"billingIssueToken": token, **more})


def confirm_and_pay(client: httpx.Client, token: str | None, **more: object) -> httpx.Response:
    """The same, with the first payment."""
    return client.post("/billing-keys/confirm-issue-and-pay", json={"billingIssueToken": token, **more})


def states(portone: FakePortOne) -> list[KeyState]:
    """Each key's state, as the books have it."""
    return [key.state for key in portone.billing_books().keys.values()]


def keyed(client: httpx.Client, key: str, billing_key: str, payment_id: str = "p1") -> httpx.Response:
    """One charge under an idempotency key."""
    return client.post(
        f"/payments/{payment_id}/billing-key",
        json=charge_ask(billing_key),
        headers={"Idempotency-Key": f'"{key}"'},
    )


def schedule(client: httpx.Client, key: str, due: str, payment_id: str = "p1", **more: Any) -> httpx.Response:
    """A charge at a later time."""
    asked = {"payment": charge_ask(key, **more), "timeToPay": due}
    return client.post(f"/payments/{payment_id}/schedule", json=asked)


def after(clock: Clock, seconds: float) -> str:
    """So many seconds from now, as PortOne writes times."""
    return dt.datetime.fromtimestamp(clock.now() + seconds, tz=dt.UTC).isoformat()


def events(portone: FakePortOne) -> list[str]:
    """The types of the webhooks that are on their way."""
    return [delivery.type for delivery in portone.pending()]


def listed(client: httpx.Client, **question: Any) -> list[str]:
    """The billing keys a question finds."""
    answer = client.get("/billing-keys", params={"requestBody": json.dumps(question)})
    answer.raise_for_status()
    return [item["billingKey"] for item in answer.json()["items"]]
