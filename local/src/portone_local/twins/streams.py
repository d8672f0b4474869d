"""The payments table's stream, of the table in memory or on a local AWS, in the form Lambda gives it."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portone_local.twins.clock import Clock
from portone_local.twins.dynamo import MemoryTable
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import Key

REGION = "ap-northeast-2"
STREAM_ARN = f"arn:aws:dynamodb:{REGION}:000000000000:table/payments/stream/2026-01-01T00:00:00.000"
START = "TRIM_HORIZON"


@dataclass(slots=True)
class MemoryStream:
    """What was written to a table in memory, in order; records come without the size Lambda adds."""

    table: MemoryTable
    clock: Clock
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def take(self, limit: int) -> list[dict[str, Any]]:
        """The next records, oldest first, each once."""
        written = self.table.take_written(limit)
        return [self._record(old, new, next(self._numbers)) for old, new in written]

    def _record(self, old: Item | None, new: Item | None, number: int) -> dict[str, Any]:
        images = {"NewImage": new, "OldImage": old}
        change = {
            "ApproximateCreationDateTime": int(self.clock.now()),
            "Keys": Key.of(new or old or {}).wire(),
            "SequenceNumber": f"{number:021d}",
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            **{name: image for name, image in images.items() if image},
        }
        name = "REMOVE" if new is None else "MODIFY" if old else "INSERT"
        return as_lambda_gives_it({"eventID": f"{number:032x}", "eventName": name, "dynamodb": change})


@dataclass(slots=True)
class AwsStream:
    """The stream of a table on a local AWS: one shard, read from its beginning."""

    client: Any
    table: str
    _iterator: str | None = None

    def take(self, limit: int) -> list[dict[str, Any]]:
        """The next records, oldest first, each once."""
        found = self.client.get_records(ShardIterator=self._iterator or self._first(), Limit=limit)
        self._iterator = found["NextShardIterator"]
        return [as_lambda_gives_it(record) for record in found["Records"]]

    def _first(self) -> str:
        [stream] = self.client.list_streams(TableName=self.table)["Streams"]
        arn = stream["StreamArn"]
        [shard] = self.client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        found = self.client.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType=START
        )
        iterator: str = found["ShardIterator"]
        return iterator


def as_lambda_gives_it(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record of the streams API as a function sees it: times as numbers, with where it came from."""
    change = dict(record["dynamodb"])
    at = change["ApproximateCreationDateTime"]
    if isinstance(at, datetime):
        change["ApproximateCreationDateTime"] = int(at.timestamp())
    return {
        **record,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": change,
        "eventSourceARN": STREAM_ARN,
    }
