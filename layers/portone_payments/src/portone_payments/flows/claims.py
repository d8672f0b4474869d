"""Claims on a saved payment method: payments that may be under way with it (money rule 8, I12)."""

from portone_payments.domain.approval import open_approval
from portone_payments.domain.wallet_records import SavedKey
from portone_payments.ports_store import Store


def settled_claims(key: SavedKey, store: Store) -> frozenset[str]:
    """The payments that claim a key and have an outcome by now, or are tried with another one."""
    return frozenset(each for each in key.claims if not _under_way(each, key.issue_id, store))


def _under_way(payment_id: str, issue_id: str, store: Store) -> bool:
    payment = store.payment(payment_id)
    approval = open_approval(payment) if payment else None
    return approval is not None and approval.issue_id == issue_id
