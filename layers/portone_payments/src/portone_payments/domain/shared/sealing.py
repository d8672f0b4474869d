"""The kinds of sealed texts: a role may open and seal only the kinds that are its business (I7)."""

from enum import StrEnum

KIND = "kind"
"""The name of the kind in every encryption context; the conditions of roles name it."""


class Sealing(StrEnum):
    """Kinds of sealed texts; the last three are sealed under the identity key."""

    BUYER = "buyer"
    REFUND_ACCOUNT = "refund-account"
    REFUND_REASON = "refund-reason"
    STAFF_WORDS = "staff-words"
    DISCREPANCY = "discrepancy"
    RECEIPT = "receipt"
    APPROVAL_TOKEN = "approval-token"  # noqa: S105 - a name, no secret
    BILLING_KEY = "billing-key"
    BILLING_TOKEN = "billing-token"  # noqa: S105 - a name, no secret
    BILLING_BUYER = "billing-buyer"
    STRAY_KEY = "unmatched-key"
    FACTS = "facts"
    IDENTIFIERS = "identifiers"
    REASON = "reason"


def bound_to(kind: Sealing, **ids: str) -> dict[str, str]:
    """The encryption context of a text: it opens only as this kind and for this record."""
    return {KIND: kind.value, **ids}
