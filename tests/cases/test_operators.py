"""What an operator changes never moves money by itself: a payment keeps what it was prepared under."""

import json
from typing import Any

import pytest

from portone_local.actors.approver import authenticate, confirm
from portone_local.actors.shop import pay, prepare, seen_by_owner, status, verify
from portone_local.actors.subscribers import CHARGE, key_saved, plan_stored, subscribe
from portone_local.portone import EXAMPLE_STORE, Channel, Checkout
from portone_local.stack.passing import let_pass
from tests.support.charging import charge
from tests.support.charging import prepared as prepared_id
from tests.support.edited import having, where, without
from tests.support.refunding import cancelled_at_portone, paid, refund
from tests.support.subscriber_app import shown
from tests.support.unkind import UnkindStack

HOUR, DAY = 3600, 24 * 3600
SECOND = "channel-key-second"
SUB_STORE = "store-00000000-0000-4000-8000-00000000000b"
NAMED = {"key": "channel-key-example-test", "pgProvider": "TOSSPAYMENTS", "pgMerchantId": "example-merchant"}
OTHER = {"key": SECOND, "pgProvider": "NICE_V2", "pgMerchantId": "another-merchant"}


def channels(channel: object) -> dict[str, str]:
    """Every pay method over one channel, saved methods too."""
    methods = ("CARD", "EASY_PAY", "TRANSFER", "VIRTUAL_ACCOUNT")
    return {
        "channels": json.dumps(dict.fromkeys(methods, channel)),
        "billing_channels": json.dumps({"*": channel}),
    }


def replace_channels(stack: UnkindStack) -> None:
    """Another PG for everything from now on."""
    stack.operated(**channels(SECOND))


def move_to_sub_store(stack: UnkindStack) -> None:
    """Payments are prepared in a sub-store from now on; PortOne shows both stores to whoever may see one."""
    stack.wire.renamed = {SUB_STORE: EXAMPLE_STORE}
    stack.operated(store_id=SUB_STORE)


def go_live(stack: UnkindStack) -> None:
    """The stack takes real money from now on."""
    stack.operated(mode="live", stage="stg", **channels("channel-key-example-live"))


def read_again(stack: UnkindStack, payment_id: str) -> None:
    """An operator has PortOne read, and hours pass."""
    stack.staff.post(f"/ops/payments/{payment_id}/catch-up")
    let_pass(stack, 2 * HOUR)


def test_a_method_saved_under_an_old_channel_renews_as_before(stack: UnkindStack) -> None:
    key_saved(stack)
    plan_stored(stack)
    subscription_id = subscribe(stack).json()["subscriptionId"]

    replace_channels(stack)
    let_pass(stack, 32 * DAY)

    assert shown(stack, subscription_id)["status"] == "ACTIVE"
    assert (sum(book.times_paid for book in stack.portone.books().values()), stack.asked(CHARGE)) == (2, 2)
    assert ("invoice.failed" in stack.events(), stack.calling()) == (False, {})
    assert stack.events().count("invoice.paid") == 2


def test_a_trial_begun_under_an_old_channel_ends_in_a_paid_period(stack: UnkindStack) -> None:
    key_saved(stack)
    plan_stored(stack, trialDays=7)
    subscription_id = subscribe(stack).json()["subscriptionId"]
    stack.app("user-1").post(f"/subscriptions/{subscription_id}/consent", {"amount": 9_900})

    replace_channels(stack)
    let_pass(stack, 9 * DAY)

    assert shown(stack, subscription_id)["status"] == "ACTIVE"
    assert sum(book.times_paid for book in stack.portone.books().values()) == 1
    assert (stack.events().count("invoice.paid"), stack.calling()) == (1, {})


def test_an_order_is_charged_to_a_method_saved_under_an_old_channel(stack: UnkindStack) -> None:
    key_saved(stack)
    payment_id = prepared_id(stack)

    replace_channels(stack)
    answer = charge(stack, payment_id)
    let_pass(stack, HOUR)

    assert stack.portone.books()[payment_id].times_paid == 1
    assert (answer.status, stack.events(payment_id)[-1]) == (200, "payment.paid")


def test_a_payment_prepared_under_an_old_channel_is_paid_under_it(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    replace_channels(stack)

    pay(stack, prepared)
    verify(stack, prepared)

    assert (status(stack, prepared), stack.calling()) == ("PAID", {})


def test_a_payment_authenticated_under_an_old_channel_is_approved(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    replace_channels(stack)

    answer = confirm(stack, prepared, token)

    assert (answer.status, status(stack, prepared)) == (200, "PAID")


def test_a_deposit_into_an_account_of_an_old_channel_is_paid(stack: UnkindStack) -> None:
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    replace_channels(stack)

    stack.portone.buyer.deposit(prepared["paymentId"])
    let_pass(stack, HOUR)

    assert (status(stack, prepared), stack.calling()) == ("PAID", {})


@pytest.mark.parametrize(
    ("settings", "after"),
    [
        pytest.param({}, channels(SECOND), id="keys"),
        pytest.param(channels(NAMED), channels(OTHER), id="merchants"),
    ],
)
def test_a_payment_of_a_removed_channel_is_refunded_like_any_other(
    stack: UnkindStack, after: dict[str, str]
) -> None:
    if stack.parameters["Channels"] != after["channels"] and "merchant" in after["channels"]:
        stack.wire.edited("get_payment", without("channel.key"))
    prepared = paid(stack)
    stack.operated(**after)

    first = refund(stack, prepared, "refund-1", amount=3_000)
    second = refund(stack, prepared, "refund-2", amount=2_000)

    shown_then = seen_by_owner(stack, prepared)
    assert (first.status, second.status) == (200, 200)
    assert (shown_then["status"], shown_then["amount"]["cancelled"]) == ("PARTIAL_CANCELLED", 5_000)
    assert stack.events(prepared["paymentId"]).count("payment.cancelled") == 2
    assert stack.calling() == {}


def test_a_payment_is_refunded_although_its_channel_reads_differently_later(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.wire.edited("get_payment", having(channel__key="channel-key-of-nobody", channel__pgMerchantId="x"))

    answers = [refund(stack, prepared, f"refund-{amount}", amount=amount).status for amount in (3_000, 2_000)]

    assert (answers, status(stack, prepared)) == ([200, 200], "PARTIAL_CANCELLED")
    assert seen_by_owner(stack, prepared)["amount"]["cancelled"] == 5_000
    assert stack.calling()


def test_a_console_refund_of_a_payment_of_a_removed_channel_is_seen(stack: UnkindStack) -> None:
    prepared = paid(stack)
    replace_channels(stack)

    stack.portone.console.cancel(prepared["paymentId"], 4_000)
    stack.deliver()
    let_pass(stack, HOUR)

    assert status(stack, prepared) == "PARTIAL_CANCELLED"
    assert "payment.cancelled" in stack.events(prepared["paymentId"])


def test_a_channel_that_was_never_configured_is_still_a_doubt(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    stranger = Channel(type="TEST", key="channel-key-of-nobody", pg_merchant_id="nobody")

    pay(stack, prepared, channel=stranger)
    verify(stack, prepared)

    assert status(stack, prepared) != "PAID"
    assert stack.attention("quarantined") == [prepared["paymentId"]]


OPERATED = {"a sub-store": move_to_sub_store, "live mode": go_live, "other channels": replace_channels}


@pytest.mark.parametrize(
    "act",
    [
        "a sub-store",
        "live mode",
        "other channels",
    ],
)
@pytest.mark.parametrize("before", ["paid", "refunded in part"])
def test_a_paid_payment_stays_paid_after_any_change_of_settings(
    stack: UnkindStack, act: str, before: str
) -> None:
    prepared = paid(stack)
    if before != "paid":
        refund(stack, prepared, "refund-1", amount=1_000)
    OPERATED[act](stack)

    read_again(stack, prepared["paymentId"])

    given_back = 0 if before == "paid" else 1_000
    assert cancelled_at_portone(stack, prepared) == given_back
    assert status(stack, prepared) == ("PAID" if before == "paid" else "PARTIAL_CANCELLED")
    assert "payment.mismatch" not in stack.events()


@pytest.mark.parametrize("act", ["a sub-store", "live mode"])
def test_a_payment_is_judged_by_the_settings_it_was_prepared_under(stack: UnkindStack, act: str) -> None:
    prepared = prepare(stack)
    OPERATED[act](stack)

    pay(stack, prepared)
    verify(stack, prepared)
    let_pass(stack, HOUR)

    assert (status(stack, prepared), cancelled_at_portone(stack, prepared)) == ("PAID", 0)
    assert "payment.mismatch" not in stack.events()


@pytest.mark.parametrize("act", ["a sub-store", "live mode"])
def test_a_subscription_continues_after_any_change_of_settings(stack: UnkindStack, act: str) -> None:
    key_saved(stack)
    plan_stored(stack)
    subscription_id = subscribe(stack).json()["subscriptionId"]
    first = next(iter(stack.portone.books()))

    OPERATED[act](stack)
    read_again(stack, first)

    assert stack.portone.books()[first].cancelled == 0
    assert shown(stack, subscription_id)["status"] == "ACTIVE"


DIFFERENT: dict[str, dict[str, Any]] = {
    "store": {"storeId": SUB_STORE},
    "total": {"amount__total": 11_000},
    "currency": {"currency": "USD"},
}


@pytest.mark.parametrize("what", list(DIFFERENT))
def test_a_paid_payment_that_reads_differently_later_raises_an_attention(
    stack: UnkindStack, what: str
) -> None:
    prepared = paid(stack)
    stack.wire.edited("get_payment", where("PAID", having(**DIFFERENT[what])))

    read_again(stack, prepared["paymentId"])

    assert cancelled_at_portone(stack, prepared) == 0
    assert (status(stack, prepared), "payment.mismatch" in stack.events()) == ("PAID", False)
    assert stack.calling()


def test_a_payment_of_another_store_is_still_a_mismatch(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    stack.wire.edited("get_payment", having(storeId=SUB_STORE))

    stack.portone.buyer.pay(prepared["paymentId"], Checkout.from_browser(prepared))
    verify(stack, prepared)
    let_pass(stack, HOUR)

    assert cancelled_at_portone(stack, prepared) == 12_000
    assert "payment.paid" not in stack.events(prepared["paymentId"])
