"""What the store makes of a DynamoDB that refuses, loses answers, or gets a call twice."""

from typing import Any

import pytest

from portone_local.stack.ministack import MiniStack
from portone_payments.adapters.dynamo.payments import DynamoStore
from portone_payments.adapters.ids import RandomIds
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.ports.store import Conflict, Due, Kind
from tests.support.aws import lose_answer, refuse, resend
from tests.support.records import a_payment, an_order

DUE = Due(kind=Kind.PAYMENT, id="payment1", due_at=10)

READS: dict[str, Any] = {
    "GetItem": lambda store: store.payment("payment1"),
    "Query": lambda store: store.due(Kind.PAYMENT, 0, before=10, limit=1),
    "BatchGetItem": lambda store: store.mine("user-1", cursor=None, limit=1),
    "UpdateItem": lambda store: store.lease(DUE, until=190),
}


@pytest.fixture
def client(ministack: MiniStack) -> Any:
    return ministack.client("dynamodb", retries={"mode": "standard", "total_max_attempts": 1})


@pytest.fixture
def dynamo(client: Any, table_name: str) -> DynamoStore:
    return DynamoStore(client, table_name, RandomIds())


def cancelled(*codes: str, item: Any = None) -> dict[str, Any]:
    reasons = [{"Code": code, "Message": "m"} | ({"Item": item} if item else {}) for code in codes]
    return {"CancellationReasons": reasons}


@pytest.mark.parametrize("records", [(a_payment(),), (an_order(), a_payment())], ids=["one", "several"])
@pytest.mark.ministack
def test_the_sdks_resend_of_a_committed_save_does_not_lose_to_itself(
    client: Any, dynamo: DynamoStore, records: Any
) -> None:
    resend(client, "PutItem")
    resend(client, "TransactWriteItems")

    dynamo.save(*records)

    assert dynamo.payment("payment1") == a_payment(version=1)


@pytest.mark.ministack
def test_a_transaction_refused_by_our_own_token_had_committed(client: Any, table_name: str) -> None:
    ids = FixedToken()
    refuse(
        client,
        "TransactWriteItems",
        "TransactionCanceledException",
        **cancelled("ConditionalCheckFailed", "None", item={"token": {"S": ids.token()}}),
    )

    assert DynamoStore(client, table_name, ids).save(an_order(), a_payment()) is None  # type: ignore[func-returns-value]


class FixedToken(RandomIds):
    """Ids whose tokens are known."""

    def token(self) -> str:
        return "our-own-owner-token"


@pytest.mark.ministack
@pytest.mark.parametrize(
    ("code", "reasons"),
    [
        ("TransactionCanceledException", cancelled("None", "TransactionConflict")),
        ("TransactionCanceledException", cancelled("ConditionalCheckFailed", "ThrottlingError")),
        ("TransactionCanceledException", cancelled("ConditionalCheckFailed", item={"token": {"S": "x"}})),
        ("TransactionInProgressException", {}),
    ],
)
def test_a_transaction_that_met_another_is_a_conflict(
    client: Any, dynamo: DynamoStore, code: str, reasons: Any
) -> None:
    refuse(client, "TransactWriteItems", code, **reasons)

    with pytest.raises(Conflict):
        dynamo.save(an_order(), a_payment())


@pytest.mark.ministack
@pytest.mark.parametrize(
    ("code", "reasons"),
    [
        ("TransactionCanceledException", cancelled("None", "ThrottlingError")),
        ("TransactionCanceledException", cancelled("ValidationError", "None")),
        ("ThrottlingException", {}),
        ("IdempotentParameterMismatchException", {}),
    ],
)
def test_a_transaction_dynamodb_would_not_do_is_storage_unavailable(
    client: Any, dynamo: DynamoStore, code: str, reasons: Any
) -> None:
    refuse(client, "TransactWriteItems", code, **reasons)

    with pytest.raises(StorageUnavailable):
        dynamo.save(an_order(), a_payment())


@pytest.mark.ministack
def test_a_save_that_met_a_transaction_is_a_conflict(client: Any, dynamo: DynamoStore) -> None:
    refuse(client, "PutItem", "TransactionConflictException")

    with pytest.raises(Conflict):
        dynamo.save(a_payment())


@pytest.mark.ministack
def test_a_lease_that_met_a_transaction_fails(client: Any, dynamo: DynamoStore) -> None:
    refuse(client, "UpdateItem", "TransactionConflictException")

    assert dynamo.lease(DUE, until=190) is None


@pytest.mark.ministack
def test_a_save_whose_answer_is_lost_is_storage_unavailable_although_stored(
    client: Any, dynamo: DynamoStore
) -> None:
    lose_answer(client, "PutItem")

    with pytest.raises(StorageUnavailable):
        dynamo.save(a_payment())

    assert dynamo.payment("payment1") == a_payment(version=1)


@pytest.mark.ministack
@pytest.mark.parametrize("operation", READS)
def test_a_refused_call_is_storage_unavailable_and_reveals_no_text(
    client: Any, dynamo: DynamoStore, operation: str
) -> None:
    dynamo.save(a_payment())
    refuse(client, operation, "ProvisionedThroughputExceededException")

    with pytest.raises(StorageUnavailable) as raised:
        READS[operation](dynamo)

    assert raised.value.data == {"service": "dynamodb", "reason": "ProvisionedThroughputExceededException"}
    assert raised.value.__cause__ is None
