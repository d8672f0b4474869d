"""What PortOne refuses about billing has the outcome of rule 3.1, and nothing is charged twice."""

from collections.abc import Callable

import pytest

from portone_local.portone import BillingUnknowns, FakePortOne, Fault, Unknowns
from portone_local.twins.clock import MovableClock
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.readings.payment import RemoteStatus
from tests.support.billing_asks import issued
from tests.support.billing_shop import Shop, outcome_of


@pytest.mark.parametrize("readable", [True, False])
def test_a_decline_is_an_answer_of_the_pg_whether_or_not_it_is_readable(
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


def test_the_same_idempotency_key_never_charges_twice(shop: Shop) -> None:
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
def test_a_refusal_has_the_outcome_of_rule_3(
    shop: Shop, act: Callable[[Shop, str], None], outcome: Outcome, kind: str
) -> None:
    key = issued(shop.fake)

    assert outcome_of(lambda: act(shop, key)) == (outcome, kind)
