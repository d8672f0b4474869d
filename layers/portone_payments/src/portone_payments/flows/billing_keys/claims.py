"""Claims on a saved payment method: payments that may be under way with it (rule 8.1, I12)."""

from dataclasses import replace

from portone_payments.domain.approvals.attempt import given_way
from portone_payments.domain.approvals.attempts import open_approval, waited_for
from portone_payments.domain.records.billing_keys import SavedKey
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.ports.store import Store

# claims of settled payments are looked through only once a key has gathered many, the oldest first
MANY = 8
LOOKED_THROUGH = 16
# charges under way with one key: those its owner may request, and all of them together
MOST_ASKED = 50
MOST = 500
# waiting charges that end in the write that deletes their key; the others end unsent
VOIDED = 10


def settled_claims(key: SavedKey, store: Store, now: float, *, most: int | None = None) -> frozenset[str]:
    """The payments that claim a key and have an outcome by now, or are attempted with another key.

    A deletion waits at most a day for a charge in doubt (rule 10). `most`: how many payments are read, the
    oldest first.
    """
    return frozenset(each for each in key.claims[:most] if not _under_way(each, key.id, store, now))


def voided(key: SavedKey, store: Store, moment: Moment) -> tuple[Payment, ...]:
    """The payments whose charge waits for an error of ours with this key and took nothing: ended.

    The caller saves them with the deletion of the key, so that no worker sends them meanwhile (rule 8.1).
    """
    over: list[Payment] = []
    for payment_id in key.claims:
        payment = store.payment(payment_id)
        approval = open_approval(payment) if payment else None
        if payment is None or approval is None or approval.billing_key_id != key.id:
            continue
        after = given_way(payment, moment)
        if after is not payment:
            over.append(after)
        if len(over) == VOIDED:
            break
    return tuple(over)


def spent_claims(
    key: SavedKey, store: Store, now: float, done: frozenset[str] = frozenset()
) -> frozenset[str]:
    """`done` and, where still too many are left, the settled ones among the oldest."""
    left = replace(key, claims=tuple(each for each in key.claims if each not in done))
    if len(left.claims) < MANY:
        return done
    return done | settled_claims(left, store, now, most=LOOKED_THROUGH)


def _under_way(payment_id: str, billing_key_id: str, store: Store, now: float) -> bool:
    payment = store.payment(payment_id)
    approval = open_approval(payment) if payment else None
    if payment is None or approval is None or waited_for(payment, now):
        return False
    return approval.billing_key_id == billing_key_id
