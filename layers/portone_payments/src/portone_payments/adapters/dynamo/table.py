"""DynamoDB calls on items: conditions, transactions, indexes. No Scan and no FilterExpression, anywhere."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from portone_payments.adapters.aws.clients import answered, code_of, failures
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import Index, Key
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.ports.store import Conflict

REFUSED = "ConditionalCheckFailed"
TOUCHED = frozenset({REFUSED, "TransactionConflict"})
UNDER_WAY = frozenset({"TransactionConflictException", "TransactionInProgressException"})
UNPROCESSED_ROUNDS = 4
BACKOFF = 0.05  # seconds at most before the first repetition, twice as many before each further one

type Jitter = Callable[[float], float]


class Refused(Exception):
    """A condition failed; `stored` is the item that was there, None where there was none or it passed."""

    def __init__(self, stored: Sequence[Item | None]) -> None:
        super().__init__()
        self.stored = stored


class Unprocessed(Exception):
    """DynamoDB left some items unprocessed after every repetition; `found` are the others."""

    def __init__(self, found: list[Item], left: Sequence[Key]) -> None:
        super().__init__()
        self.found = found
        self.left = left


class DynamoTable:
    """One DynamoDB table; `jitter` draws how long to `pause` before unprocessed items are read again."""

    def __init__(
        self, client: Any, name: str, jitter: Jitter, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._name = name
        self._jitter = jitter
        self._pause = pause

    def get(self, wanted: Key) -> Item | None:
        """An item, strongly consistent."""
        with answered("dynamodb"):
            found = self._client.get_item(TableName=self._name, Key=wanted.wire(), ConsistentRead=True)
        item: Item | None = found.get("Item")
        return item

    def get_many(self, wanted: Sequence[Key]) -> list[Item]:
        """At most a hundred items; those DynamoDB leaves unprocessed are read again, a few times.

        Raises `Unprocessed` with what was read.
        """
        keys: Any = [each.wire() for each in wanted]
        items: list[Item] = []
        for number in range(UNPROCESSED_ROUNDS):
            if not keys:
                return items
            if number:
                self._pause(self._jitter(BACKOFF * 2 ** (number - 1)))
            with answered("dynamodb"):
                found = self._client.batch_get_item(
                    RequestItems={self._name: {"Keys": keys, "ConsistentRead": True}}
                )
            items += found["Responses"].get(self._name, [])
            keys = found.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys")
        if keys:
            raise Unprocessed(items, [Key.of(each) for each in keys])
        return items

    def put(self, items: Sequence[Item], *, token: str) -> None:
        """All or none, each with a version IF the stored one is one less. Raises `Refused`, `Conflict`."""
        puts = [self._conditional_put(item) for item in items]
        with _refusals():
            if len(puts) == 1:
                self._client.put_item(**puts[0])
            else:
                self._client.transact_write_items(
                    TransactItems=[{"Put": each} for each in puts], ClientRequestToken=token
                )

    def swap(self, items: Sequence[Item], gone: Mapping[Key, int | None], *, token: str) -> None:
        """The same, and delete the items of `gone`, each IF its version is the given one; None: any."""
        puts = [{"Put": self._conditional_put(item)} for item in items]
        drops = [{"Delete": self._conditional_delete(each, read)} for each, read in gone.items()]
        with _refusals():
            self._client.transact_write_items(TransactItems=[*puts, *drops], ClientRequestToken=token)

    def append(self, item: Item) -> None:
        """Write one item, overwriting any."""
        with answered("dynamodb"):
            self._client.put_item(TableName=self._name, Item=item)

    def push(self, wanted: Key, *, seen: int, until: int, tries: int | None = None) -> int | None:
        """Move `due_at` from `seen` to `until` and count the lease; None where another writer was first.

        Where it is at `until` already, our own earlier attempt moved it and its answer was lost.
        """
        values = {":until": {"N": str(until)}, ":seen": {"N": str(seen)}}
        counted = ":tries" if tries is not None else "if_not_exists(tries, :none) + :one"
        values |= (
            {":none": {"N": "0"}, ":one": {"N": "1"}} if tries is None else {":tries": {"N": str(tries)}}
        )
        try:
            with _refusals():
                answer = self._client.update_item(
                    TableName=self._name,
                    Key=wanted.wire(),
                    UpdateExpression=f"SET due_at = :until, tries = {counted}",
                    ConditionExpression="attribute_exists(pk) AND due_at = :seen",
                    ExpressionAttributeValues=values,
                    ReturnValues="UPDATED_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except Refused as refused:
            [stored] = refused.stored
            ours = stored is not None and stored.get("due_at") == {"N": str(until)}
            return int(stored["tries"]["N"]) if ours and stored and "tries" in stored else None
        except Conflict:
            return None
        return int(answer["Attributes"]["tries"]["N"])

    def held(self, partition: str, *, limit: int, after: Key | None = None) -> list[Key]:
        """Keys of the items of one partition in their order, strongly consistent, at most `limit`."""
        with answered("dynamodb"):
            found = self._client.query(
                TableName=self._name,
                KeyConditionExpression="pk = :partition",
                ExpressionAttributeValues={":partition": {"S": partition}},
                ProjectionExpression="pk, sk",
                ConsistentRead=True,
                Limit=limit,
                **({"ExclusiveStartKey": after.wire()} if after else {}),
            )
        return [Key.of(item) for item in found["Items"]]

    def beside(self, partition: str, *, prefix: str, limit: int, before: Key | None = None) -> list[Item]:
        """Items of a partition whose sort key has a prefix, last first, at most `limit`, below `before`."""
        with answered("dynamodb"):
            found = self._client.query(
                TableName=self._name,
                KeyConditionExpression="pk = :partition AND begins_with(sk, :prefix)",
                ExpressionAttributeValues={":partition": {"S": partition}, ":prefix": {"S": prefix}},
                ConsistentRead=True,
                ScanIndexForward=False,
                Limit=limit,
                **({"ExclusiveStartKey": before.wire()} if before else {}),
            )
        items: list[Item] = found["Items"]
        return items

    def query(
        self,
        index: Index,
        partition: str,
        *,
        limit: int,
        newest_first: bool = False,
        since: float | None = None,
        upto: float | None = None,
        start: Item | None = None,
    ) -> list[Item]:
        """Keys from an index in its order, at most `limit`, after `start`, from `since` to `upto`."""
        values: Item = {":partition": {"S": partition}}
        names = {"#partition": index.partition}
        condition = "#partition = :partition"
        if upto is not None:
            values[":upto"] = {"N": repr(upto)}
            names["#sort"] = index.sort
            condition += " AND #sort <= :upto" if since is None else " AND #sort BETWEEN :since AND :upto"
        if since is not None:
            values[":since"] = {"N": repr(since)}
        with answered("dynamodb"):
            found = self._client.query(
                TableName=self._name,
                IndexName=index.name,
                KeyConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                ScanIndexForward=not newest_first,
                Limit=limit,
                **({"ExclusiveStartKey": start} if start else {}),
            )
        items: list[Item] = found["Items"]
        return items

    def _conditional_put(self, item: Item) -> dict[str, Any]:
        if "version" not in item:
            return {"TableName": self._name, "Item": item}
        read = int(item["version"]["N"]) - 1
        put = {"TableName": self._name, "Item": item}
        if read:
            return put | _if_version(read)
        condition = "attribute_not_exists(pk)"
        return put | {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}

    def _conditional_delete(self, gone: Key, read: int | None) -> dict[str, Any]:
        condition = {} if read is None else _if_version(read)
        return {"TableName": self._name, "Key": gone.wire()} | condition


def _if_version(read: int) -> dict[str, Any]:
    return {
        "ConditionExpression": "#version = :read",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":read": {"N": str(read)}},
    }


@contextmanager
def _refusals() -> Iterator[None]:
    """A lost race becomes `Refused` or `Conflict`, every other failure `StorageUnavailable`."""
    try:
        yield
    except failures() as error:
        raise _refusal(error) from None


def _refusal(error: Any) -> Exception:
    code = code_of(error)
    if code == "ConditionalCheckFailedException":
        return Refused([error.response.get("Item")])
    if code in UNDER_WAY:
        return Conflict()
    reasons = error.response.get("CancellationReasons", []) if code == "TransactionCanceledException" else []
    codes = {reason["Code"] for reason in reasons}
    if REFUSED in codes:
        return Refused([reason.get("Item") for reason in reasons])
    if codes & TOUCHED:
        return Conflict()
    return StorageUnavailable(service="dynamodb", reason=code)


def all_of(read: Callable[[Sequence[Key]], list[Item]], wanted: Sequence[Key]) -> list[Item]:
    """The items of `get_many` where none may be missing. Raises `StorageUnavailable`."""
    try:
        return read(wanted)
    except Unprocessed:
        raise StorageUnavailable(service="dynamodb", reason="unprocessed") from None
