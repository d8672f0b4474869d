"""I7 and I15: what left the bundle in words, and how it answered."""

import json
from collections.abc import Iterable, Iterator
from http import HTTPStatus

from portone_local.oracle.evidence import Answered, Evidence, Finding
from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_WEBHOOK_SECRET, Decline
from portone_local.portone.checkout import default_customer
from portone_local.stack.wiring import HASH_KEY

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
    planted = (*canaries, *(book.billing_key for book in evidence.keys))
    for where, text in evidence.texts.items():
        for canary in (*planted, *_account_numbers(evidence)):
            if canary in text:
                yield Finding("I7", None, f"{where} holds the planted {_masked(canary)}")
    for canary in planted:
        if canary in evidence.dump:
            yield Finding("I7", None, f"the table holds the planted {_masked(canary)} in clear")


def answers_are_documented(evidence: Evidence) -> Iterator[Finding]:
    """I15: no 5xx unless a dependency failed, and then one that says the request may be sent again."""
    for route, status in evidence.statuses:
        excused = evidence.hurt and status == HTTPStatus.SERVICE_UNAVAILABLE
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not excused:
            yield Finding("I15", None, f"{route} was answered {status}")
    for answered in evidence.answers:
        if answered.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not _retryable(answered):
            yield Finding(
                "I15", None, f"{answered.asked}: {answered.status} without saying that it may be repeated"
            )
    for function, error in evidence.failures:
        if not evidence.hurt:
            yield Finding("I15", None, f"{function} raised {error}")


def _account_numbers(evidence: Evidence) -> Iterator[str]:
    """Stored, because the owner is shown it; never said anywhere else."""
    for payment in evidence.payments.values():
        method = payment.seen.method if payment.seen else None
        if method and method.virtual_account and method.virtual_account.number:
            yield method.virtual_account.number


def _retryable(answered: Answered) -> bool:
    try:
        return json.loads(answered.body)["error"]["retryable"] is True
    except (ValueError, LookupError, TypeError):
        return False


def _masked(canary: str) -> str:
    return f"{canary[0]}... ({len(canary)} characters)"
