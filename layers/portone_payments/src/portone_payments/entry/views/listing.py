"""A page of a list as it is answered: what cannot be read or shown is counted and left out (rule 10.8)."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from portone_payments.flows.shared.skipping import Skips
from portone_payments.ports.store import Page


def listed[T](page: Page[T], view: Callable[[T], dict[str, Any]], skips: Skips) -> dict[str, Any]:
    """`items` and `cursor`."""
    skips.add(page.skipped)
    items = []
    for record in page.items:
        with skips.over(type(record).__name__.lower(), _id_of(record)):
            items.append(view(record))
    return {"items": items, "cursor": page.cursor}


def _id_of(record: Any) -> str:
    """Every record's first field is its id."""
    return str(getattr(record, fields(record)[0].name))
