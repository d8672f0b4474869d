"""Saved payment methods over HTTP: masked, never the key; `billingKeyId` is our issueId."""

from collections.abc import Iterable
from typing import Any

from portone_payments.domain.billing_keys.payer import payer
from portone_payments.domain.billing_keys.wallet import key_of_issue
from portone_payments.domain.errors.billing import BillingKeyNotFound
from portone_payments.domain.records.billing_keys import KeyState, SavedKey, Wallet
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.entry.request import PAYMENT_ID, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.payments import time_view
from portone_payments.entry.wiring.ports import PortDeps

# what its owner can use or soon will; the others are still shown by id
LISTED = frozenset({KeyState.ACTIVE, KeyState.CONFIRMING, KeyState.CHECKING})
_SHOWN = {KeyState.CONFIRMING: "CHECKING", KeyState.UNWANTED: "REFUSED"}


def billing_key_id(request: Request) -> str:
    """The path's billingKeyId. Raises `BillingKeyNotFound` for one that cannot be ours."""
    found = request.path("billingKeyId")
    if not PAYMENT_ID.fullmatch(found):
        raise BillingKeyNotFound
    return found


def key_view(key: SavedKey, wallet: Wallet) -> dict[str, Any]:
    """One saved payment method as its owner sees it."""
    return {
        "billingKeyId": key.id,
        "state": _SHOWN.get(key.state, key.state.value),
        "default": wallet.default == key.id,
        "payMethod": key.pay_method,
        "method": _method_view(key),
        "paymentId": key.payment_id,
        "code": key.code,
        "createdAt": time_view(key.created_at),
        "issuedAt": time_view(key.issued_at),
    }


def saved_view(wallet: Wallet, billing_key_id: str) -> dict[str, Any]:
    """One of a wallet, by its id. Raises `BillingKeyNotFound`."""
    return key_view(key_of_issue(wallet, billing_key_id), wallet)


def keys_view(wallet: Wallet) -> dict[str, Any]:
    """The ones that can be charged or are on their way, newest first."""
    listed = sorted(
        (key for key in wallet.keys.values() if key.state in LISTED),
        key=lambda key: (key.created_at, key.id),
        reverse=True,
    )
    return {"items": [key_view(key, wallet) for key in listed]}


def pays_view(
    paying: Iterable[Subscription], wallet: Wallet, *, fallback: bool
) -> list[dict[str, str | None]]:
    """What a deleted method paid, and which one pays each of them now; None where none does."""
    now = ((each, payer(wallet, each, fallback=fallback)) for each in paying)
    return [
        {"subscriptionId": each.subscription_id, "paysWith": key.id if key else None} for each, key in now
    ]


def open_answer(key: SavedKey, wallet: Wallet, waits_for: str, **also: Any) -> dict[str, Any]:
    """202: not finished yet; the worker finishes it without another request."""
    more = {"statusUrl": f"/billing-keys/{key.id}", "waitsFor": waits_for, **also}
    return answer(202, {**key_view(key, wallet), **more}, retry_after="5")


def held(deps: PortDeps, user_id: str) -> Wallet:
    """The caller's wallet, empty where there is none."""
    return deps.store.wallet(user_id) or Wallet(user_id=user_id)


def held_key(deps: PortDeps, wallet: Wallet, user_id: str, billing_key_id: str) -> SavedKey:
    """A key of the caller, also one that has left the wallet. Raises `BillingKeyNotFound`."""
    left = None if billing_key_id in wallet.keys else deps.store.settled_key(user_id, billing_key_id)
    return left.key if left else key_of_issue(wallet, billing_key_id)


def _method_view(key: SavedKey) -> dict[str, Any] | None:
    method = key.method
    if method is None:
        return None
    return {
        "type": method.kind.value,
        "provider": method.provider,
        "cardName": method.card_name,
        "issuer": method.issuer,
        "brand": method.brand,
        "number": method.number,
    }
