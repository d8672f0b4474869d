"""What DynamoDB takes of the calls themselves: limits of transactions, batches and queries, conditions.

By its Developer Guide ("Quotas", "Constraints") and its API reference.
"""

import itertools
from collections.abc import Sequence
from functools import lru_cache

from portone_local.twins.attribute_rules import Invalid, check_key, check_start, number
from portone_payments.adapters.dynamo.codec import Attribute, Item, item_size
from portone_payments.adapters.dynamo.keys import Index, Key

ITEM_BYTES = 400 * 1024
TRANSACTION_BYTES = 4 * 1024 * 1024
TRANSACTION_ITEMS = 100
BATCH_ITEMS = 100
QUERY_BYTES = 1024 * 1024
TOKEN_LETTERS = 36
TTL_REACH = 5 * 365 * 24 * 3600


def check_batch(wanted: Sequence[Key]) -> None:
    """Raises `Invalid` for too many keys, or one of them twice."""
    if len(wanted) > BATCH_ITEMS or len(set(wanted)) < len(wanted):
        raise Invalid(f"a batch is of at most {BATCH_ITEMS} keys, each once")


def check_token(token: str) -> None:
    """Raises `Invalid` for what is no ClientRequestToken."""
    if not 0 < len(token) <= TOKEN_LETTERS:
        raise Invalid(f"a ClientRequestToken has one to {TOKEN_LETTERS} letters")


def check_query(
    index: Index,
    partition: str,
    limit: int,
    between: tuple[float | None, float | None],
    start: Item | None,
) -> None:
    """Raises `Invalid` for a query DynamoDB refuses."""
    since, upto = between
    check_key(partition, "-")
    if limit < 1:
        raise Invalid("a Limit below 1")
    _check_bounds(index.sort_type, since, upto)
    if start:
        check_start(index, partition, start)
        at = float(start[index.sort]["N"]) if index.sort_type == "N" else 0.0
        if (since is not None and at < since) or (upto is not None and at > upto):
            raise Invalid("the starting key is outside the query")


@lru_cache(maxsize=256)
def _check_bounds(sort_type: str, since: float | None, upto: float | None) -> None:
    """A sweep queries every shard with the same ones."""
    bounds = [_bound(each) for each in (since, upto) if each is not None]
    if since is not None and upto is None:
        raise Invalid("a value that is used in no expression")
    if bounds != sorted(bounds) or (bounds and sort_type != "N"):
        raise Invalid("the lower bound is above the upper one, or of another type than the index")


def _bound(each: float) -> float:
    return float(number(repr(each)))


def pushed_before(item: Item | None, until: Attribute) -> int | None:
    """The attempts where it stands at `until` already: our own earlier call did that."""
    ours = item is not None and item.get("due_at") == until
    return int(item["tries"]["N"]) if ours and item and "tries" in item else None


def counted(item: Item) -> int:
    """The attempts of an item. Raises `Invalid` where they are no number."""
    tries = item.get("tries", {"N": "0"})
    if "N" not in tries:
        raise Invalid("tries is no number")
    return int(tries["N"])


def page(found: list[Item]) -> list[Item]:
    """As much as one answer holds: a megabyte."""
    sizes = itertools.accumulate(map(item_size, found))
    return [item for item, upto_here in zip(found, sizes, strict=True) if upto_here <= QUERY_BYTES]


def refuses(old: Item | None, new: Item) -> bool:
    """Whether the condition of a put with a version does not hold."""
    if "version" not in new:
        return False
    read = int(new["version"].get("N", "0")) - 1
    return other_version(old, read) if read else old is not None


def expired(item: Item, now: float) -> bool:
    """Whether DynamoDB deletes an item by itself; what has been over for five years it lets alone."""
    return "ttl" in item and 0 < now - float(item["ttl"].get("N", now)) < TTL_REACH


def other_version(old: Item | None, read: int | None) -> bool:
    """Whether what is stored is not the version that was read; without one read, nothing is checked."""
    return read is not None and (old is None or old.get("version") != {"N": str(read)})


def check_puts(places: Sequence[Key], sizes: Sequence[int]) -> None:
    """Raises `Invalid` for what DynamoDB does not take: too large, too many, none, one item twice."""
    twice = len(set(places)) < len(places)
    too_many = not 0 < len(places) <= TRANSACTION_ITEMS or sum(sizes) > TRANSACTION_BYTES
    if twice or too_many or max(sizes) > ITEM_BYTES:
        raise Invalid("an item is too large or there twice, or there are too many or none")
