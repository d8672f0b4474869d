"""The table in memory refuses what DynamoDB refuses and keeps what it keeps: a row a call, by its documents.

The same rows on MiniStack, but for those where MiniStack itself is laxer (`LAX`).
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

import pytest

from portone_local.stack.ministack import MiniStack
from portone_local.template.tables import create_payments_table
from portone_local.twins.dynamo import MemoryTable
from portone_local.twins.table_rules import ITEM_BYTES, QUERY_BYTES
from portone_payments.adapters.dynamo.codec import Attribute, Item, item_size
from portone_payments.adapters.dynamo.keys import DUE, MINE, Key
from portone_payments.adapters.dynamo.reads import Table
from portone_payments.adapters.dynamo.table import DynamoTable, Refused
from portone_payments.domain.errors.common import StorageUnavailable

KEY = Key("payment#1", "payment")
REFUSED, LOST, ODD = "refused", "condition", "odd"
TOKEN = "t"
TABLES = count()
type Call = Callable[[Table], Any]


def item(number: int = 1, **attributes: Attribute) -> Item:
    return {**Key(f"payment#{number}", "payment").wire(), "version": {"N": "1"}, **attributes}


def putting(**attributes: Any) -> Call:
    """Put one item with these attributes; what is there afterwards of them."""

    def call(table: Table) -> Any:
        table.put([{**item(), **attributes}], token="t")
        found = table.get(KEY) or {}
        return {name: found[name] for name in attributes}

    return call


def value(attribute: Any) -> Call:
    return putting(held=attribute)


def nested(levels: int) -> Attribute:
    inner: Attribute = {"S": "x"}
    for _ in range(levels - 1):
        inner = {"L": [inner]}
    return inner


def of_size(size: int, number: int = 1) -> Item:
    """An item of exactly so many bytes."""
    small = item(number, held={"S": ""})
    return {**small, "held": {"S": "x" * (size - item_size(small))}}


def writing(*items: Item, token: str = TOKEN) -> Call:
    def call(table: Table) -> Any:
        table.put(items, token=token)
        return len(items)

    return call


def swapping(*items: Item, token: str = TOKEN, **gone: int | None) -> Call:
    """Put these items and delete those of these numbers, of the versions they had or any; what is left."""

    def call(table: Table) -> Any:
        table.swap(
            items, {Key(f"payment#{each[1:]}", "payment"): read for each, read in gone.items()}, token=token
        )
        return sorted(Key.of(each).pk[8:] for each in table.get_many(keys(9)))

    return call


def holding(partition: str, *, limit: int = 5, after: Key | None = None) -> Call:
    """The sort keys of a partition into which three items were written, beside another."""

    def call(table: Table) -> Any:
        for each in ("payment", "history#2", "history#1"):
            table.append(Key("payment#1", each).wire())
        table.append(Key("payment#10", "payment").wire())
        return [each.sk for each in table.held(partition, limit=limit, after=after)]

    return call


def after(*calls: Call) -> Call:
    """What the last of several calls ends in; the others have to succeed."""

    def call(table: Table) -> Any:
        for each in calls[:-1]:
            each(table)
        return calls[-1](table)

    return call


def due(number: int = 1, at: str = "10", **more: Attribute) -> Item:
    return item(number, due_shard={"S": "payment#0"}, due_at={"N": at}, **more)


def start(at: str = "10", shard: str = "payment#0") -> Item:
    return KEY.wire() | {"due_shard": {"S": shard}, "due_at": {"N": at}}


def asking(index: Any = DUE, partition: str = "payment#0", limit: int = 5, **more: Any) -> Call:
    return lambda table: len(table.query(index, partition, limit=limit, **more))


def pushing(wanted: Key = KEY, seen: int = 10, until: int = 20, tries: int | None = None) -> Call:
    return lambda table: table.push(wanted, seen=seen, until=until, tries=tries)


def keys(number: int) -> list[Key]:
    return [Key(f"payment#{each}", "payment") for each in range(number)]


TWO = (item(1), item(2))
PUT_DUE = writing(due())

ROWS: dict[str, tuple[Call, Any]] = {
    # keys
    "an empty partition key": (putting(pk={"S": ""}), REFUSED),
    "an empty sort key": (putting(sk={"S": ""}), REFUSED),
    "a partition key of 2,049 bytes": (putting(pk={"S": "p" * 2_049}), REFUSED),
    "a sort key of 1,025 bytes": (putting(sk={"S": "s" * 1_025}), REFUSED),
    "a sort key of 1,024 bytes in letters of three": (writing(item() | {"sk": {"S": "한" * 341}}), 1),
    "a sort key of 1,026 bytes in letters of three": (writing(item() | {"sk": {"S": "한" * 342}}), REFUSED),
    "a key that is a number": (putting(pk={"N": "1"}), REFUSED),
    "an empty key of an index": (putting(due_shard={"S": ""}, due_at={"N": "1"}), REFUSED),
    "an empty sort key of an index": (putting(owner={"S": "u"}, mine_at={"S": ""}), REFUSED),
    "a sort key of an index that is a text": (putting(due_shard={"S": "a"}, due_at={"S": "1"}), REFUSED),
    "a partition of an index that is a number": (putting(due_shard={"N": "1"}, due_at={"N": "1"}), REFUSED),
    "half a key of an index": (putting(due_at={"N": "1"}), {"due_at": {"N": "1"}}),
    "reading an empty key": (lambda table: table.get(Key("", "payment")), REFUSED),
    "reading a key of 2,049 bytes": (lambda table: table.get(Key("p" * 2_049, "payment")), REFUSED),
    "pushing an empty key": (pushing(Key("payment#1", "")), REFUSED),
    # numbers
    **{
        f"the number {text!r}": (value({"N": text}), REFUSED)
        for text in ("", "one", " 1", "1 ", "1_000", "0x1")
    },
    **{
        f"the number {text!r}": (value({"N": text}), REFUSED)
        for text in ("NaN", "Infinity", "1e", "--1", "1E126")
    },
    **{
        f"the number {text!r}": (value({"N": text}), REFUSED)
        for text in ("1E-131", "1" * 39, "0." + "1" * 39)
    },
    **{
        f"the number {text!r} is {kept}": (value({"N": text}), {"held": {"N": kept}})
        for text, kept in {
            "007": "7",
            "1.50": "1.5",
            "1e3": "1000",
            "-0": "0",
            "0.0": "0",
            "+5": "5",
            ".5": "0.5",
            "1767323045.0": "1767323045",
            "1" * 38: "1" * 38,
            "1" + "0" * 45: "1" + "0" * 45,
        }.items()
    },
    # values
    "an empty text": (value({"S": ""}), {"held": {"S": ""}}),
    "an empty list": (value({"L": []}), {"held": {"L": []}}),
    "an empty map": (value({"M": {}}), {"held": {"M": {}}}),
    "an empty set of texts": (value({"SS": []}), REFUSED),
    "an empty set of numbers": (value({"NS": []}), REFUSED),
    "an empty set of binaries": (value({"BS": []}), REFUSED),
    "a set with a text twice": (value({"SS": ["a", "a"]}), REFUSED),
    "a set with a number twice in two spellings": (value({"NS": ["1", "1.0"]}), REFUSED),
    "a set with an empty text": (value({"SS": ["a", ""]}), REFUSED),
    "NULL that is false": (value({"NULL": False}), REFUSED),
    "a value of two types": (value({"S": "a", "N": "1"}), REFUSED),
    "a value of no type": (value({}), REFUSED),
    "a value of a type nobody knows": (value({"X": "a"}), REFUSED),
    "a number that is no text": (value({"N": 1}), REFUSED),
    "a number in a list": (value({"L": [{"N": "1.0"}]}), {"held": {"L": [{"N": "1"}]}}),
    "a bad number in a map": (value({"M": {"a": {"N": "x"}}}), REFUSED),
    "32 levels": (lambda table: len(value(nested(32))(table)), 1),
    "33 levels": (value(nested(33)), REFUSED),
    "an attribute without a name": (writing({**item(), "": {"S": "a"}}), REFUSED),
    # sizes, transactions
    "400 KB": (writing(of_size(ITEM_BYTES)), 1),
    "a byte more than 400 KB": (writing(of_size(ITEM_BYTES + 1)), REFUSED),
    "no items": (writing(), REFUSED),
    "a hundred items": (writing(*(item(each) for each in range(100))), 100),
    "a hundred and one items": (writing(*(item(each) for each in range(101))), REFUSED),
    "an item twice": (writing(item(), item()), REFUSED),
    "more than 4 MB": (writing(*(of_size(ITEM_BYTES - 10, each) for each in range(11))), REFUSED),
    "no token": (writing(*TWO, token=""), REFUSED),
    "a token of 37 letters": (writing(*TWO, token="t" * 37), REFUSED),
    "the same under its token again": (after(writing(*TWO), writing(*TWO)), 2),
    "something else under a token": (after(writing(*TWO), writing(item(3), item(4))), REFUSED),
    "the same under another token": (after(writing(*TWO), writing(*TWO, token="u")), LOST),
    # conditions
    "a first version over an item without any": (
        after(lambda table: table.append(KEY.wire()), writing(item())),
        LOST,
    ),
    "a second version over nothing": (writing(item(version={"N": "2"})), LOST),
    "a second version over the first in another spelling": (
        after(lambda table: table.append(item(version={"N": "1.0"})), writing(item(version={"N": "2"}))),
        1,
    ),
    # deletes
    "one put and one gone": (after(writing(item(1)), swapping(item(2), n1=1)), ["2"]),
    "one gone and nothing put": (after(writing(*TWO), swapping(token="u", n1=1)), ["2"]),
    "one gone that is another version by now": (after(writing(item(1)), swapping(item(2), n1=2)), LOST),
    "one gone that is not there": (swapping(item(2), n1=1), LOST),
    "one gone, whatever is there": (after(writing(item(1)), swapping(n1=None)), []),
    "one gone, and nothing was there": (swapping(n1=None), []),
    "many gone and one of another version": (
        after(writing(*TWO), swapping(token="u", n1=None, n2=2)),
        LOST,
    ),
    "an item put and gone": (after(writing(item(1)), swapping(item(1), n1=1)), REFUSED),
    "the same under its token again, one gone": (
        after(writing(item(1)), swapping(item(2), n1=1), swapping(item(2), n1=1)),
        ["2"],
    ),
    "a hundred put and one gone": (swapping(*(item(each) for each in range(1, 101)), n0=1), REFUSED),
    # what lies in one partition
    "a partition in its order": (holding("payment#1"), ["history#1", "history#2", "payment"]),
    "a partition behind one": (
        holding("payment#1", after=Key("payment#1", "history#1")),
        ["history#2", "payment"],
    ),
    "so many of a partition": (holding("payment#1", limit=2), ["history#1", "history#2"]),
    "an empty name of a partition": (holding(""), REFUSED),
    "a limit of 0 of a partition": (holding("payment#1", limit=0), REFUSED),
    "behind a key of another partition": (
        holding("payment#1", after=Key("payment#2", "payment")),
        REFUSED,
    ),
    # batches
    "no keys, for which nothing is asked": (lambda table: table.get_many([]), []),
    "a hundred keys": (lambda table: len(table.get_many(keys(100))), 0),
    "a hundred and one keys": (lambda table: table.get_many(keys(101)), REFUSED),
    "a key twice": (lambda table: table.get_many([KEY, KEY]), REFUSED),
    "an empty key among others": (lambda table: table.get_many([KEY, Key("", "payment")]), REFUSED),
    # queries
    "a limit of 0": (asking(limit=0), REFUSED),
    "a limit below 0": (asking(limit=-1), REFUSED),
    "an empty partition": (asking(partition=""), REFUSED),
    "a lower bound without an upper one": (asking(since=1.0), REFUSED),
    "bounds that cross": (asking(since=2.0, upto=1.0), REFUSED),
    "a bound that is no number": (asking(upto=float("nan")), REFUSED),
    "a bound without end": (asking(upto=float("inf")), REFUSED),
    "a number as the bound of texts": (asking(MINE, upto=1.0), REFUSED),
    "a start in another partition": (after(PUT_DUE, asking(start=start(shard="payment#1"))), REFUSED),
    "a start without its sort key": (asking(start=KEY.wire() | {"due_shard": {"S": "payment#0"}}), REFUSED),
    "a start beyond the bound": (after(PUT_DUE, asking(upto=5.0, start=start("10"))), REFUSED),
    "a start before the bound": (after(PUT_DUE, asking(since=5.0, upto=20.0, start=start("1"))), REFUSED),
    "a start within the bounds": (after(PUT_DUE, asking(since=1.0, upto=20.0, start=start("5"))), 1),
    # due marks
    "a due mark in another spelling": (after(writing(due(at="10.0")), pushing()), 1),
    "tries that are a text": (after(writing(due(tries={"S": "1"})), pushing()), REFUSED),
    "tries that are a text and are replaced": (after(writing(due(tries={"S": "1"})), pushing(tries=3)), 3),
}

LAX: dict[str, Any] = {
    "a set with an empty text": {"held": {"SS": ["a", ""]}},
    "an attribute without a name": 1,
    "tries that are a text": ODD,
}
"""Rows MiniStack answers otherwise, and how."""


class OnMiniStack(DynamoTable):
    """With tokens of its own: an account has them in common, over all its tables."""

    def put(self, items: Sequence[Item], *, token: str) -> None:
        super().put(items, token=token and f"{self._name}-{token}")

    def swap(self, items: Sequence[Item], gone: Mapping[Key, int | None], *, token: str) -> None:
        super().swap(items, gone, token=token and f"{self._name}-{token}")


def outcome(table: Table, call: Call) -> Any:
    try:
        return call(table)
    except StorageUnavailable:
        return REFUSED
    except Refused:
        return LOST
    except KeyError:  # an answer that DynamoDB never gives
        return ODD


@pytest.mark.parametrize("row", ROWS)
def test_the_table_in_memory_is_as_strict_as_dynamodb(row: str) -> None:
    call, wanted = ROWS[row]

    assert outcome(MemoryTable(), call) == wanted


@pytest.mark.ministack
def test_ministack_agrees_where_it_is_right(ministack: MiniStack) -> None:
    client = ministack.client("dynamodb")
    differing = {}
    for row, (call, wanted) in ROWS.items():
        name = f"rules-{next(TABLES)}"
        create_payments_table(client, name)
        table = OnMiniStack(client, name, lambda most: most, pause=lambda _: None)
        if (said := outcome(table, call)) != wanted:
            differing[row] = said

    assert differing == LAX


def test_a_page_of_an_index_holds_a_megabyte() -> None:
    table = MemoryTable()
    for each in range(700):
        table.append(due() | {"pk": {"S": f"payment#{each:02000d}"}})

    page = table.query(DUE, "payment#0", limit=1_000)

    assert 500 < len(page) < 700
    assert sum(map(item_size, page)) <= QUERY_BYTES


@pytest.mark.parametrize("bad", [{"held": {"N": "x"}}, {"held": {"S": "x" * ITEM_BYTES}}])
def test_a_transaction_with_one_bad_item_changes_nothing(bad: Item) -> None:
    table = MemoryTable()

    assert outcome(table, writing(item(1), item(2) | bad)) == REFUSED
    assert table.dump() == []


def test_a_text_that_is_no_unicode_is_refused() -> None:
    assert outcome(MemoryTable(), value({"S": "\ud800"})) == REFUSED


def test_an_unknown_index_is_refused() -> None:
    assert outcome(MemoryTable((DUE,)), asking(MINE)) == REFUSED
