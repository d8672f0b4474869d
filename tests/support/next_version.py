"""A stand-in for the next release: it writes into our records what we do not know, at every depth.

Two versions alternate while a release is rolled out, and again when it is rolled back (rule 10.8).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from itertools import count
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from portone_payments.adapters.dynamo.codec import Attribute, Item
from portone_payments.adapters.dynamo.keys import Key
from portone_payments.adapters.dynamo.payment_items import KINDS
from portone_payments.adapters.dynamo.short_names import stored_as
from portone_payments.domain.records.audit import AuditDay
from portone_payments.domain.records.payments import Attention, Seen
from portone_payments.domain.records.subscriptions import Agreement, Ending
from portone_payments.domain.records.webhooks import Hint

HELD = "HELD_FOR_REVIEW"
"""A state of a refund or an invoice that this version has not heard of."""

SETTLED = frozenset({"SUCCEEDED", "FAILED"})
# replaced with each reading or payment, taken back, dropped by a bound: what was written into them may go
PASSING = (Seen, Hint, Attention, AuditDay, Agreement, Ending)


@dataclass(frozen=True, slots=True)
class Mark:
    """What was written: into which item, into what kind of record, of which id where it is one of many."""

    key: Key
    kind: str
    ident: str | None
    text: str


@dataclass(slots=True)
class NextVersion:
    """Writes through `table` as the next release would, and remembers what."""

    table: Any
    marks: list[Mark] = field(default_factory=list)
    held: dict[tuple[Key, str, str], Attribute | None] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def write(self, item: Item) -> None:
        """A new field in the record and in each record inside it."""
        key = Key.of(item)
        kind = KINDS[item["sk"]["S"]]
        self._save(self._marked(kind, {"M": item}, key, None)["M"])

    def hold(self, item: Item, within: str, ident: str) -> None:
        """A state of its own for one of the records in the mapping `within`."""
        inner = dict(item[within]["M"][ident]["M"])
        self.held[Key.of(item), within, ident] = inner.get("state")
        self._save(_with_state(item, within, ident, {"S": HELD}))

    def let_go(self) -> None:
        """The next release continues with its record unchanged."""
        for (key, within, ident), before in self.held.items():
            item = self.table.get(key)
            record = item[within]["M"].get(ident) if item and within in item else None
            if record is not None and record["M"].get("state") == {"S": HELD}:
                self._save(_with_state(item, within, ident, before))
        self.held.clear()

    def lost(self) -> list[str]:
        """What this version dropped of what the next one had written, in sentences."""
        texts: dict[str, str] = {}
        for item in self.table.dump():
            texts[item["pk"]["S"]] = texts.get(item["pk"]["S"], "") + repr(item)
        gone = (mark for mark in self.marks if mark.text not in texts.get(mark.key.pk, ""))
        return [
            f"{mark.key.pk}: what the next version wrote into a {mark.kind} is gone"
            for mark in gone
            if mark.ident is None or repr(mark.ident) in texts.get(mark.key.pk, "")
        ]

    def _save(self, item: Item) -> None:
        version = {"N": str(int(item["version"]["N"]) + 1)}
        self.table.append(item | {"version": version, "token": {"S": f"next-{next(self._numbers)}"}})

    def _marked(self, hint: Any, attribute: Attribute, key: Key, ident: str | None) -> Attribute:
        origin = get_origin(hint)
        if origin is UnionType:
            inner = [each for each in get_args(hint) if each is not NoneType]
            whole = len(inner) == 1 and "NULL" not in attribute
            return self._marked(inner[0], attribute, key, ident) if whole else attribute
        if origin is tuple:
            [kind, *_] = get_args(hint)
            return {"L": [self._marked(kind, each, key, None) for each in attribute["L"]]}
        if origin is Mapping:
            kind = get_args(hint)[1]
            return {"M": {name: self._marked(kind, each, key, name) for name, each in attribute["M"].items()}}
        if not is_dataclass(hint) or hint in PASSING:
            return attribute
        return self._record(hint, attribute["M"], key, ident)

    def _record(self, kind: Any, item: Item, key: Key, ident: str | None) -> Attribute:
        number = next(self._numbers)
        text = f"next-mark-{number}-"
        self.marks.append(Mark(key, kind.__name__, ident, text))
        known = {stored_as(kind, each.name): each.type for each in fields(kind)}
        marked = {
            name: self._marked(known[name], attribute, key, ident) if name in known else attribute
            for name, attribute in item.items()
        }
        return {"M": marked | {f"next_field_{number}": {"S": text}}}


def open_refunds_of(item: Item) -> list[str]:
    """The ids of the refunds in a payment's item that are not settled."""
    refunds = item.get("refunds", {"M": {}})["M"]
    return [name for name, each in refunds.items() if each["M"].get("state", {"S": ""})["S"] not in SETTLED]


def _with_state(item: Item, within: str, ident: str, state: Attribute | None) -> Item:
    record = {name: value for name, value in item[within]["M"][ident]["M"].items() if name != "state"}
    record |= {} if state is None else {"state": state}
    return item | {within: {"M": item[within]["M"] | {ident: {"M": record}}}}
