"""What is sealed under the keys, by kind: a role opens and seals the kinds that are its business (I7)."""

from enum import StrEnum

KIND = "kind"
"""The name that every encryption context says its kind under, and roles are conditioned by."""


class Sealing(StrEnum):
    """Kinds of sealed texts; the last three lie under the identity key."""

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
    """The encryption context of a text: it opens as this kind and of this record, and as nothing else."""
    return {KIND: kind.value, **ids}
