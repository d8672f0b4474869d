"""The billing client against the fake PortOne and the OpenAPI document: what is booked is what is read."""

import logging
import os
from dataclasses import replace
from pathlib import Path

import pytest

from portone_local.portone import (
    EXAMPLE_SECRET,
    EXAMPLE_STORE,
    LIVE_CHANNEL,
    TEST_CHANNEL,
    Checkout,
    FakePortOne,
    Optionals,
)
from portone_local.portone.contract import Contract
from portone_local.portone.http_server import HttpPortOne
from portone_local.twins.clock import MovableClock
from portone_payments.adapters.portone.billing import BillingClient
from portone_payments.domain.readings.billing_key import KeyStatus
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import RemoteStatus
from portone_payments.ports.world import Deadline
from tests.support.asking import recorded
from tests.support.billing_asks import issued
from tests.support.billing_calls import CHARGE, FIRST_PAYMENT, KEY_IN
from tests.support.billing_shop import DAY, START, Shop

ORDER = Checkout(amount=9_900, tax_free=900)

CHANNEL_KEY = str(LIVE_CHANNEL.key)


def test_every_request_about_billing_keeps_to_the_document(shop: Shop) -> None:
    path = os.environ.get("PORTONE_OPENAPI")
    if not path:
        pytest.skip("PORTONE_OPENAPI is not set")
    seen = recorded(shop.fake)
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

    assert (found.status, found.customer_id, found.billing_key_id) == (KeyStatus.ISSUED, "user-1", "issue-1")
    assert found.issued_at == pytest.approx(START * 1_000_000, abs=1_000_000)
    kind = PayMethod(method)
    shown: dict[Optionals, set[PayMethod | None]] = {Optionals.ALL: {kind}, Optionals.NONE: {None}}
    assert (found.method and found.method.kind) in shown.get(optionals, {None, kind})
    assert [channel.test for channel in found.channels or ()] == [False]


def test_a_key_belongs_to_the_customer_the_browser_named(shop: Shop) -> None:
    found = shop.read(issued(shop.fake, customer_id="user-2", issue_id="other", store_id="store-other"))

    assert (found.customer_id, found.billing_key_id, found.store_id) == ("user-2", "other", "store-other")


def test_a_test_channel_is_recognised_among_several(shop: Shop) -> None:
    key = issued(shop.fake, channel_key=(CHANNEL_KEY, str(TEST_CHANNEL.key)))

    assert [channel.test for channel in shop.read(key).channels or ()] == [False, True]


def test_a_customers_keys_are_listed_by_the_time_of_issue(shop: Shop, clock: MovableClock) -> None:
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


def test_future_schedules_are_revoked_before_a_key_is_deleted(shop: Shop, clock: MovableClock) -> None:
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
