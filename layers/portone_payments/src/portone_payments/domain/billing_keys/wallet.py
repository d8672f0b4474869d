"""Saved payment methods: issue, choice, claim and deletion exclude each other in one record (rule 8)."""

from collections.abc import Collection
from dataclasses import replace

from portone_payments.domain.errors.billing import (
    AccountClosing,
    BillingKeyGone,
    BillingKeyNotFound,
    TooManyBillingKeys,
)
from portone_payments.domain.records.billing_keys import KeyState, SavedKey, Wallet, settled
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.shared.times import BY_KIND, DAY, HOUR, POLL_STEPS

MOST_KEYS = 20
# keys under deletion included; a deletion needs no room, so it is never refused
MOST_UNSETTLED = 25
CLAIM_WITHIN = DAY
# seconds after a window was opened at which PortOne is read for a key nobody reported
LOOKS = (15 * 60, 2 * HOUR, CLAIM_WITHIN)
_LIVE = frozenset(
    {KeyState.PENDING, KeyState.CONFIRMING, KeyState.CHECKING, KeyState.ACTIVE, KeyState.UNWANTED}
)
_GONE = frozenset({KeyState.DELETING, KeyState.DELETED})
_OPEN = frozenset({KeyState.PENDING, KeyState.CONFIRMING})


def start_issue(wallet: Wallet, key: SavedKey) -> Wallet:
    """The wallet with an issue window opened. Raises `TooManyBillingKeys`, `AccountClosing`."""
    check_open(wallet)
    live = sum(key.state in _LIVE for key in wallet.keys.values())
    if live >= MOST_KEYS or sum(not settled(key) for key in wallet.keys.values()) >= MOST_UNSETTLED:
        raise TooManyBillingKeys
    return with_key(wallet, key)


def check_open(wallet: Wallet | None) -> None:
    """Passes a user whose account is not being closed. Raises `AccountClosing`."""
    if wallet is not None and wallet.closing_at is not None:
        raise AccountClosing


def customer_in(wallet: Wallet | None) -> str | None:
    """The customer id by which PGs know a wallet's user; None where the wallet has no key."""
    return next((key.customer_id for key in wallet.keys.values()), None) if wallet else None


def with_key(wallet: Wallet, key: SavedKey) -> Wallet:
    """The wallet with one key replaced."""
    return replace(wallet, keys={**wallet.keys, key.id: key})


def key_of_issue(wallet: Wallet | None, billing_key_id: str) -> SavedKey:
    """The key of one of our issue ids. Raises `BillingKeyNotFound`."""
    if wallet is None or billing_key_id not in wallet.keys:
        raise BillingKeyNotFound
    return wallet.keys[billing_key_id]


def chargeable(wallet: Wallet | None, billing_key_id: str | None) -> SavedKey | None:
    """The key a charge may use now: the one named, else the default; None where it cannot be charged."""
    if wallet is None:
        return None
    chosen = billing_key_id or wallet.default
    key = wallet.keys.get(chosen) if chosen else None
    return key if key is not None and key.state is KeyState.ACTIVE else None


def usable(wallet: Wallet) -> tuple[str | None, frozenset[str]]:
    """The default, and every method that can be charged: by them it is decided which one pays."""
    return wallet.default, frozenset(key.id for key in wallet.keys.values() if key.state is KeyState.ACTIVE)


def claim_key(wallet: Wallet, billing_key_id: str, payment_id: str, done: Collection[str]) -> Wallet:
    """The wallet with a key claimed by a payment that is about to be charged; `done` are settled payments."""
    key = wallet.keys[billing_key_id]
    kept = tuple(each for each in key.claims if each not in done and each != payment_id)
    return with_key(wallet, replace(key, claims=(*kept, payment_id)))


def release(wallet: Wallet, billing_key_id: str, done: Collection[str]) -> Wallet:
    """The wallet without the claims of settled payments; whatever waited for them is due again."""
    key = wallet.keys[billing_key_id]
    left = tuple(each for each in key.claims if each not in done)
    return replace(with_key(wallet, replace(key, claims=left)), poll_step=0)


def waited(wallet: Wallet, *, failed: bool = False) -> Wallet:
    """The wallet after a run of its worker: work that waits for a charge, or failed, is due less often."""
    waits = failed or wallet.closing_at is not None
    waits = waits or any(key.state is KeyState.DELETING and key.claims for key in wallet.keys.values())
    return replace(wallet, poll_step=wallet.poll_step + 1 if waits else wallet.poll_step, tries=0)


def activate(wallet: Wallet, key: SavedKey, moment: Moment) -> Wallet:
    """The wallet with a key that may be charged from now on; the first one becomes the default."""
    saved = replace(key, state=KeyState.ACTIVE, token=None, code=None, settled_at=moment.now)
    told = record(with_key(wallet, saved), Fact.BILLING_KEY_SAVED, moment, billing_key=key.id)
    return told if chargeable(told, None) else _given(told, key.id, moment)


def make_default(wallet: Wallet, billing_key_id: str, moment: Moment) -> Wallet:
    """The wallet with the default its owner chose. Raises `BillingKeyNotFound`, `BillingKeyGone`."""
    if key_of_issue(wallet, billing_key_id).state is not KeyState.ACTIVE:
        raise BillingKeyGone
    return wallet if wallet.default == billing_key_id else _given(wallet, billing_key_id, moment)


def _given(wallet: Wallet, billing_key_id: str, moment: Moment) -> Wallet:
    """A default the customer chose wakes the subscriptions that wait for one; `waking` lasts until then."""
    chosen = replace(wallet, default=billing_key_id, waking=True)
    return record(chosen, Fact.BILLING_KEY_DEFAULT, moment, billing_key=billing_key_id)


def refuse(wallet: Wallet, key: SavedKey, state: KeyState, code: str, moment: Moment) -> Wallet:
    """The wallet with a key that must never be charged; one from our window is kept until its deletion."""
    kept = key.sealed if state is KeyState.UNWANTED else None
    refused = replace(
        key, state=state, code=code, sealed=kept, buyer_sealed=None, token=None, settled_at=moment.now
    )
    return record(with_key(wallet, refused), Fact.BILLING_KEY_REFUSED, moment, billing_key=key.id, code=code)


def lapse(wallet: Wallet, key: SavedKey, moment: Moment) -> Wallet:
    """The wallet with an issue window whose key nobody reported in time."""
    gone = replace(key, state=KeyState.LAPSED, buyer_sealed=None, token=None, settled_at=moment.now)
    return record(with_key(wallet, gone), Fact.BILLING_KEY_LAPSED, moment, billing_key=key.id)


def ask_deletion(wallet: Wallet, billing_key_id: str, moment: Moment, *, pays: bool = True) -> Wallet:
    """The wallet with a key under deletion, which no payment can claim. Raises `BillingKeyNotFound`.

    `pays` False: it is known to pay no subscription, so none has to record another.

    The key of an open window is not known yet: PortOne is read for it, and it is deleted once it is found.
    """
    key = key_of_issue(wallet, billing_key_id)
    if key.state in _GONE:
        return wallet
    going = replace(key, state=KeyState.DELETING, token=None, sent_at=None)
    if key.sealed is None and key.state not in _OPEN:
        return deleted(with_key(wallet, going), billing_key_id, moment)
    told = record(with_key(wallet, going), Fact.BILLING_KEY_DELETING, moment, billing_key=billing_key_id)
    return _without(replace(told, poll_step=0), key, pays=pays)


def deleted(wallet: Wallet, billing_key_id: str, moment: Moment) -> Wallet:
    """The wallet after a key was deleted at PortOne, by us or by somebody else."""
    key = wallet.keys[billing_key_id]
    if key.state is KeyState.DELETED:
        return wallet
    gone = replace(
        key, state=KeyState.DELETED, sealed=None, buyer_sealed=None, token=None, settled_at=moment.now
    )
    told = record(with_key(wallet, gone), Fact.BILLING_KEY_DELETED, moment, billing_key=billing_key_id)
    return _without(told, key)


def _without(wallet: Wallet, key: SavedKey, *, pays: bool = True) -> Wallet:
    """The wallet after a deletion, whose subscriptions have yet to record what pays them now.

    Where it was the default, another is: no customer chose it, so nothing is retried.
    """
    if key.state is KeyState.ACTIVE and pays:
        wallet = replace(wallet, telling=True)
    if wallet.default != key.id:
        return wallet
    left = [key for key in wallet.keys.values() if key.state is KeyState.ACTIVE]
    newest = max(left, key=lambda key: key.created_at, default=None)
    return replace(wallet, default=newest.id if newest else None)


def next_due(wallet: Wallet, now: float) -> int | None:
    """When the wallet is due again (epoch seconds UTC); None when nothing is unfinished."""
    marks = [_key_due(wallet, key, now) for key in wallet.keys.values()]
    marks += [int(now)] if wallet.waking or wallet.telling else []
    marks += [_closing_due(wallet, now)]
    return min((mark for mark in marks if mark is not None), default=None)


def _closing_due(wallet: Wallet, now: float) -> int | None:
    """A minute after an account was closed, and then as often as what it waits for."""
    if wallet.closing_at is None:
        return None
    steps = POLL_STEPS[wallet.poll_step] if wallet.poll_step < BY_KIND else HOUR
    return max(int(now) + steps, int(wallet.closing_at) + POLL_STEPS[1])


def sought(wallet: Wallet, billing_key_id: str, moment: Moment) -> Wallet:
    """The wallet after PortOne showed no key of a deleted window; the window is gone for good after a day."""
    key = wallet.keys[billing_key_id]
    if key.state is not KeyState.DELETING or key.sealed is not None:
        return wallet
    if moment.now - key.created_at >= CLAIM_WITHIN:
        return deleted(wallet, billing_key_id, moment)
    return replace(with_key(wallet, replace(key, looked=key.looked + 1)), poll_step=wallet.poll_step + 1)


def _key_due(wallet: Wallet, key: SavedKey, now: float) -> int | None:
    backed_off = int(now) + (POLL_STEPS[wallet.poll_step] if wallet.poll_step < BY_KIND else HOUR)
    match key.state:
        case KeyState.PENDING:
            return int(key.created_at) + LOOKS[min(key.looked, len(LOOKS) - 1)]
        case KeyState.UNWANTED:
            return int(key.created_at) + CLAIM_WITHIN
        case KeyState.DELETING if key.sealed is None:
            return max(backed_off, int(key.created_at) + LOOKS[min(key.looked, len(LOOKS) - 1)])
        case KeyState.CONFIRMING | KeyState.CHECKING | KeyState.DELETING:
            return backed_off
        case KeyState():
            return None
        case _:
            # a newer version wrote it and knows what it waits for
            return int(now) + HOUR
