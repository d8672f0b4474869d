"""The tables as `template.yaml` defines them, created on a local AWS."""

from typing import Any

from portone_local.template.cloudformation import transformed

LOCAL = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode", "StreamSpecification")


def payments_table() -> dict[str, Any]:
    """What CreateTable needs of the template's table; encryption, backups and TTL have no local meaning."""
    properties = transformed()["Resources"]["PaymentsTable"]["Properties"]
    table = {name: properties[name] for name in LOCAL}
    table["StreamSpecification"] = {"StreamEnabled": True, **table["StreamSpecification"]}
    return table


def create_identity_table(client: Any, name: str) -> None:
    """Create the identity table under `name`."""
    _create(client, "IdentityTable", name)


def create_erasures_table(client: Any, name: str) -> None:
    """Create the table of erasures under `name`."""
    _create(client, "ErasuresTable", name)


def _create(client: Any, logical_id: str, name: str) -> None:
    properties = transformed()["Resources"][logical_id]["Properties"]
    client.create_table(TableName=name, **{each: properties[each] for each in LOCAL if each in properties})


def create_payments_table(client: Any, name: str) -> None:
    """Create the payments table under `name`."""
    client.create_table(TableName=name, **payments_table())
