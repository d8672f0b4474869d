"""Woken every quarter of an hour by EventBridge Scheduler: expiry, retention, claims under a new hash key."""

from collections.abc import Mapping
from typing import Any

from portone_payments.entry.job import JobHandler
from portone_payments.entry.wiring.identity import IdentityDeps

SECONDS = 240.0


def job(_event: Mapping[str, Any], deps: IdentityDeps) -> dict[str, Any]:
    """One sweep; `left`: due still, at least, and for how many seconds the oldest of it is.

    `behind`: who does not stand under the hash key that is written yet, at least; `stuck`: why some cannot.
    """
    swept = deps.identity_sweeper.sweep(deadline=deps.deadline(SECONDS))
    deps.logger.info("identity swept", count=swept.expired + swept.persons + swept.rehashed)
    return {
        "expired": swept.expired,
        "persons": swept.persons,
        "rehashed": swept.rehashed,
        "skipped": swept.skipped,
        "left": swept.left,
        "oldestSeconds": int(swept.lag),
        "behind": swept.behind,
        "stuck": dict(swept.stuck),
    }


handler = JobHandler(job, needs=("people", "hashes", "envelope"), kind=IdentityDeps)
