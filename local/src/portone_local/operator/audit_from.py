"""`make audit-from SINCE=`: the next audit compares again what changed since then, as after a restore."""

import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from portone_local.operator.target import Place, Unusable, since_asked
from portone_payments.adapters.dynamo.payments import DynamoStore
from portone_payments.adapters.ids import RandomIds
from portone_payments.domain.audit.days import day_of
from portone_payments.domain.audit.windows import LONGEST
from portone_payments.domain.errors.common import BundleError
from portone_payments.domain.records.audit import AuditMark
from portone_payments.ports.store import Conflict, Store


def set_back(store: Store, *, since: float) -> AuditMark:
    """Have the audit continue from `since` (epoch seconds UTC) at the latest; never later than its mark.

    Counts from that day on are dropped and counted anew. Raises `Conflict` while an audit moves the mark.
    """
    held = store.audit_mark()
    if held is not None and held.until <= since:
        return held
    mark = AuditMark(until=int(since), span=LONGEST) if held is None else _earlier(held, since)
    store.save(mark)
    return mark


def _earlier(mark: AuditMark, since: float) -> AuditMark:
    days = {day: count for day, count in mark.days.items() if day < day_of(since)}
    return replace(mark, until=int(since), days=days)


def main(arguments: list[str] | None = None) -> int:
    """0 when the mark stands there or before, 1 when it could not be set, 2 when there is nothing to set."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        place, since = since_asked(arguments, program="make audit-from", purpose=__doc__)
    except Unusable as reason:
        console.print(f"[red]{reason}[/red]")
        return 2
    if since > time.time():
        console.print("[red]SINCE has not come yet[/red]")
        return 2
    return _set(place, since, console)


def _set(place: Place, since: float, console: Console) -> int:
    try:
        mark = set_back(DynamoStore(place.dynamodb, place.table, RandomIds()), since=since)
    except Conflict:
        console.print("[red]an audit is running: try again when it is through[/red]")
        return 1
    except (BundleError, ClientError, BotoCoreError) as error:
        console.print(f"[red]not set ({error})[/red]")
        return 1
    until = datetime.fromtimestamp(mark.until, UTC).isoformat()
    console.print(f"the next audit compares what changed since {until}, and the hour before")
    return 0


if __name__ == "__main__":
    sys.exit(main())
