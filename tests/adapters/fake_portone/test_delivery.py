"""How the fake delivers webhooks: the retry schedule, what a retry looks like, configured faults."""

import itertools
import json

import pytest

from portone_local.portone import Checkout, FakePortOne, Mischief, Unknowns
from portone_local.twins.clock import MovableClock

ORDER = Checkout(amount=11_000)
LADDER_MINUTES = (1, 4, 16, 64, 256)


class Receiver:
    """Answers `status` to everything and keeps what came."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.got: list[tuple[dict[str, str], bytes]] = []

    def __call__(self, headers: dict[str, str], body: bytes) -> int:
        self.got.append((headers, body))
        return self.status


def waits_of(fake: FakePortOne, clock: MovableClock) -> list[float]:
    """Let every delivery fail; the waits before each retry, in seconds."""
    fake.webhooks.deliver = Receiver(500)
    fake.webhooks.plan(Mischief())
    fake.webhooks.emit("Transaction.Paid", {"paymentId": "p1", "storeId": "s", "transactionId": "t"})
    while fake.pending():
        clock.advance(fake.pending()[0].due - clock.now())
        fake.run_due()
    moments = [sent.at for sent in fake.webhooks.sent]
    return [later - earlier for earlier, later in itertools.pairwise(moments)]


def test_a_webhook_is_sent_six_times_within_the_retry_schedule(
    portone: FakePortOne, clock: MovableClock
) -> None:
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


def test_a_receiver_that_fails_is_called_again(portone: FakePortOne) -> None:
    def broken(_headers: dict[str, str], _body: bytes) -> int:
        raise ConnectionError

    portone.webhooks.deliver = broken
    portone.buyer.open_window("p1", ORDER)

    portone.run_due()

    assert [delivery.tries for delivery in portone.pending()] == [1]


def test_a_receiver_that_is_killed_is_called_again(portone: FakePortOne) -> None:
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


def test_webhooks_are_lost_delayed_duplicated_and_reordered_as_configured(
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


def test_delivery_faults_planned_ahead_affect_the_next_events(portone: FakePortOne) -> None:
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
def test_the_shop_decides_in_the_confirm_process(portone: FakePortOne, answer: int, state: str) -> None:
    receiver = portone.webhooks.deliver = Receiver(answer)

    portone.buyer.pay_if_confirmed("p1", ORDER)

    question = json.loads(receiver.got[0][1])
    assert (question["type"], question["data"]["totalAmount"]) == ("Transaction.Confirm", 11_000)
    assert portone.books()["p1"].state == state
