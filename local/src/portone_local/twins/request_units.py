"""DynamoDB request units from item sizes, and the log of calls they are summed over.

On-demand prices: a strongly consistent read is 1 unit per 4 kB, an eventually consistent one half; a write is
1 unit per kB of the larger of old and new item, twice that in a transaction, plus 1 per index entry written.
MiniStack counts writes like this but charges every read alike, so reads are only ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Any

from portone_payments.adapters.dynamo.codec import Item, item_size
from portone_payments.adapters.dynamo.keys import INDEXES, Key

READ_BYTES = 4096
WRITE_BYTES = 1024


def read_units(sizes: Iterable[int], *, consistent: bool) -> float:
    """Units of one read of items of these sizes in bytes; nothing found costs as much as one small item."""
    return max(1, ceil(sum(sizes) / READ_BYTES)) * (1 if consistent else 0.5)


def write_units(
    old: Item | None, new: Item | None, *, transaction: bool = False, size: int | None = None
) -> float:
    """Units of writing `new` over `old`, index entries included; `size` of the larger, where known."""
    size = max(item_size(old or {}), item_size(new or {})) if size is None else size
    return max(1, ceil(size / WRITE_BYTES)) * (2 if transaction else 1) + index_writes(old, new)


def index_writes(old: Item | None, new: Item | None) -> int:
    """Index entries deleted and inserted; an entry whose keys stay costs nothing."""
    entries = [(_entry(index, old), _entry(index, new)) for index in INDEXES]
    return sum((before is not None) + (after is not None) for before, after in entries if before != after)


def _entry(index: Any, item: Item | None) -> tuple[Any, Any] | None:
    if not item or index.partition not in item or index.sort not in item:
        return None
    sort = item[index.sort]
    # DynamoDB gives numbers back in a spelling of its own
    return item[index.partition], float(sort["N"]) if "N" in sort else sort


@dataclass(frozen=True, slots=True)
class Call:
    """One call and the units it took."""

    operation: str
    reads: float = 0
    writes: float = 0


class CallLog:
    """Calls of DynamoDB in order: reported by the table in memory, or heard from boto3 clients.

    A listener learns an item's old size from having seen the item; one it never saw counts as absent.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._seen: dict[Key, Item] = {}

    @property
    def reads(self) -> float:
        """Read request units so far."""
        return sum(call.reads for call in self.calls)

    @property
    def writes(self) -> float:
        """Write request units so far."""
        return sum(call.writes for call in self.calls)

    def add(self, operation: str, *, reads: float = 0, writes: float = 0) -> None:
        """Log one call."""
        self.calls.append(Call(operation, reads, writes))

    def forget(self) -> None:
        """Begin anew: a log that runs for long keeps neither calls nor items."""
        self.calls.clear()
        self._seen.clear()

    def listen(self, client: Any) -> None:
        """Log every call of a boto3 DynamoDB client that got an answer, refusals too."""
        client.meta.events.register("provide-client-params.dynamodb.*", _keep_params)
        client.meta.events.register("after-call.dynamodb.*", self._answered)

    def _answered(self, model: Any, parsed: Any, context: Any, **_: Any) -> None:
        params = context.get("units_params", {})
        refused = "Error" in parsed
        match model.name:
            case "GetItem":
                self._read_each(model.name, [parsed.get("Item")], params)
            case "BatchGetItem" if not refused:
                ((table, request),) = params["RequestItems"].items()
                self._read_each(model.name, parsed["Responses"][table], request)
            case "Query" | "Scan":
                sizes = map(item_size, parsed.get("Items", []))
                consistent = params.get("ConsistentRead", False)
                self.add(model.name, reads=read_units(sizes, consistent=consistent))
            case "PutItem":
                self.add(model.name, writes=self._put(params["Item"], refused=refused))
            case "UpdateItem":
                self.add(model.name, writes=self._update(params, parsed))
            case "TransactWriteItems":
                self.add(model.name, writes=self._transact(params["TransactItems"], refused=refused))
            case _:
                self.add(model.name)

    def _read_each(self, operation: str, items: list[Item | None], request: Any) -> None:
        consistent = request.get("ConsistentRead", False)
        for item in filter(None, items):
            self._seen[Key.of(item)] = item
        units = (read_units([item_size(item or {})], consistent=consistent) for item in items)
        self.add(operation, reads=sum(units))

    def _put(self, item: Item, *, refused: bool, transaction: bool = False) -> float:
        old = self._seen.get(Key.of(item))
        if refused:
            return write_units(old, old, transaction=transaction)
        self._seen[Key.of(item)] = item
        return write_units(old, item, transaction=transaction)

    def _transact(self, written: Any, *, refused: bool) -> float:
        puts = [each["Put"]["Item"] for each in written if "Put" in each]
        gone = [Key.of(each["Delete"]["Key"]) for each in written if "Delete" in each]
        writes = sum(self._put(item, refused=refused, transaction=True) for item in puts)
        return writes + sum(self._drop(each, refused=refused) for each in gone)

    def _drop(self, gone: Key, *, refused: bool) -> float:
        old = self._seen.get(gone) if refused else self._seen.pop(gone, None)
        return write_units(old, old if refused else None, transaction=True)

    def _update(self, params: Any, parsed: Any) -> float:
        where = Key.of(params["Key"])
        old = self._seen.get(where)
        if old is None:
            return 1 if "Error" in parsed else 3  # a lease moves its entry in the due index
        new = old | parsed.get("Attributes", {})
        self._seen[where] = new
        return write_units(old, new)


def _keep_params(params: Any, context: Any, **_: Any) -> None:
    context["units_params"] = params
