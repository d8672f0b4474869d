"""Closing a user's account: subscriptions end, methods go; a charge under way finishes first (rule 11.13).

The wallet holds it, so that whatever a process leaves behind is due.
"""

from dataclasses import replace
from enum import StrEnum

from portone_payments.domain.records.billing_keys import Wallet, settled
from portone_payments.domain.records.history import Fact, Moment, record

# seconds after which a list of subscriptions surely shows what was begun just before
SETTLES = 60


class Waits(StrEnum):
    """What a closing waits for."""

    CHARGE = "charge"
    """A charge of a subscription has no outcome yet."""
    METHOD = "billing_key"
    """A saved method is not deleted yet: a payment with it is under way, or PortOne is silent."""


def asked_to_close(wallet: Wallet, moment: Moment) -> Wallet:
    """The wallet of an account that is being closed: nothing new begins in it."""
    if wallet.closing_at is not None:
        return wallet
    asked = replace(wallet, closing_at=moment.now, closing_by=moment.by, poll_step=0)
    return record(asked, Fact.ACCOUNT_CLOSING, moment)


def closed(wallet: Wallet, moment: Moment) -> Wallet:
    """The wallet of a closed account, once nothing is left and nothing can have begun meanwhile."""
    asked = wallet.closing_at
    if asked is None or moment.now - asked < SETTLES or methods_left(wallet):
        return wallet
    over = replace(wallet, closing_at=None, closing_by="", closed_at=moment.now)
    return record(over, Fact.ACCOUNT_CLOSED, moment)


def methods_left(wallet: Wallet) -> bool:
    """Whether a saved method, or a window for one, is not gone yet."""
    return any(not settled(key) for key in wallet.keys.values())
