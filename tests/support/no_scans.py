"""A DynamoDB client that cannot scan: what reads a whole table, or pays for what it filters out, stops."""

from typing import Any

FORBIDDEN = frozenset({"Scan", "ExecuteStatement", "ExecuteTransaction", "BatchExecuteStatement"})
FILTERS = frozenset({"FilterExpression", "QueryFilter", "ScanFilter"})


class Scanned(BaseException):
    """A flow scans or filters; nothing may catch this."""


def forbid_scans(client: Any) -> None:
    """From now on a scan, a filter or a PartiQL statement of this boto3 client raises `Scanned`."""
    client.meta.events.register("provide-client-params.dynamodb.*", _refuse)


def _refuse(params: Any, model: Any, **_: Any) -> None:
    if model.name in FORBIDDEN or FILTERS & set(params):
        raise Scanned(model.name)
