"""I19: no record grows without bound, whoever repeats whatever."""

from collections.abc import Iterator

from portone_local.oracle.evidence import Evidence, Finding
from portone_payments.adapters.dynamo.codec import Item, item_size

LARGEST = 100_000
"""Bytes: a quarter of what DynamoDB takes, so that nothing is near it."""

_BYTES_A_LETTER = 3


def nothing_grows_without_bound(evidence: Evidence) -> Iterator[Finding]:
    """I19: no item is larger than a quarter of what DynamoDB takes."""
    for item in too_large(evidence):
        yield Finding("I19", None, f"{item['pk']['S']} has {item_size(item):,} bytes")


def too_large(evidence: Evidence) -> list[Item]:
    """Items above the bound. Their JSON is longer than what DynamoDB counts, and was written anyway."""
    if evidence.longest * _BYTES_A_LETTER < LARGEST:
        return []
    return [item for item in evidence.items if item_size(item) > LARGEST]


def largest(items: list[Item]) -> tuple[int, str]:
    """Bytes and partition of the largest item."""
    return max(((item_size(item), item["pk"]["S"]) for item in items), default=(0, ""))
