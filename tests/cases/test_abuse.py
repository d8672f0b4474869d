"""What an anonymous sender, a hostile user or who has the table alone may not do (E1, E10, E11, E12)."""

from http import HTTPStatus
from typing import Any

import pytest

from portone_local.actors.approver import HOOK, confirm
from portone_local.actors.people import me, verified, wait
from portone_local.actors.shop import USER, checkout, pay, prepare, put_order
from portone_local.actors.subscribers import key_saved, subscribed
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.short_names import stored_as
from portone_payments.domain.records.payments import Order, Payment
from tests.support.unkind import UnkindStack, refused

OK, BAD_REQUEST = HTTPStatus.OK, HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("settings", [HOOK | {"manual_approval": "off"}])
def test_approvals_cost_nothing_where_manual_approval_is_off(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    before = stack.calls, stack.dump()

    answers = [confirm(stack, prepared, f"invented-{number}") for number in range(40)]

    assert all(map(refused, answers))
    assert stack.calls.portone == before[0].portone
    assert stack.dump() == before[1]
    assert stack.ports["stock"].agreed == set()


@pytest.mark.parametrize("settings", [HOOK])
def test_invented_tokens_reserve_stock_a_bounded_number_of_times_and_release_it(
    stack: UnkindStack,
) -> None:
    prepared = prepare(stack)
    before = stack.calls.portone

    answers = [confirm(stack, prepared, f"invented-{number}") for number in range(400)]
    stack.run_for(3600)

    assert all(map(refused, answers))
    assert answers[-1].status == HTTPStatus.TOO_MANY_REQUESTS
    assert len(stack.ports["stock"].agreed) <= 20
    assert stack.calls.portone - before <= 80
    released = [kind for kind in stack.events(prepared["paymentId"]) if kind.endswith("approval_released")]
    assert len(released) == len(stack.ports["stock"].agreed)


MOMENTS = (
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59Z",
    "10000-01-01T00:00:00Z",
    "2100-01-01T00:00:00+09:00",
    "1999-12-31T23:59:59Z",
    "2026-12-31T23:59:60Z",
    "2026-02-30T00:00:00Z",
    "2026-12-31T24:00:00Z",
    "2026-12-31T00:00:00+24:00",
    "2026-12-31T00:00:00+99:99",
    "2026-12-31T00:00:00",
    "+2026-12-31T00:00:00Z",
    "٢٠٢٦-12-31T00:00:00Z",
    "2026-12-31T00:00:00.0000000000Z",
    "9" * 400,
)


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda text: text[:30])
def test_a_time_out_of_range_is_refused_by_every_route(stack: UnkindStack, moment: str) -> None:
    subscription = subscribed(stack)
    parts = [{"amount": 4_000}, {"amount": 8_000, "dueAt": moment}]

    answers = (
        put_order(stack, "order-moment", expiresAt=moment),
        put_order(stack, "order-moment", parts=parts),
        put_order(stack, "order-moment", lastDayOfUse=moment[:10]) if moment[0] in "1+9٢" else None,
        stack.app(USER).post(f"/subscriptions/{subscription}/pause", {"until": moment}),
        stack.app(USER).get(f"/payments?cursor={moment.replace('+', '%2B')}"),
    )

    assert [answer.status for answer in answers if answer] == [BAD_REQUEST] * (4 + (answers[2] is not None))
    assert stack.shop.get("/orders/order-moment").status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("hour", ["+14:00", "-12:00", "+00:00"])
@pytest.mark.parametrize("day", ["2000-01-02", "2099-12-31"])
def test_the_earliest_and_latest_times_are_accepted_and_shown_again(
    stack: UnkindStack, day: str, hour: str
) -> None:
    assert put_order(stack, expiresAt=f"{day}T12:00:00{hour}").status == OK
    assert stack.shop.get("/orders/order-1").status == OK


def marked(stack: UnkindStack, order_id: str, user: str = USER) -> Any:
    """A window with the marker of one's own order, as anybody who sees their app's traffic can open."""
    return checkout(prepare(stack, order_id, user=user))


def test_declined_checkouts_under_invented_ids_are_counted_and_raise_no_alarm(stack: UnkindStack) -> None:
    window = marked(stack, "order-1")
    for number in range(5):
        stack.portone.buyer.decline(f"invented{number}", window)
    stack.run_for(3600)

    assert stack.counted("WebhookOrphan") == 0
    assert stack.counted("WebhookForeign") >= 5
    assert stack.calling() == {}


@pytest.mark.parametrize("begun", ["open_window", "pay_pending"])
def test_windows_opened_under_invented_ids_raise_no_alarm_either(stack: UnkindStack, begun: str) -> None:
    window = marked(stack, "order-1")
    for number in range(5):
        getattr(stack.portone.buyer, begun)(f"invented{number}", window)
    stack.run_for(3600)

    assert stack.counted("WebhookOrphan") == 0


def test_an_account_issued_under_an_invented_id_raises_no_alarm_until_it_is_paid(
    stack: UnkindStack,
) -> None:
    window = checkout(prepare(stack, "order-1"), method="VIRTUAL_ACCOUNT")
    stack.portone.buyer.pay("invented1", window)
    stack.run_for(600)
    before = stack.counted("WebhookOrphan")

    stack.portone.buyer.deposit("invented1")
    stack.run_for(600)

    assert before == 0
    assert stack.counted("WebhookOrphan") >= 1


def test_money_paid_under_an_invented_id_with_our_marker_raises_an_alarm(stack: UnkindStack) -> None:
    stack.portone.buyer.pay("invented1", marked(stack, "order-1"))
    stack.run_for(600)

    assert stack.counted("WebhookOrphan") >= 1


def test_the_audit_lists_no_unpaid_checkout_the_day_after(stack: UnkindStack) -> None:
    window = marked(stack, "order-1")
    for number in range(5):
        stack.portone.buyer.decline(f"invented{number}", window)
    stack.run_for(3600)
    stack.functions.invoke("Audit", {})

    assert stack.staff.get("/ops/discrepancies").json()["items"] == []


def item_of(stack: UnkindStack, table: str, kind: str) -> tuple[Any, Item]:
    """The table and its one item of a kind."""
    held = stack.ports[table].table
    items = stack.identity_dump() if table == "people" else stack.dump()
    return held, next(item for item in items if item["sk"]["S"] == kind)


def test_an_older_sealed_text_copied_into_todays_record_does_not_open(stack: UnkindStack) -> None:
    verified(stack)
    _, old = item_of(stack, "people", "person")
    wait(stack, 60)
    verified(stack)
    table, new = item_of(stack, "people", "person")
    seen = me(stack)
    purposes = new["purposes"]["M"]["signup"]["M"] | {
        name: old["purposes"]["M"]["signup"]["M"][name] for name in ("key", "facts")
    }

    table.append(new | {"purposes": {"M": new["purposes"]["M"] | {"signup": {"M": purposes}}}})

    answer = stack.app(USER).get("/me/verification")
    assert seen["purposes"]
    assert answer.status >= BAD_REQUEST or answer.json()["purposes"] == []


def test_a_saved_card_copied_into_another_users_wallet_pays_nothing(stack: UnkindStack) -> None:
    mine, theirs = key_saved(stack), key_saved(stack, "user-2", card="other")
    wallets = {item["user_id"]["S"]: item for item in stack.dump() if item["sk"]["S"] == "wallet"}
    stolen = wallets["user-2"]["keys"]["M"][theirs]["M"]["sealed"]
    key = wallets[USER]["keys"]["M"][mine]["M"] | {"sealed": stolen}
    keys = wallets[USER]["keys"]["M"] | {mine: {"M": key}}
    stack.ports["store"].table.append(wallets[USER] | {"keys": {"M": keys}})
    put_order(stack)
    payment_id = prepare(stack)["paymentId"]

    stack.app(USER).post(f"/payments/{payment_id}/charge", {"chargeId": "charge-1"})
    stack.run_for(1800)

    assert stack.asked("pay_with_billing_key") == 0


@pytest.mark.parametrize("change", ["payment", "order"])
def test_a_buyer_sealed_for_one_order_is_used_for_no_other(stack: UnkindStack, change: str) -> None:
    buyers = {"order-1": "minjun@buyer.example", "order-2": "seoyeon@buyer.example"}
    for order_id, email in buyers.items():
        put_order(stack, order_id, buyer={"email": email})
        if change == "payment":
            prepare(stack, order_id)
    order = stored_as({"order": Order, "payment": Payment}[change], "order_id")
    items = {item[order]["S"]: item for item in stack.dump() if item["sk"]["S"] == change}
    stack.ports["store"].table.append(items["order-2"] | {"buyer_sealed": items["order-1"]["buyer_sealed"]})

    answer = stack.app(USER).post("/payments", {"orderId": "order-2", "platform": "ios"})

    assert buyers["order-1"].encode() not in answer.body
    assert answer.status >= BAD_REQUEST
    pay(stack, prepare(stack, "order-1"))
