"""Errors of ours are not declines: sending stops, one probe every ten minutes, nothing is "declined"."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.actors.approver import authenticate, confirm
from portone_local.actors.shop import pay, prepare, seen_by_owner, status, verify
from portone_local.actors.subscribers import CHARGE, key_saved, plan_stored, subscribe
from portone_local.stack.passing import let_pass
from tests.support.charging import charge
from tests.support.charging import prepared as prepared_id
from tests.support.receipts import issue
from tests.support.receipts import paid as paid_by_transfer
from tests.support.refunding import cancelled_at_portone, paid, refund, refund_state
from tests.support.subscriber_app import shown
from tests.support.unkind import UnkindStack

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
OURS = ("UNAUTHORIZED", "FORBIDDEN", "CHANNEL_NOT_FOUND")
TOLD = {"invoice.failed", "subscription.unpaid", "subscription.ended", "payment.failed", "refund.failed"}
TELLS = TOLD | {"payment.approval_released", "cash_receipt.failed"}

type Done = Callable[[], bool]


gone = pytest.mark.parametrize("kind", OURS)
ours = pytest.mark.parametrize("kind", OURS)


def heard(stack: UnkindStack) -> list[str]:
    """Published facts that call something declined, failed or ended."""
    return [each for each in stack.events() if each in TELLS]


def charged(stack: UnkindStack) -> int:
    """How many payments PortOne took money for."""
    return sum(book.times_paid for book in stack.portone.books().values())


def subscribers(stack: UnkindStack, number: int, **issue: Any) -> list[str]:
    """Customers of a plan whose first period is paid."""
    plan_stored(stack)
    ids = []
    for each in range(number):
        key_saved(stack, f"user-{each}", **issue)
        ids.append(subscribe(stack, f"user-{each}").json()["subscriptionId"])
    return ids


@ours
def test_renewals_refused_for_an_error_of_ours_count_as_no_attempts(stack: UnkindStack, kind: str) -> None:
    [subscription_id] = subscribers(stack, 1)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    stack.wire.refuse(CHARGE, kind)
    stack.run_for(4 * DAY, step=HOUR)
    seen = shown_to(stack, subscription_id)

    stack.wire.undisturbed()
    stack.run_for(26 * HOUR, step=10 * MINUTE)

    assert heard(stack) == []
    assert seen["status"] == "ACTIVE"
    assert stack.counted("SendingStopped") > 0
    assert (charged(stack), shown_to(stack, subscription_id)["status"]) == (2, "ACTIVE")


def shown_to(stack: UnkindStack, subscription_id: str) -> dict[str, Any]:
    """The subscription as its customer sees it."""
    shown_: dict[str, Any] = stack.app("user-0").get(f"/subscriptions/{subscription_id}").json()
    return shown_


@ours
def test_retry_days_and_grace_stand_still_while_sending_is_stopped(stack: UnkindStack, kind: str) -> None:
    [subscription_id] = subscribers(stack, 1)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    stack.portone.pg.decline(times=1)
    let_pass(stack, 10 * HOUR)
    assert shown_to(stack, subscription_id)["status"] == "PAST_DUE"
    stack.wire.refuse(CHARGE, kind)
    stack.run_for(20 * DAY, step=3 * HOUR)
    seen = shown_to(stack, subscription_id)["status"]

    stack.wire.undisturbed()
    stack.run_for(5 * DAY, step=HOUR)

    assert seen == "PAST_DUE"
    assert "subscription.unpaid" not in stack.events()
    assert (charged(stack), shown_to(stack, subscription_id)["status"]) == (2, "ACTIVE")


@ours
def test_one_probe_is_sent_every_ten_minutes_however_many_charges_wait(stack: UnkindStack, kind: str) -> None:
    subscribers(stack, 6)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    stack.wire.refuse(CHARGE, kind)
    let_pass(stack, 3 * HOUR)
    before = stack.wire.refused.get(CHARGE, 0)

    stack.run_for(2 * HOUR)

    assert 6 <= stack.wire.refused.get(CHARGE, 0) - before <= 14
    assert stack.counted("SendingStopped") > 0
    stack.wire.undisturbed()
    stack.run_for(40 * MINUTE)
    assert charged(stack) == 12


@gone
def test_a_first_charge_refused_for_an_error_of_ours_waits(stack: UnkindStack, kind: str) -> None:
    key_saved(stack)
    plan_stored(stack)
    stack.wire.refuse(CHARGE, kind)

    answer = subscribe(stack)
    stack.run_for(2 * HOUR, step=5 * MINUTE)
    told = heard(stack)
    stack.wire.undisturbed()
    stack.run_for(30 * MINUTE)

    assert (answer.status, told) == (202, [])
    assert shown(stack, answer.json()["subscriptionId"])["status"] == "ACTIVE"
    assert charged(stack) == 1


@gone
def test_a_charge_of_an_order_refused_for_an_error_of_ours_waits(stack: UnkindStack, kind: str) -> None:
    key_saved(stack)
    payment_id = prepared_id(stack)
    stack.wire.refuse(CHARGE, kind)

    answer = charge(stack, payment_id)
    stack.run_for(2 * HOUR, step=5 * MINUTE)
    told = heard(stack)
    stack.wire.undisturbed()
    stack.run_for(30 * MINUTE)
    charge(stack, payment_id)
    stack.run_for(5 * MINUTE)

    assert (answer.status in {202, 503}, told) == (True, [])
    assert charged(stack) == 1


def a_refund(stack: UnkindStack) -> Done:
    """An owner wants a part back."""
    prepared = paid(stack)
    stack.wire.refuse("cancel_payment", KIND[0])
    refund(stack, prepared, amount=3_000)
    return lambda: (
        (refund_state(stack, prepared), cancelled_at_portone(stack, prepared)) == ("SUCCEEDED", 3_000)
    )


def an_automatic_refund(stack: UnkindStack) -> Done:
    """A mismatch is refunded automatically."""
    prepared = prepare(stack)
    pay(stack, prepared, amount=13_000, tampered=True)
    stack.wire.refuse("cancel_payment", KIND[0])
    verify(stack, prepared)
    return lambda: cancelled_at_portone(stack, prepared) == 13_000


def an_approval(stack: UnkindStack) -> Done:
    """What the buyer authenticated is to be charged."""
    stack.portone.pg.token_life = DAY
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.wire.refuse("confirm_payment", KIND[0])
    confirm(stack, prepared, token)
    return lambda: status(stack, prepared) == "PAID"


def a_receipt(stack: UnkindStack) -> Done:
    """A buyer wants a cash receipt."""
    prepared = paid_by_transfer(stack)
    stack.wire.refuse("issue_cash_receipt", KIND[0])
    issue(stack, prepared)
    return lambda: len(stack.portone.books()[prepared["paymentId"]].cash_receipts) == 1


def a_closing(stack: UnkindStack) -> Done:
    """An unpaid account is closed."""
    prepared = paid(stack, method="VIRTUAL_ACCOUNT")
    stack.wire.refuse("close_virtual_account", KIND[0])
    let_pass(stack, 3 * DAY + 10 * MINUTE)
    return lambda: status(stack, prepared) == "EXPIRED"


KIND = ["UNAUTHORIZED"]
SENT: dict[str, Callable[[UnkindStack], Done]] = {
    "a refund": a_refund,
    "an automatic refund": an_automatic_refund,
    "an approval": an_approval,
    "a receipt": a_receipt,
    "a closing": a_closing,
}


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        *((what, kind) for what in SENT for kind in ("UNAUTHORIZED", "FORBIDDEN")),
        ("a receipt", "CHANNEL_NOT_FOUND"),
    ],
)
def test_every_request_stopped_by_an_error_of_ours_waits_and_is_sent_later(
    stack: UnkindStack, what: str, kind: str
) -> None:
    KIND[0] = kind
    done = SENT[what](stack)

    stack.run_for(3 * HOUR, step=5 * MINUTE)
    told = heard(stack)
    at_most = max(stack.wire.refused.values())
    stack.wire.undisturbed()
    stack.run_for(70 * MINUTE, step=2 * MINUTE)
    if what == "a receipt":
        stack.run_for(3 * HOUR, step=10 * MINUTE)

    assert (told, at_most <= 22) == ([], True)
    assert stack.counted("SendingStopped") > 0
    assert done()


@pytest.mark.parametrize("kind", ["UNAUTHORIZED", "FORBIDDEN"])
def test_a_refused_credential_stops_all_sending(stack: UnkindStack, kind: str) -> None:
    prepared = paid(stack)
    key_saved(stack)
    payment_id = prepared_id(stack, order_id="order-2")
    stack.wire.refuse(CHARGE, kind)
    charge(stack, payment_id)
    before = stack.asked("cancel_payment")

    answer = refund(stack, prepared, amount=3_000)

    assert answer.status in {202, 503}
    assert stack.asked("cancel_payment") == before


ELSEWHERE = "channel-key-example-live"


@pytest.mark.parametrize("settings", [{"billing_channels": f'{{"*": "{ELSEWHERE}"}}'}])
def test_a_channel_portone_does_not_find_stops_that_channel_only(stack: UnkindStack) -> None:
    [subscription_id] = subscribers(stack, 1, channel_key=ELSEWHERE)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    stack.wire.refuse(CHARGE, "CHANNEL_NOT_FOUND")
    let_pass(stack, 8 * HOUR)

    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)
    answer = refund(stack, prepared, amount=3_000)

    assert shown_to(stack, subscription_id)["status"] == "ACTIVE"
    assert (answer.status, seen_by_owner(stack, prepared)["amount"]["cancelled"]) == (200, 3_000)


def test_a_refusal_by_the_pg_is_still_a_decline(stack: UnkindStack) -> None:
    [subscription_id] = subscribers(stack, 1)
    let_pass(stack, 31 * DAY - 3 * HOUR)
    stack.portone.pg.decline(times=None)

    let_pass(stack, 10 * HOUR)

    assert shown_to(stack, subscription_id)["status"] == "PAST_DUE"
    assert (stack.counted("SendingStopped"), "invoice.failed" in stack.events()) == (0, True)
