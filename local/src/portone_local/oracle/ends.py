"""I14: every record has its end, and nothing older than its end is there; what lies in the table counts.

Five years after it last moved for what records money (E-Commerce Act, article 6), with what lies beside it.
What DynamoDB's own deletion (`ttl`) has reached is gone, though it may lie there for some days.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from portone_local.oracle.evidence import Evidence, Finding
from portone_payments.adapters.dynamo.codec import Item

DAY = 24 * 3600
KEPT = 1827 * DAY
LATE = 31 * DAY
"""How long after its end a record may be there: a job of every day, and DynamoDB thirty days behind it."""

_FOR_EVER = frozenset({"plan", "pace", "stops", "audit"})
_SOON = frozenset({"request", "unmatched"})
_BESIDE = frozenset({"history", "refund", "saved-key", "invoice", "seat"})
_OVER = frozenset({"ENDED", "COMPLETED", "UNPAID"})
_KEY_GONE = frozenset({"DELETED", "REFUSED", "LAPSED"})
_NO_MOVEMENT = frozenset({"read_at", "due_at", "mine_at", "attention_at", "expires_at", "ends_at"})
_MICROS = 1e12


def nothing_outlives_its_end(evidence: Evidence) -> Iterator[Finding]:
    """I14: what lies in the table has an end, and it has not come yet."""
    yield from (Finding("I14", None, sentence) for sentence in outlived(evidence.items, evidence.now))


def without_ended(evidence: Evidence) -> Evidence:
    """The evidence without what PortOne knows still of payments whose time is over here."""
    ended = frozenset(
        payment_id
        for payment_id, book in evidence.books.items()
        if payment_id not in evidence.payments and book.changed_at + KEPT <= evidence.now
    )
    if not ended:
        return evidence
    return replace(
        evidence,
        books={name: book for name, book in evidence.books.items() if name not in ended},
        sent=tuple(each for each in evidence.sent if each.payment_id not in ended),
        charges=tuple(each for each in evidence.charges if each.payment_id not in ended),
        confirms=tuple(each for each in evidence.confirms if each.payment_id not in ended),
        published=tuple(each for each in evidence.published if each.payment_id not in ended),
        ended=ended,
    )


def outlived(items: Iterable[Item], now: float) -> Iterator[str]:
    """A sentence for each item that is there without an end, or after it."""
    left = {(item["pk"]["S"], item["sk"]["S"]): item for item in items if not _expired(item, now)}
    for item in left.values():
        if sentence := _without_end(item, left) or _after_end(item, left, now):
            yield sentence


def _without_end(item: Item, left: "_Left") -> str | None:
    place, sort = item["pk"]["S"], item["sk"]["S"]
    kind = sort.partition("#")[0]
    if kind in _BESIDE:
        there = (place, place.partition("#")[0]) in left
        return None if there else f"{sort} of {place} outlived its record"
    if kind in _SOON or (kind == "discrepancy" and "closed_at" in item):
        return None if "ttl" in item else f"{place} has no end"
    known = kind in _FOR_EVER or kind in _HELD or kind == "discrepancy"
    return None if known else f"a {kind} has no end that anybody named"


def _after_end(item: Item, left: "_Left", now: float) -> str | None:
    held = _HELD.get(item["sk"]["S"])
    since = held(item, left) if held else None
    if since is None or since + KEPT + LATE > now:
        return None
    return f"{item['pk']['S']} is there {int((now - since) / DAY)} days after it last moved"


def moved(value: Mapping[str, Any], now: float = float("inf")) -> float:
    """The newest past instant in an item, epoch seconds UTC; 0 for one without any."""
    newest = 0.0
    for name, each in value.items():
        if "M" in each:
            newest = max(newest, moved(each["M"], now))
        for held in each.get("L", ()):
            newest = max(newest, moved({name: held}, now))
        if "N" in each and name.endswith("at") and name not in _NO_MOVEMENT:
            seconds = float(each["N"]) / (1_000_000 if float(each["N"]) > _MICROS else 1)
            newest = max(newest, seconds if seconds <= now else 0.0)
    return newest


type _Left = Mapping[tuple[str, str], Item]


def _expired(item: Item, now: float) -> bool:
    return "ttl" in item and float(item["ttl"]["N"]) <= now


def _payment(item: Item, _left: _Left) -> float | None:
    open_still = "due_at" in item or item.get("attentions", {}).get("L")
    return None if open_still else moved(item)


def _subscription(item: Item, _left: _Left) -> float | None:
    return moved(item) if item["status"]["S"] in _OVER and "due_at" not in item else None


def _order(item: Item, left: _Left) -> float | None:
    named = (("payment", item.get("payment_id")), ("subscription", item.get("subscription_id")))
    living = any(each and (f"{kind}#{each['S']}", kind) in left for kind, each in named)
    if living or "due_at" in item:
        return None
    # what was promised for later counts as well
    promised = [
        item.get("expires_at"),
        *(part["M"].get("due_at") for part in item.get("parts", {}).get("L", ())),
    ]
    return max([moved(item), *(float(each["N"]) for each in promised if each and "N" in each)])


def _wallet(item: Item, _left: _Left) -> float | None:
    states = {key["M"]["state"]["S"] for key in item.get("keys", {}).get("M", {}).values()}
    return (moved(item) or None) if states <= _KEY_GONE and "due_at" not in item else None


def _key(item: Item, left: _Left) -> float | None:
    gone = item.get("gone_at")
    if gone is not None:
        return float(gone["N"])
    return None if _wallet_of(item) in left else 0.0


def _wallet_of(item: Item) -> tuple[str, str]:
    return f"wallet#{quote(item['user_id']['S'], safe='')}", "wallet"


def _attention(item: Item, left: _Left) -> float | None:
    owner = item["pk"]["S"].split("#")[1]
    return None if (f"payment#{owner}", "payment") in left else 0.0


_HELD: Mapping[str, Callable[[Item, _Left], float | None]] = {
    "payment": _payment,
    "subscription": _subscription,
    "order": _order,
    "wallet": _wallet,
    "key": _key,
    "attention": _attention,
}
