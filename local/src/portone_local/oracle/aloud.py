"""I7 and I15: what left the bundle in words, and how it answered."""

import json
from collections.abc import Iterable, Iterator

from portone_local.oracle.evidence import Answered, Evidence, Finding
from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_WEBHOOK_SECRET, Decline
from portone_local.portone.checkout import default_customer
from portone_local.wiring import HASH_KEY

CANARIES = (
    EXAMPLE_SECRET,
    EXAMPLE_WEBHOOK_SECRET,
    EXAMPLE_WEBHOOK_SECRET.removeprefix("whsec_"),
    HASH_KEY,
    "Bearer ey",
    *(str(default_customer()[name]) for name in ("name", "phoneNumber", "email")),
    Decline().reason,
    Decline().pg_message,
    "000000******0000",
    '"buyer":',
)
"""Planted in every sensitive field of the example payments, deliveries and secrets."""


def nothing_secret_aloud(evidence: Evidence, canaries: Iterable[str]) -> Iterator[Finding]:
    """I7: no canary in logs, metrics, queue bodies or error answers, nor in clear in the table."""
    planted = tuple(canaries)
    for where, text in evidence.texts.items():
        for canary in (*planted, *_account_numbers(evidence)):
            if canary in text:
                yield Finding("I7", None, f"{where} holds the planted {_masked(canary)}")
    for canary in planted:
        if canary in evidence.dump:
            yield Finding("I7", None, f"the table holds the planted {_masked(canary)} in clear")


def answers_are_documented(evidence: Evidence) -> Iterator[Finding]:
    """I15: no 5xx unless a dependency failed, and then one that says the request may be sent again."""
    for answered in evidence.answers:
        if answered.status < 500:  # noqa: PLR2004 - a server error
            continue
        if not (evidence.hurt and answered.status == 503 and _retryable(answered)):  # noqa: PLR2004 - unavailable
            yield Finding("I15", None, f"{answered.asked} was answered {answered.status}")
    for function, error in evidence.failures:
        if not evidence.hurt:
            yield Finding("I15", None, f"{function} raised {error}")
    if '"message":"unexpected"' in evidence.texts.get("a log line", ""):
        yield Finding("I15", None, "a handler met an exception nobody foresaw")


def _account_numbers(evidence: Evidence) -> Iterator[str]:
    """Stored, because the owner is shown it; never said anywhere else."""
    for payment in evidence.payments.values():
        method = payment.seen.method if payment.seen else None
        if method and method.virtual_account:
            yield method.virtual_account.number


def _retryable(answered: Answered) -> bool:
    return json.loads(answered.body).get("error", {}).get("retryable") is True


def _masked(canary: str) -> str:
    return f"{canary[:4]}... ({len(canary)} characters)"
