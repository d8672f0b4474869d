"""The payments table as `template.yaml` defines it, created on a local AWS."""

from typing import Any

from portone_local.template import transformed

LOCAL = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")


def payments_table() -> dict[str, Any]:
    """What CreateTable needs of the template's table; encryption, backups and TTL have no local meaning."""
    properties = transformed()["Resources"]["PaymentsTable"]["Properties"]
    return {name: properties[name] for name in LOCAL}


def create_payments_table(client: Any, name: str) -> None:
    """Create the payments table under `name`."""
    client.create_table(TableName=name, **payments_table())
