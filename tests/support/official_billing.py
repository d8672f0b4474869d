"""PortOne's official client about billing, and each of its refusals as it is brought about."""

from collections.abc import Callable
from typing import Any

from portone_server_sdk import common, errors
from portone_server_sdk import payment as sdk
from portone_server_sdk.payment import payment_schedule as sdk_schedules

from portone_local.portone import FakePortOne

type Refuse = Callable[[FakePortOne, sdk.PaymentClient, str, str], object]

PAST, LATER = "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"


def charge(official: sdk.PaymentClient, key: str, payment_id: str = "p1", **more: Any) -> Any:
    """Charge a key 9,900 won."""
    asked: dict[str, Any] = {"amount": common.PaymentAmountInput(total=9_900), "currency": "KRW", **more}
    return official.pay_with_billing_key(
        payment_id=payment_id, billing_key=key, order_name="Example subscription", **asked
    )


def schedule(official: sdk.PaymentClient, key: str, payment_id: str = "p1", due: str = LATER) -> str:
    """Schedule a charge of 9,900 won; its id."""
    payment = sdk_schedules.BillingKeyPaymentScheduleInput(
        billing_key=key,
        order_name="Example subscription",
        amount=common.PaymentAmountInput(total=9_900),
        currency="KRW",
    )
    made = official.payment_schedule.create_payment_schedule(
        payment_id=payment_id, payment=payment, time_to_pay=due
    )
    return made.schedule.id


def _deleted_before(fake: FakePortOne, official: sdk.PaymentClient, key: str, payment: str) -> None:
    fake.console.delete_billing_key(key)
    charge(official, key, payment)


def _declined(fake: FakePortOne, official: sdk.PaymentClient, key: str, payment: str) -> None:
    fake.pg.decline(key)
    charge(official, key, payment)


def _channels_differ(fake: FakePortOne, official: sdk.PaymentClient, key: str, _payment: str) -> None:
    fake.console.refuse_next("delete_billing_key", "CHANNEL_SPECIFIC")
    official.billing_key.delete_billing_key(billing_key=key)


def _tried_too_often(fake: FakePortOne, official: sdk.PaymentClient, key: str, payment: str) -> None:
    fake.pg.max_attempts = 0
    charge(official, key, payment)


def _confirmed(fake: FakePortOne, official: sdk.PaymentClient, *, times: int = 1, test: bool = False) -> None:
    token = fake.buyer.issue_billing_key(manual=True).billing_issue_token or ""
    for _ in range(times):
        official.billing_key.confirm_billing_key(billing_issue_token=token, is_test=test)


def _revoked(official: sdk.PaymentClient, name: str, times: int = 1) -> None:
    for _ in range(times):
        official.payment_schedule.revoke_payment_schedules(schedule_ids=[name])


def _sum(total: int, tax_free: int = 0) -> common.PaymentAmountInput:
    return common.PaymentAmountInput(total=total, tax_free=tax_free)


REFUSED: list[tuple[type[Exception], Refuse]] = [
    (errors.AlreadyPaidError, lambda _, sdk, key, pay: [charge(sdk, key, pay) for _ in range(2)]),
    (errors.BillingKeyNotFoundError, lambda _, sdk, __, pay: charge(sdk, "x", pay)),
    (errors.BillingKeyAlreadyDeletedError, _deleted_before),
    (errors.ChannelNotFoundError, lambda _, sdk, key, pay: charge(sdk, key, pay, channel_key="x")),
    (
        errors.PaymentScheduleAlreadyExistsError,
        lambda _, sdk, key, pay: (schedule(sdk, key, pay), charge(sdk, key, pay)),
    ),
    (
        errors.SumOfPartsExceedsTotalAmountError,
        lambda _, sdk, key, pay: charge(sdk, key, pay, amount=_sum(1, 2)),
    ),
    (errors.InvalidRequestError, lambda _, sdk, key, pay: charge(sdk, key, pay, amount=_sum(0))),
    (errors.PgProviderError, _declined),
    (
        errors.BillingKeyNotFoundError,
        lambda _, sdk, __, ___: sdk.billing_key.delete_billing_key(billing_key="x"),
    ),
    (
        errors.BillingKeyAlreadyDeletedError,
        lambda _, sdk, key, __: [sdk.billing_key.delete_billing_key(billing_key=key) for _ in range(2)],
    ),
    (
        errors.PaymentScheduleAlreadyExistsError,
        lambda _, sdk, key, pay: (
            schedule(sdk, key, pay),
            sdk.billing_key.delete_billing_key(billing_key=key),
        ),
    ),
    (errors.ChannelSpecificError, _channels_differ),
    (
        errors.BillingKeyNotFoundError,
        lambda _, sdk, __, ___: sdk.billing_key.confirm_billing_key(billing_issue_token="x"),
    ),
    (errors.BillingKeyAlreadyIssuedError, lambda fake, sdk, _, __: _confirmed(fake, sdk, times=2)),
    (errors.InformationMismatchError, lambda fake, sdk, _, __: _confirmed(fake, sdk, test=True)),
    (
        errors.AlreadyPaidOrWaitingError,
        lambda _, sdk, key, pay: (charge(sdk, key, pay), schedule(sdk, key, pay)),
    ),
    (
        errors.PaymentScheduleAlreadyExistsError,
        lambda _, sdk, key, pay: [schedule(sdk, key, pay) for _ in range(2)],
    ),
    (
        errors.PaymentScheduleNotFoundError,
        lambda _, sdk, __, ___: sdk.payment_schedule.get_payment_schedule(payment_schedule_id="x"),
    ),
    (
        errors.PaymentScheduleAlreadyRevokedError,
        lambda _, sdk, key, pay: _revoked(sdk, schedule(sdk, key, pay), times=2),
    ),
    (
        errors.PaymentScheduleAlreadyProcessedError,
        lambda _, sdk, key, pay: _revoked(sdk, schedule(sdk, key, pay, PAST)),
    ),
    (errors.MaxTransactionCountReachedError, _tried_too_often),
]
