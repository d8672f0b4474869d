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
# charges under way with one key: those its owner may ask for, and those it holds at all
MOST_ASKED = 50
MOST = 500
# charges that wait and end in the write that deletes their key; what more there is ends unsent
VOIDED = 10


def settled_claims(key: SavedKey, store: Store, now: float, *, most: int | None = None) -> frozenset[str]:
    """The payments that claim a key and have an outcome by now, or are tried with another one.

    Who wants to be rid of a key waits a day for a charge in doubt, no longer (rule 10). `most`: how many are
    looked at, the oldest first.
    """
    return frozenset(each for each in key.claims[:most] if not _under_way(each, key.issue_id, store, now))


def voided(key: SavedKey, store: Store, moment: Moment) -> tuple[Payment, ...]:
    """The payments whose charge waits for an error of ours with this key, of which nothing was taken: over.

    They are to be saved with the deletion of the key, so that nobody sends them meanwhile (rule 8.1).
    """
    over: list[Payment] = []
    for payment_id in key.claims:
        payment = store.payment(payment_id)
        approval = open_approval(payment) if payment else None
        if payment is None or approval is None or approval.issue_id != key.issue_id:
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


def _under_way(payment_id: str, issue_id: str, store: Store, now: float) -> bool:
    payment = store.payment(payment_id)
    approval = open_approval(payment) if payment else None
    if payment is None or approval is None or waited_for(payment, now):
        return False
    return approval.issue_id == issue_id
