"""Every filter PortOne documents for a list is accepted and finds what it names."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from portone_local.portone import (
    EXAMPLE_STORE,
    TEST_CHANNEL,
    BillingIssue,
    Channel,
    Checkout,
    FakePortOne,
    Optionals,
)
from portone_local.portone.api import Exchange
from portone_local.portone.contract import Contract
from portone_local.portone.identity.people import ADULT
from portone_local.portone.operations.matching import COMPANIES, company_of
from portone_local.portone.operations.payment_filter import CLIENTS, METHODS, TEXTS
from portone_local.twins.clock import MovableClock

type ClientOf = Callable[[FakePortOne], httpx.Client]

ORDER = Checkout(amount=1_000)
KCP = Channel(pg_provider="KCP_V2", pg_merchant_id="kcp-merchant", key="channel-key-kcp")
RECEIPT = {
    "channelKey": "channel-key-example-live",
    "type": "PERSONAL",
    "orderName": "Blue shoes",
    "currency": "KRW",
    "amount": {"total": 1_000},
    "customer": {"identityNumber": "01000000000"},
}
LISTS = {
    "/payments": "PaymentFilterInput",
    "/billing-keys": "BillingKeyFilterInput",
    "/payment-schedules": "PaymentScheduleFilterInput",
    "/identity-verifications": "IdentityVerificationFilterInput",
    "/cash-receipts": "CashReceiptFilterInput",
}
NAMES = {"/billing-keys": "billingKey", "/cash-receipts": "paymentId"}


@pytest.fixture
def shop(portone: FakePortOne, client: httpx.Client) -> FakePortOne:
    """A payment by each kind of method, one charged by a schedule, some with receipts."""
    for method in ("CARD", "TRANSFER", "GIFT_CERTIFICATE", "CONVENIENCE_STORE", "CRYPTO", "PAYPAL"):
        portone.buyer.pay(method.lower(), replace(ORDER, method=method))
    portone.buyer.decline("declined", replace(ORDER, channel=KCP, platform="PC", order_name="Red hat"))
    for payment_id in ("card", "transfer"):
        client.post("/cash-receipts", json={**RECEIPT, "paymentId": payment_id}).raise_for_status()
    client.post("/payments/card/cash-receipt/cancel").raise_for_status()
    portone.console.cancel("crypto", reason="too slow")
    return portone


def listed(client: httpx.Client, path: str = "/payments", **wanted: Any) -> list[str]:
    """The ids of what a filter finds."""
    body = {"filter": wanted, "page": {"size": 100}}
    answer = client.get(path, params={"requestBody": json.dumps(body)})
    assert answer.status_code == 200, answer.text
    return sorted(item[NAMES.get(path, "id")] for item in answer.json()["items"])


def search(field: str, value: str) -> dict[str, Any]:
    return {"textSearch": [{"field": field, "value": value}]}


FOUND: list[tuple[dict[str, Any], list[str]]] = [
    ({"methods": ["CONVENIENCE_STORE", "CRYPTO"]}, ["convenience_store", "crypto"]),
    ({"methods": ["EASY_PAY"]}, ["paypal"]),
    ({"methods": ["MOBILE"]}, []),
    ({"giftCertificateType": "CULTURELAND"}, ["gift_certificate"]),
    ({"cardBrand": "LOCAL", "cardType": "CREDIT"}, ["card", "declined"]),
    ({"cardOwnerType": "CORPORATE"}, []),
    ({"platformType": "SDK_PC"}, ["declined"]),
    ({"cashReceiptStatus": "CANCELLED"}, ["card"]),
    ({"cashReceiptType": "PERSONAL", "cashReceiptStatus": "ISSUED"}, ["transfer"]),
    ({"cashReceiptIssuedAtRange": {"from": "2026-01-01T00:00:00Z", "until": "2026-01-01T01:00:00Z"}}, []),
    ({"isEscrow": True}, []),
    ({"escrowStatus": "DELIVERED"}, []),
    ({"isScheduled": True}, []),
    (search("PAYMENT_ID", "convenience_store"), ["convenience_store"]),
    (search("ORDER_NAME", "red"), ["declined"]),
    (search("FAIL_REASON", "거절"), ["declined"]),
    (search("PG_MERCHANT_ID", "kcp-merchant"), ["declined"]),
    (search("CANCEL_REASON", "too slow"), ["crypto"]),
    (search("TRANS_BANK", "SHINHAN"), ["transfer"]),
    (search("VIRTUAL_ACCOUNT_BANK", "SHINHAN"), []),
    (search("GIFT_CERTIFICATION_APPROVAL_NUMBER", "0000"), ["gift_certificate"]),
    (search("ALL", "kcp-merchant"), ["declined"]),
    ({"textSearch": [{"field": "CUSTOMER_NAME", "value": "홍길동"}, {"field": "TX_ID", "value": "?"}]}, []),
]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(("wanted", "found"), FOUND)
def test_a_filter_finds_the_payments_it_names(
    client: httpx.Client, wanted: dict[str, Any], found: list[str]
) -> None:
    assert listed(client, **wanted) == found


def test_a_payment_is_found_by_the_state_of_its_last_webhook(
    portone: FakePortOne, client: httpx.Client
) -> None:
    answers = {"told": 200, "refused": 500, "alone": 0}

    def deliver(_headers: dict[str, str], body: bytes) -> int:
        status = answers[json.loads(body)["data"]["paymentId"]]
        if not status:
            raise ConnectionError
        return status

    for payment_id in answers:
        portone.buyer.pay(payment_id, ORDER)
    portone.buyer.pay("unsaid", ORDER)
    portone.webhooks.lose(*(each.webhook_id for each in portone.pending() if each.payment_id == "unsaid"))
    portone.webhooks.deliver = deliver
    portone.run_due()

    assert listed(client, webhookStatus="SUCCEEDED") == ["told"]
    assert listed(client, webhookStatus="FAILED_NOT_OK_RESPONSE") == ["refused"]
    assert listed(client, webhookStatus="FAILED_UNEXPECTED_ERROR") == ["alone"]


def test_a_payment_is_found_by_a_field_its_answer_leaves_out(
    clock: MovableClock, client_of: ClientOf
) -> None:
    fake = FakePortOne(clock=clock, optionals=Optionals.NONE)
    fake.buyer.pay("p1", ORDER)

    assert listed(client_of(fake), methods=["CARD"], **search("CUSTOMER_NAME", "홍길동")) == ["p1"]


def test_billing_keys_are_found_by_method_channel_and_text(
    portone: FakePortOne, client: httpx.Client
) -> None:
    card = portone.buyer.issue_billing_key(BillingIssue(customer={"name": "Mina"})).billing_key
    bank = portone.buyer.issue_billing_key(
        BillingIssue(method="TRANSFER", channel_key=str(TEST_CHANNEL.key))
    ).billing_key
    path = "/billing-keys"

    assert listed(client, path, methods=["TRANSFER"]) == [bank]
    assert listed(client, path, pgProviders=["KCP_V2"]) == []
    assert listed(client, path, pgCompanies=["TOSSPAYMENTS"]) == sorted([card, bank])
    assert listed(client, path, textSearch={"field": "CUSTOMER_NAME", "value": "mina"}) == [card]
    assert listed(client, path, platformType="API") == []
    assert listed(client, path, channelGroupIds=["channel-group-example"]) == []


def test_verifications_are_found_by_the_person_and_the_carrier(
    portone: FakePortOne, client: httpx.Client
) -> None:
    portone.buyer.verify_identity("v1", person=ADULT)
    portone.buyer.verify_identity("v2", person=replace(ADULT, name="Somebody Else", operator="KT"))
    path = "/identity-verifications"

    assert listed(client, path, customer={"name": ADULT.name}) == ["v1"]
    assert listed(client, path, carriers=["KT"]) == ["v2"]
    assert listed(client, path, pgCompanies=["DANAL"]) == ["v1", "v2"]
    assert listed(client, path, customer={"birthYear": "1800"}) == []


@pytest.mark.usefixtures("shop")
def test_cash_receipts_are_listed(client: httpx.Client) -> None:
    path = "/cash-receipts"

    assert listed(client, path) == ["card", "transfer"]
    assert listed(client, path, statuses=["CANCELLED"], types=["PERSONAL"]) == ["card"]
    assert listed(client, path, timeRangeField="CANCELLED_AT") == ["card"]
    assert listed(client, path, paymentId="transfer", isManual=True, orderName="Blue shoes") == ["transfer"]
    assert listed(client, path, pgCompanies=["KCP"]) == []
    assert listed(client, path, isTest=True) == []


@pytest.mark.parametrize("path", LISTS)
def test_every_documented_filter_is_accepted_and_answered(
    shop: FakePortOne, client: httpx.Client, contract: Contract, path: str
) -> None:
    shop.buyer.issue_billing_key()
    shop.buyer.verify_identity("v1", person=ADULT)
    seen: list[Exchange] = []
    shop.api.watchers.append(seen.append)
    fields = contract.schema(LISTS[path])["properties"]

    for name, schema in fields.items():
        for value in examples(contract, schema):
            listed(client, path, **{name: EXAMPLE_STORE if name == "storeId" else value})
    listed(client, path)

    assert [problem for each in seen for problem in contract.problems(each)] == []
    assert len(seen) > len(fields)


def examples(contract: Contract, schema: dict[str, Any]) -> list[Any]:
    """A value for each branch of a field: every member of an enumeration, one of the rest."""
    if "$ref" in schema:
        return examples(contract, contract.schema(schema["$ref"].rpartition("/")[2]))
    if "enum" in schema:
        return list(schema["enum"])
    if schema["type"] == "array":
        return [[], *([each] for each in examples(contract, schema["items"]))]
    if schema["type"] == "object":
        fields = {name: examples(contract, each) for name, each in schema["properties"].items()}
        most = max(len(each) for each in fields.values())
        return [{name: each[at % len(each)] for name, each in fields.items()} for at in range(most)]
    simple: dict[str, list[Any]] = {"boolean": [True, False], "integer": [1], "string": ["example"]}
    return ["2026-01-01T00:00:00Z"] if schema.get("format") == "date-time" else simple[schema["type"]]


def test_the_closed_sets_are_those_of_the_document(contract: Contract) -> None:
    assert set(TEXTS) == set(contract.enum("PaymentTextSearchField"))
    assert set(METHODS.values()) == set(contract.enum("PaymentMethodType"))
    assert set(CLIENTS.values()) == set(contract.enum("PaymentClientType"))
    assert set(COMPANIES) == set(contract.enum("PgCompany"))
    assert {each for each in contract.enum("PgProvider") if company_of(each) not in COMPANIES} == set()


@pytest.mark.parametrize(
    "wanted",
    [
        {"methods": ["CASH"]},
        {"textSearch": [{"field": "COLOUR", "value": "red"}]},
        {"textSearch": {"field": "ALL", "value": "red"}},
        {"cashReceiptIssuedAtRange": {"from": "2026-01-01T00:00:00Z"}},
        {"platformType": "PC"},
        {"colour": "red"},
    ],
)
def test_an_undocumented_filter_is_refused(client: httpx.Client, wanted: dict[str, Any]) -> None:
    answer = client.get("/payments", params={"requestBody": json.dumps({"filter": wanted})})

    assert (answer.status_code, answer.json()["type"]) == (400, "INVALID_REQUEST")
