"""The fake's webhooks: the event of each step, both body versions, signatures, the retry ladder, mischief."""

import base64
import itertools
import json
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
import standardwebhooks
import time_machine
from portone_server_sdk import webhook as sdk
from portone_server_sdk.webhook import WebhookTransactionPaid

from portone_local.clock import MovableClock
from portone_local.portone import (
    EXAMPLE_WEBHOOK_SECRET,
    BodyVersion,
    CancellationStatus,
    Checkout,
    Decline,
    FakePortOne,
    Mischief,
    Unknowns,
    sign,
)

ORDER = Checkout(amount=11_000)
ACCOUNT = Checkout(amount=11_000, method="VIRTUAL_ACCOUNT")
NEXT_SECRET = "whsec_" + base64.b64encode(b"example-next-webhook-secret").decode()
LADDER_MINUTES = (1, 4, 16, 64, 256)


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


class Receiver:
    """Answers `status` to everything and keeps what came."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.got: list[tuple[dict[str, str], bytes]] = []

    def __call__(self, headers: dict[str, str], body: bytes) -> int:
        self.got.append((headers, body))
        return self.status


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


def test_the_old_version_says_the_same_as_json_or_form(portone: FakePortOne) -> None:
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
    receiver = Receiver()
    portone.webhooks.deliver = receiver
    portone.buyer.pay("p1", ORDER)
    portone.run_due()

    headers, body = receiver.got[-1]
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


def waits_of(fake: FakePortOne, clock: MovableClock) -> list[float]:
    """Let every try fail; the waits before each retry, in seconds."""
    fake.webhooks.deliver = Receiver(500)
    fake.webhooks.plan(Mischief())
    fake.webhooks.emit("Transaction.Paid", {"paymentId": "p1", "storeId": "s", "transactionId": "t"})
    while fake.pending():
        clock.advance(fake.pending()[0].due - clock.now())
        fake.run_due()
    moments = [sent.at for sent in fake.webhooks.sent]
    return [later - earlier for earlier, later in itertools.pairwise(moments)]


def test_a_webhook_is_tried_six_times_within_the_ladder(portone: FakePortOne, clock: MovableClock) -> None:
    waits = waits_of(portone, clock)

    assert len(waits) == 5
    assert all(0 <= wait <= minutes * 60 for wait, minutes in zip(waits, LADDER_MINUTES, strict=True))


def test_the_jitter_is_full_and_seeded() -> None:
    clocks = [MovableClock(0) for _ in range(40)]

    ladders = [waits_of(FakePortOne(clock=clock, seed=seed % 20), clock) for seed, clock in enumerate(clocks)]

    shares = [
        wait / (minutes * 60)
        for waits in ladders
        for wait, minutes in zip(waits, LADDER_MINUTES, strict=True)
    ]
    assert ladders[:20] == ladders[20:]
    assert min(shares) < 0.1
    assert max(shares) > 0.9


def test_a_delivered_webhook_is_not_sent_again(portone: FakePortOne, clock: MovableClock) -> None:
    receiver = portone.webhooks.deliver = Receiver(204)
    portone.buyer.open_window("p1", ORDER)
    portone.run_due()

    clock.advance(24 * 3600)
    portone.run_due()

    assert len(receiver.got) == 1


def test_a_receiver_that_breaks_is_tried_again(portone: FakePortOne) -> None:
    def broken(_headers: dict[str, str], _body: bytes) -> int:
        raise ConnectionError

    portone.webhooks.deliver = broken
    portone.buyer.open_window("p1", ORDER)

    portone.run_due()

    assert [delivery.tries for delivery in portone.pending()] == [1]


def test_a_receiver_that_is_killed_is_tried_again(portone: FakePortOne) -> None:
    def killed(_headers: dict[str, str], _body: bytes) -> int:
        raise SystemExit

    portone.webhooks.deliver = killed
    portone.buyer.open_window("p1", ORDER)
    with pytest.raises(SystemExit):
        portone.run_due()

    assert [delivery.tries for delivery in portone.pending()] == [1]


@pytest.mark.parametrize(("refreshes", "differs"), [(True, True), (False, False)])
def test_the_timestamp_of_a_retry_is_a_switch(clock: MovableClock, *, refreshes: bool, differs: bool) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(retries_refresh_the_timestamp=refreshes))
    receiver = fake.webhooks.deliver = Receiver(500)
    fake.buyer.open_window("p1", ORDER)
    fake.run_due()

    clock.advance(60)
    fake.run_due()

    first, second = (headers for headers, _ in receiver.got)
    assert (first["webhook-timestamp"] != second["webhook-timestamp"]) is differs
    assert receiver.got[0][1] == receiver.got[1][1]


@pytest.mark.parametrize("keeps", [True, False])
def test_the_id_of_a_retry_is_a_switch(clock: MovableClock, *, keeps: bool) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(retries_keep_the_webhook_id=keeps))
    receiver = fake.webhooks.deliver = Receiver(500)
    fake.buyer.open_window("p1", ORDER)
    fake.run_due()

    clock.advance(60)
    fake.run_due()

    first, second = (headers for headers, _ in receiver.got)
    assert (first["webhook-id"] == second["webhook-id"]) is keeps


@pytest.mark.parametrize(("only_200", "left"), [(True, 1), (False, 0)])
def test_whether_a_204_is_delivered_is_a_switch(clock: MovableClock, *, only_200: bool, left: int) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(only_200_is_delivered=only_200))
    fake.webhooks.deliver = Receiver(204)
    fake.buyer.open_window("p1", ORDER)

    fake.run_due()

    assert len(fake.pending()) == left


def test_webhooks_are_lost_delayed_duplicated_and_reordered_on_command(
    portone: FakePortOne, clock: MovableClock
) -> None:
    receiver = portone.webhooks.deliver = Receiver()
    portone.buyer.pay("p1", ORDER)
    portone.console.cancel("p1")
    ready, paid, cancelled = (delivery.webhook_id for delivery in portone.pending())

    portone.webhooks.lose(ready)
    portone.webhooks.duplicate(paid)
    portone.webhooks.reorder(cancelled, paid)
    portone.webhooks.delay(60, paid)
    portone.run_due()
    before = [headers["webhook-id"] for headers, _ in receiver.got]
    clock.advance(60)
    portone.run_due()

    assert before == [cancelled]
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [cancelled, paid, paid]


def test_mischief_planned_ahead_meets_the_next_events(portone: FakePortOne) -> None:
    portone.webhooks.plan(Mischief(lose=True))
    portone.webhooks.plan(Mischief(copies=2))

    portone.buyer.pay("p1", ORDER)

    assert [delivery.type for delivery in portone.pending()] == ["Transaction.Paid"] * 3
    assert len({delivery.webhook_id for delivery in portone.pending()}) == 1


def test_switched_off_webhooks_are_never_sent(portone: FakePortOne) -> None:
    portone.webhooks.switched_on = False

    portone.buyer.pay("p1", ORDER)

    assert portone.pending() == []


@pytest.mark.parametrize(("answer", "state"), [(200, "PAID"), (403, "FAILED")])
def test_the_shop_decides_where_a_payment_must_be_confirmed(
    portone: FakePortOne, answer: int, state: str
) -> None:
    receiver = portone.webhooks.deliver = Receiver(answer)

    portone.buyer.pay_if_confirmed("p1", ORDER)

    question = json.loads(receiver.got[0][1])
    assert (question["type"], question["data"]["totalAmount"]) == ("Transaction.Confirm", 11_000)
    assert portone.books()["p1"].state == state
