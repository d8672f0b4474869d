"""The billing client against the fake PortOne and the OpenAPI document: what is booked is what is read."""

import datetime as dt
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from portone_local.clock import MovableClock
from portone_local.portone import (
    EXAMPLE_SECRET,
    EXAMPLE_STORE,
    LIVE_CHANNEL,
    TEST_CHANNEL,
    BillingUnknowns,
    Checkout,
    FakePortOne,
    Fault,
    Optionals,
    Unknowns,
)
from portone_local.portone.api import Exchange
from portone_local.portone.contract import Contract
from portone_local.portone.http_server import HttpPortOne
from portone_local.testing.billing_asks import issued, schedule_ask
from portone_local.testing.billing_calls import CHARGE, FIRST_PAYMENT, KEY_IN
from portone_payments.adapters.portone_billing import BillingClient
from portone_payments.domain.billing_reading import KeyReading, KeyStatus, SavedKind
from portone_payments.domain.errors import PortOneError
from portone_payments.domain.outcomes import Outcome
from portone_payments.domain.snapshot import RemoteStatus
from portone_payments.ports import Deadline
from portone_payments.ports_billing import BillingPortOne

type Act = Callable[[], object]

START = 1_767_323_045.25
ORDER = Checkout(amount=9_900, tax_free=900)
DAY = 86_400
CHANNEL_KEY = str(LIVE_CHANNEL.key)


class Shop:
    """A billing client and the PortOne it calls; every mutation under a key of its own."""

    def __init__(self, fake: FakePortOne, transport: httpx.BaseTransport | None = None) -> None:
        self.fake = fake
        client = BillingClient(
            base_url="https://portone.example",
            secret=lambda: EXAMPLE_SECRET,
            store_id=EXAMPLE_STORE,
            transport=transport or fake.transport(),
            key_in=True,
        )
        self.portone: BillingPortOne = client
        self._keys = 0

    @property
    def deadline(self) -> Deadline:
        """Twenty seconds from now."""
        return Deadline.after(self.fake.clock, 20)

    @property
    def key(self) -> str:
        """An idempotency key nobody has used."""
        self._keys += 1
        return f"example-key-{self._keys:010d}"

    def charge(self, billing_key: str, payment_id: str = "p1", *, key: str | None = None) -> None:
        order = replace(CHARGE, billing_key=billing_key)
        self.portone.charge(payment_id, order, key=key or self.key, deadline=self.deadline)

    def read(self, billing_key: str) -> KeyReading:
        found = self.portone.get_billing_key(billing_key, deadline=self.deadline)
        assert found is not None
        return found

    def delete(self, billing_key: str) -> None:
        self.portone.delete_billing_key(billing_key, reason="끝", key=self.key, deadline=self.deadline)

    def schedule(self, billing_key: str, days: int, payment_id: str = "p1") -> None:
        """Made elsewhere: the shop itself has no schedules at PortOne."""
        due = dt.datetime.fromtimestamp(self.fake.clock.now() + days * DAY, tz=dt.UTC).isoformat()
        with httpx.Client(
            transport=self.fake.transport(),
            base_url="https://portone.example",
            headers={"authorization": f"PortOne {EXAMPLE_SECRET}"},
        ) as client:
            client.post(f"/payments/{payment_id}/schedule", json=schedule_ask(billing_key, due=due))

    def state(self, payment_id: str = "p1") -> RemoteStatus | None:
        found = self.portone.get_payment(payment_id, deadline=self.deadline)
        return found.status if found else None


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(START)


@pytest.fixture
def shop(clock: MovableClock) -> Shop:
    return Shop(FakePortOne(clock=clock, seed=7))


def outcome_of(act: Act) -> tuple[Outcome, str | None]:
    with pytest.raises(PortOneError) as caught:
        act()
    return caught.value.outcome, caught.value.error_type


def test_every_request_about_billing_keeps_to_the_document(shop: Shop) -> None:
    path = os.environ.get("PORTONE_OPENAPI")
    if not path:
        pytest.skip("PORTONE_OPENAPI is not set")
    seen: list[Exchange] = []
    shop.fake.api.watchers.append(seen.append)
    portone, deadline = shop.portone, shop.deadline
    key = issued(shop.fake, customer_id="user-1")
    token = shop.fake.buyer.issue_billing_key(manual=True).billing_issue_token or ""
    paying = shop.fake.buyer.issue_billing_key_and_pay("p1", ORDER, manual=True).billing_issue_token or ""
    shop.schedule(key, 1, "p3")
    since = int(START)

    portone.get_billing_key(key, deadline=deadline)
    portone.list_billing_keys("user-1", since - DAY, since + DAY, number=0, size=10, deadline=deadline)
    portone.confirm_billing_key(token, test=False, key=shop.key, deadline=deadline)
    portone.confirm_issue_and_pay(paying, FIRST_PAYMENT, test=False, key=shop.key, deadline=deadline)
    portone.issue_billing_key(
        replace(KEY_IN, channel_key=CHANNEL_KEY, birth_or_business_number="000000", password_two_digits="00"),
        key=shop.key,
        deadline=deadline,
    )
    order = replace(CHARGE, billing_key=key, channel_key=CHANNEL_KEY, vat=800, notice_urls=("https://a.b",))
    portone.charge("p2", order, key=shop.key, deadline=deadline)
    found = portone.list_schedules(key, since, since + 2 * DAY, number=0, size=10, deadline=deadline)
    portone.revoke_schedules(tuple(each.id for each in found), key=shop.key, deadline=deadline)
    shop.delete(key)

    contract = Contract(Path(path))
    assert [problem for exchange in seen for problem in contract.problems(exchange)] == []
    assert [exchange.reply.answer.status for exchange in seen] == [200] * 10


@pytest.mark.parametrize("optionals", Optionals)
@pytest.mark.parametrize("method", ["CARD", "MOBILE", "EASY_PAY", "PAYPAL", "TRANSFER"])
def test_a_key_is_read_as_it_was_issued(clock: MovableClock, method: str, optionals: Optionals) -> None:
    shop = Shop(FakePortOne(clock=clock, seed=3, optionals=optionals))

    found = shop.read(issued(shop.fake, method=method, customer_id="user-1", issue_id="issue-1"))

    assert (found.status, found.customer_id, found.issue_id) == (KeyStatus.ISSUED, "user-1", "issue-1")
    assert found.issued_at == pytest.approx(START * 1_000_000, abs=1_000_000)
    kind = SavedKind(method)
    shown: dict[Optionals, set[SavedKind | None]] = {Optionals.ALL: {kind}, Optionals.NONE: {None}}
    assert (found.method and found.method.kind) in shown.get(optionals, {None, kind})
    assert [channel.test for channel in found.channels] == [False]


def test_whose_key_it_is_is_what_the_browser_said(shop: Shop) -> None:
    found = shop.read(issued(shop.fake, customer_id="user-2", issue_id="other", store_id="store-other"))

    assert (found.customer_id, found.issue_id, found.store_id) == ("user-2", "other", "store-other")


def test_a_test_channel_is_seen_among_several(shop: Shop) -> None:
    key = issued(shop.fake, channel_key=(CHANNEL_KEY, str(TEST_CHANNEL.key)))

    assert [channel.test for channel in shop.read(key).channels] == [False, True]


def test_a_customers_keys_are_found_by_the_time_of_issue(shop: Shop, clock: MovableClock) -> None:
    issued(shop.fake, customer_id="user-1")
    clock.advance(DAY)
    lost = issued(shop.fake, customer_id="user-1")
    issued(shop.fake, customer_id="user-2")
    now = int(clock.now())

    found = shop.portone.list_billing_keys(
        "user-1", now - 60, now + 60, number=0, size=10, deadline=shop.deadline
    )

    assert [key.billing_key for key in found] == [lost]


def test_a_charge_is_paid_and_read(shop: Shop) -> None:
    key = issued(shop.fake)

    shop.charge(key)

    assert shop.state() is RemoteStatus.PAID
    (charge,) = shop.fake.billing_books().charges
    assert (charge.payment_id, charge.billing_key, charge.total) == ("p1", key, CHARGE.total)


@pytest.mark.parametrize("readable", [True, False])
def test_a_decline_is_an_answer_of_the_pg_that_can_be_read_or_not(
    clock: MovableClock,
    readable: bool,  # noqa: FBT001 - a switch of the fake
) -> None:
    switches = Unknowns(billing=BillingUnknowns(failed_charge_is_readable=readable))
    shop = Shop(FakePortOne(clock=clock, unknowns=switches))
    key = issued(shop.fake)
    shop.fake.pg.decline(key)

    said = outcome_of(lambda: shop.charge(key))

    assert said == (Outcome.PG_ANSWER, "PG_PROVIDER")
    assert shop.state() is (RemoteStatus.FAILED if readable else None)


def test_the_same_key_never_charges_twice(shop: Shop) -> None:
    key = issued(shop.fake)
    shop.fake.inject(operation="pay_with_billing_key", fault=Fault.TIMEOUT_AFTER_COMMIT)

    first = outcome_of(lambda: shop.charge(key, key="example-key-9999999999"))
    shop.charge(key, key="example-key-9999999999")

    assert first == (Outcome.UNKNOWN, None)
    assert shop.fake.books()["p1"].times_paid == 1


def charge_twice(shop: Shop, key: str) -> None:
    for _ in range(2):
        shop.charge(key)


def delete_twice(shop: Shop, key: str) -> None:
    for _ in range(2):
        shop.delete(key)


def delete_scheduled(shop: Shop, key: str) -> None:
    shop.schedule(key, 1)
    shop.delete(key)


def charge_scheduled(shop: Shop, key: str) -> None:
    shop.schedule(key, 1)
    shop.charge(key)


def charge_deleted(shop: Shop, key: str) -> None:
    shop.delete(key)
    shop.charge(key)


def charge_too_often(shop: Shop, key: str) -> None:
    shop.fake.pg.max_attempts = 0
    shop.charge(key)


def confirm_nothing(shop: Shop, _key: str) -> None:
    shop.portone.confirm_billing_key("example", test=False, key=shop.key, deadline=shop.deadline)


def revoke_nothing(shop: Shop, _key: str) -> None:
    shop.portone.revoke_schedules(("schedule-9",), key=shop.key, deadline=shop.deadline)


@pytest.mark.parametrize(
    ("act", "outcome", "kind"),
    [
        (charge_twice, Outcome.ALREADY_DONE, "ALREADY_PAID"),
        (delete_twice, Outcome.ALREADY_DONE, "BILLING_KEY_ALREADY_DELETED"),
        (charge_deleted, Outcome.ALREADY_DONE, "BILLING_KEY_ALREADY_DELETED"),
        (delete_scheduled, Outcome.NO_EFFECT, "PAYMENT_SCHEDULE_ALREADY_EXISTS"),
        (charge_scheduled, Outcome.NO_EFFECT, "PAYMENT_SCHEDULE_ALREADY_EXISTS"),
        (charge_too_often, Outcome.NO_EFFECT, "MAX_TRANSACTION_COUNT_REACHED"),
        (confirm_nothing, Outcome.NO_EFFECT, "BILLING_KEY_NOT_FOUND"),
        (revoke_nothing, Outcome.NO_EFFECT, "PAYMENT_SCHEDULE_NOT_FOUND"),
    ],
)
def test_a_refusal_has_the_outcome_of_money_rule_3(
    shop: Shop, act: Callable[[Shop, str], None], outcome: Outcome, kind: str
) -> None:
    key = issued(shop.fake)

    assert outcome_of(lambda: act(shop, key)) == (outcome, kind)


def test_what_lies_ahead_is_revoked_before_a_key_is_deleted(shop: Shop, clock: MovableClock) -> None:
    key = issued(shop.fake)
    shop.schedule(key, 1, "p1")
    shop.schedule(key, 400, "p2")
    clock.advance(DAY)
    now = int(clock.now())

    found = shop.portone.list_schedules(
        key, now - 2 * DAY, now + 500 * DAY, number=0, size=10, deadline=shop.deadline
    )
    waiting = tuple(each.id for each in found if each.status == "SCHEDULED")
    shop.portone.revoke_schedules(waiting, key=shop.key, deadline=shop.deadline)
    shop.delete(key)

    assert [(each.payment_id, each.status) for each in found] == [("p1", "SUCCEEDED"), ("p2", "SCHEDULED")]
    assert shop.read(key).status is KeyStatus.DELETED


def test_the_client_works_over_http_and_logs_no_key(
    clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake = FakePortOne(clock=clock)
    key = issued(fake)
    with HttpPortOne(fake) as served:
        client = BillingClient(
            base_url=served.base_url, secret=lambda: EXAMPLE_SECRET, store_id=EXAMPLE_STORE
        )
        deadline = Deadline.after(clock, 20)
        client.get_billing_key(key, deadline=deadline)
        client.delete_billing_key(key, reason="끝", key="example-key-0000000001", deadline=deadline)
        client.list_schedules(key, 0, 1, number=0, size=10, deadline=deadline)
        client.close()

    assert len(fake.calls()) == 3
    assert not any(key in record.getMessage() for record in caplog.records)
