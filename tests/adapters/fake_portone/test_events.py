"""The fake's webhooks: the event of each step, both body versions, signatures."""

import base64
import json
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
import standardwebhooks
import time_machine
from portone_server_sdk import webhook as sdk
from portone_server_sdk.webhook import WebhookTransactionPaid

from portone_local.portone import (
    EXAMPLE_WEBHOOK_SECRET,
    BodyVersion,
    CancellationStatus,
    Checkout,
    Decline,
    FakePortOne,
    Unknowns,
    sign,
)
from portone_local.twins.clock import MovableClock

ORDER = Checkout(amount=11_000)
ACCOUNT = Checkout(amount=11_000, method="VIRTUAL_ACCOUNT")
NEXT_SECRET = "whsec_" + base64.b64encode(b"example-next-webhook-secret").decode()


def disputed(fake: FakePortOne) -> None:
    fake.buyer.pay("p1", ORDER)
    fake.console.open_dispute("p1")
    fake.console.resolve_dispute("p1")


STEPS: dict[str, tuple[Callable[[FakePortOne], object], list[str]]] = {
    "open": (lambda fake: fake.buyer.open_window("p1", ORDER), ["Ready"]),
    "pay": (lambda fake: fake.buyer.pay("p1", ORDER), ["Ready", "Paid"]),
    "decline": (lambda fake: fake.buyer.decline("p1", ORDER), ["Ready", "Failed"]),
    "decline unseen": (lambda fake: fake.buyer.decline("p1", ORDER, Decline(silent=True)), ["Ready"]),
    "pending": (
        lambda fake: (fake.buyer.pay_pending("p1", ORDER), fake.buyer.approve("p1")),
        ["Ready", "PayPending", "Paid"],
    ),
    "pending refused": (
        lambda fake: (fake.buyer.pay_pending("p1", ORDER), fake.buyer.refuse("p1")),
        ["Ready", "PayPending", "Failed"],
    ),
    "deposit": (
        lambda fake: (fake.buyer.pay("p1", ACCOUNT), fake.buyer.deposit("p1")),
        ["Ready", "VirtualAccountIssued", "Paid"],
    ),
    "part refund": (
        lambda fake: (fake.buyer.pay("p1", ORDER), fake.console.cancel("p1", 1)),
        ["Ready", "Paid", "PartialCancelled"],
    ),
    "refund": (
        lambda fake: (fake.buyer.pay("p1", ORDER), fake.console.cancel("p1")),
        ["Ready", "Paid", "Cancelled"],
    ),
    "refund asked for": (
        lambda fake: (
            fake.buyer.pay("p1", ORDER),
            fake.console.cancel("p1", status=CancellationStatus.REQUESTED),
        ),
        ["Ready", "Paid", "CancelPending"],
    ),
    "dispute": (disputed, ["Ready", "Paid", "DisputeCreated", "DisputeResolved"]),
}


@pytest.mark.parametrize(("step", "events"), STEPS.values(), ids=STEPS)
def test_each_step_sends_the_event_of_its_state(
    portone: FakePortOne, step: Callable[[FakePortOne], object], events: list[str]
) -> None:
    step(portone)

    assert [delivery.type for delivery in portone.pending()] == [f"Transaction.{event}" for event in events]


def test_an_event_carries_ids_only(portone: FakePortOne) -> None:
    transaction_id = portone.buyer.pay("p1", ORDER)
    cancellation_id = portone.console.cancel("p1")

    event = json.loads(portone.pending()[-1].body)

    assert event == {
        "type": "Transaction.Cancelled",
        "timestamp": "2026-01-02T03:04:05.250Z",
        "data": {
            "paymentId": "p1",
            "storeId": "store-00000000-0000-4000-8000-000000000001",
            "transactionId": transaction_id,
            "cancellationId": cancellation_id,
        },
    }


def test_the_old_version_sends_the_same_as_json_or_form(portone: FakePortOne) -> None:
    portone.webhooks.version = BodyVersion.V2024_01_01_JSON
    transaction_id = portone.buyer.pay("p1", ORDER)
    portone.webhooks.version = BodyVersion.V2024_01_01_FORM
    portone.console.cancel("p1", 1)

    as_json, as_form = portone.pending()[1:]

    assert json.loads(as_json.body) == {"payment_id": "p1", "tx_id": transaction_id, "status": "Paid"}
    assert parse_qs(as_form.body.decode())["status"] == ["PartialCancelled"]
    assert as_form.content_type == "application/x-www-form-urlencoded"


def test_the_old_version_knows_no_disputes(portone: FakePortOne) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.webhooks.version = BodyVersion.V2024_01_01_JSON

    portone.console.open_dispute("p1")

    assert len(portone.pending()) == 2


def test_the_signature_is_that_of_the_known_vector() -> None:
    secret = "whsec_cG9ydG9uZS1mYWN0LXNoZWV0LXRlc3Qta2V5LTAwMDE="
    body = (
        b'{"type":"Transaction.Paid","timestamp":"2026-01-02T03:04:05.678Z",'
        b'"data":{"paymentId":"p0001","storeId":"store-1","transactionId":"t-1"}}'
    )

    assert sign(secret, "wh_0001", 1767323045, body) == "v1,6xaq8SCIYmab171JnaO8aFLEqOMX3aj8yjfTo5qb0hY="


def test_independent_verifiers_accept_what_is_sent(portone: FakePortOne, clock: MovableClock) -> None:
    portone.buyer.pay("p1", ORDER)
    paid = portone.pending()[-1]

    headers, body = portone.webhooks.headers_for(paid), paid.body
    with time_machine.travel(clock.now(), tick=False):
        theirs = standardwebhooks.Webhook(EXAMPLE_WEBHOOK_SECRET).verify(body, headers)
        official = sdk.verify(EXAMPLE_WEBHOOK_SECRET, body.decode(), headers)

    assert theirs["data"]["paymentId"] == "p1"
    assert isinstance(official, WebhookTransactionPaid)
    assert official.data.payment_id == "p1"


@pytest.mark.parametrize(("both", "signatures"), [(True, 2), (False, 1)])
def test_how_two_secrets_sign_is_a_switch(clock: MovableClock, *, both: bool, signatures: int) -> None:
    fake = FakePortOne(
        clock=clock,
        webhook_secret=[EXAMPLE_WEBHOOK_SECRET, NEXT_SECRET],
        unknowns=Unknowns(both_secrets_sign=both),
    )
    fake.buyer.open_window("p1", ORDER)
    delivery = fake.pending()[0]

    headers = fake.webhooks.headers_for(delivery)

    newest = sign(NEXT_SECRET, delivery.webhook_id, int(clock.now()), delivery.body)
    assert len(headers["webhook-signature"].split()) == signatures
    assert headers["webhook-signature"].split()[-1] == newest
