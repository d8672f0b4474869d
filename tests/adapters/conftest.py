"""The stores under test: in memory, on moto (never for races) and on MiniStack."""

from collections.abc import Iterator
from itertools import count

import boto3
import pytest
from moto import mock_aws

from portone_local.stack.ministack import FAKE_CREDENTIALS, REGION, MiniStack
from portone_local.template.tables import create_payments_table
from portone_local.twins.ids import SeededIds
from portone_local.twins.tables import MemoryStore
from portone_payments.adapters.dynamo.payments import DynamoStore, TableStore
from portone_payments.adapters.ids import RandomIds

NUMBERS = count()


@pytest.fixture
def memory_store() -> MemoryStore:
    return MemoryStore(SeededIds())


@pytest.fixture
def moto_store() -> Iterator[DynamoStore]:
    with mock_aws():
        client = boto3.client("dynamodb", region_name=REGION, **FAKE_CREDENTIALS)
        create_payments_table(client, "payments")
        yield DynamoStore(client, "payments", SeededIds())


@pytest.fixture
def table_name(ministack: MiniStack) -> str:
    """A payments table of its own on MiniStack."""
    name = f"store-{next(NUMBERS)}"
    create_payments_table(ministack.shared("dynamodb"), name)
    return name


@pytest.fixture
def ministack_store(ministack: MiniStack, table_name: str) -> DynamoStore:
    return DynamoStore(ministack.client("dynamodb", max_pool_connections=32), table_name, RandomIds())


@pytest.fixture(params=["memory", "moto", pytest.param("ministack", marks=pytest.mark.ministack)])
def store(request: pytest.FixtureRequest) -> TableStore:
    found: TableStore = request.getfixturevalue(f"{request.param}_store")
    return found


@pytest.fixture(params=["memory", pytest.param("ministack", marks=pytest.mark.ministack)])
def atomic_store(request: pytest.FixtureRequest) -> TableStore:
    found: TableStore = request.getfixturevalue(f"{request.param}_store")
    return found
