"""A shop withdraws an unpaid order by one call; later payments are refunded and published."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from portone_local.actors.shop import USER, ask_to_prepare, pay, prepare, put_order, status, verify
from portone_local.actors.subscribers import key_saved, order_in_parts, schedule
from portone_local.gateway.messages import Response
from portone_local.portone import Fault, Refused
from portone_local.stack.passing import let_pass
from tests.support.charging import charge
from tests.support.interleaving import between
from tests.support.refunding import cancelled_at_portone, paid, refund
from tests.support.unkind import UnkindStack, refused
from tests.support.withdrawing import (
    accounts_given,
    days_later,
    kept,
    told_wrong,
    withdraw,
)

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
KEY = "one-key-of-the-app"


def issued(stack: UnkindStack, order_id: str = "order-1") -> dict[str, Any]:
    """An account waits for its deposit, as we know."""
    prepared = prepare(stack, order_id)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    verify(stack, prepared)
    return prepared


def code(answer: Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status, str(answer.json().get("error", {}).get("code"))


def nothing(stack: UnkindStack) -> list[str]:
    put_order(stack)
    return []


def ready(stack: UnkindStack) -> list[str]:
    return [prepare(stack, key=KEY)["paymentId"]]


def opened(stack: UnkindStack) -> list[str]:
    prepared = prepare(stack)
    stack.portone.buyer.open_window(prepared["paymentId"])
    verify(stack, prepared)
    return [prepared["paymentId"]]


def declined(stack: UnkindStack) -> list[str]:
    prepared = prepare(stack)
    stack.portone.buyer.decline(prepared["paymentId"])
    verify(stack, prepared)
    return [prepared["paymentId"]]


def expired(stack: UnkindStack) -> list[str]:
    prepared = prepare(stack)
    let_pass(stack, 4 * DAY)
    return [prepared["paymentId"]]


def waiting(stack: UnkindStack) -> list[str]:
    return [issued(stack)["paymentId"]]


def waiting_unknown_to_us(stack: UnkindStack) -> list[str]:
    prepared = prepare(stack)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    return [prepared["paymentId"]]


def given_back(stack: UnkindStack) -> list[str]:
    prepared = paid(stack)
    refund(stack, prepared)
    return [prepared["paymentId"]]


def mismatched_and_given_back(stack: UnkindStack) -> list[str]:
    prepared = prepare(stack)
    pay(stack, prepared, amount=10, tampered=True)
    verify(stack, prepared)
    let_pass(stack, HOUR)
    return [prepared["paymentId"]]


UNPAID = (
    *(nothing, ready, opened, declined, expired, waiting, waiting_unknown_to_us),
    *(given_back, mismatched_and_given_back),
)


@pytest.mark.parametrize("made", UNPAID)
def test_an_unpaid_order_is_withdrawn_by_one_call(stack: UnkindStack, made: Any) -> None:
    payment_ids = made(stack)

    answer = withdraw(stack)
    let_pass(stack, HOUR)
    again = [ask_to_prepare(stack, key=key) for key in (None, KEY, "another")]

    assert answer.status in {200, 202}
    assert [refused(each) for each in again] == [True] * 3
    assert "already_paid" not in "".join(code(each)[1] for each in again)
    days_later(stack, payment_ids)
    assert told_wrong(stack, answer, payment_ids) == {}


@pytest.mark.parametrize("made", UNPAID)
def test_withdrawing_twice_answers_the_same(stack: UnkindStack, made: Any) -> None:
    made(stack)
    withdraw(stack)
    let_pass(stack, HOUR)

    second, third = withdraw(stack), withdraw(stack)
    let_pass(stack, 10 * DAY)
    late = withdraw(stack)

    assert (second.status, second.json()) == (third.status, third.json())
    assert [each.status for each in (second, third, late)] == [200] * 3


def test_a_withdrawn_order_reads_as_withdrawn(stack: UnkindStack) -> None:
    put_order(stack)
    before = stack.shop.get("/orders/order-1").json()

    withdraw(stack)
    after = stack.shop.get("/orders/order-1")

    assert after.status == 200
    assert after.json() != before
    assert "withdrawn" in json.dumps(after.json()).lower()


@pytest.mark.parametrize("changes", [{}, {"name": "다른 모자"}, {"amount": {"total": 1_000}}])
def test_a_withdrawn_order_is_not_stored_again(stack: UnkindStack, changes: dict[str, Any]) -> None:
    put_order(stack)
    withdraw(stack)

    put_order(stack, **changes)

    assert refused(ask_to_prepare(stack))
    assert withdraw(stack).status == 200


def test_withdrawing_closes_the_waiting_account_at_portone(stack: UnkindStack) -> None:
    prepared = issued(stack)

    answer = withdraw(stack)
    let_pass(stack, HOUR)

    assert (answer.status in {200, 202}, stack.asked("close_virtual_account")) == (True, 1)
    with pytest.raises(Refused):
        stack.portone.buyer.deposit(prepared["paymentId"])
    assert "virtualAccount" not in stack.app(USER).get(f"/payments/{prepared['paymentId']}").json()


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE_COMMIT, Fault.TIMEOUT_AFTER_COMMIT, Fault.HTML_500])
def test_an_account_that_could_not_be_closed_at_once_is_closed_later(
    stack: UnkindStack, fault: Fault
) -> None:
    prepared = issued(stack)
    stack.portone.inject(operation="close_virtual_account", fault=fault, times=1)

    answer = withdraw(stack)
    let_pass(stack, HOUR)

    with pytest.raises(Refused):
        stack.portone.buyer.deposit(prepared["paymentId"])
    assert (answer.status in {200, 202}, withdraw(stack).status) == (True, 200)


def deposit_into_an_account_nobody_can_close(stack: UnkindStack, prepared: dict[str, Any]) -> None:
    stack.portone.pg.closes_accounts = False
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    verify(stack, prepared)
    withdraw(stack)
    let_pass(stack, HOUR)
    stack.portone.buyer.deposit(prepared["paymentId"])


def deposit_that_was_on_its_way(stack: UnkindStack, prepared: dict[str, Any]) -> None:
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    verify(stack, prepared)
    stack.portone.buyer.deposit(prepared["paymentId"], after=2 * HOUR)
    withdraw(stack)
    let_pass(stack, 2 * HOUR)


def card_in_a_window_that_was_open(stack: UnkindStack, prepared: dict[str, Any]) -> None:
    stack.portone.buyer.open_window(prepared["paymentId"])
    withdraw(stack)
    let_pass(stack, 10 * MINUTE)
    pay(stack, prepared)


def account_in_a_window_that_was_open(stack: UnkindStack, prepared: dict[str, Any]) -> None:
    withdraw(stack)
    stack.portone.pg.closes_accounts = False
    pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    stack.deliver()
    stack.portone.buyer.deposit(prepared["paymentId"])


def failed_and_approved_later(stack: UnkindStack, prepared: dict[str, Any]) -> None:
    stack.portone.buyer.fail_then_approve(prepared["paymentId"], after=HOUR)
    verify(stack, prepared)
    withdraw(stack)
    let_pass(stack, 2 * HOUR)


def paid_months_later(stack: UnkindStack, prepared: dict[str, Any]) -> None:
    stack.portone.buyer.open_window(prepared["paymentId"])
    withdraw(stack)
    let_pass(stack, 60 * DAY)
    pay(stack, prepared)


STILL_COMES: tuple[Callable[[UnkindStack, dict[str, Any]], None], ...] = (
    *(deposit_into_an_account_nobody_can_close, deposit_that_was_on_its_way),
    *(card_in_a_window_that_was_open, account_in_a_window_that_was_open),
    *(failed_and_approved_later, paid_months_later),
)


@pytest.mark.parametrize("comes", STILL_COMES)
@pytest.mark.parametrize("told", ["webhook", "verify", "nobody"])
def test_a_payment_after_the_withdrawal_is_refunded_automatically_and_published(
    stack: UnkindStack, comes: Any, told: str
) -> None:
    prepared = prepare(stack)
    stack.functions.invoke("Audit", {})
    comes(stack, prepared)
    if told != "webhook":
        stack.portone.webhooks.lose()
    if told == "verify":
        verify(stack, prepared)
    let_pass(stack, 10 * MINUTE if told == "webhook" else 2 * DAY)
    if told == "nobody":
        # twice a day by the template; this clock runs the sweep alone
        stack.functions.invoke("Audit", {})
        let_pass(stack, MINUTE)
    called, alarmed = stack.calling(), stack.alarmed()
    days_later(stack, [prepared["paymentId"]])

    assert stack.portone.books()[prepared["paymentId"]].times_paid == 1
    assert (kept(stack), cancelled_at_portone(stack, prepared)) == (0, 12_000)
    assert prepared["paymentId"] in {each for ids in called.values() for each in ids}
    assert alarmed != set()


@pytest.mark.parametrize("comes", STILL_COMES)
def test_a_payment_after_the_withdrawal_is_never_published_as_a_paid_order(
    stack: UnkindStack, comes: Any
) -> None:
    prepared = prepare(stack)
    comes(stack, prepared)
    let_pass(stack, 2 * DAY)
    days_later(stack, [prepared["paymentId"]])

    types = stack.events(prepared["paymentId"])
    assert "payment.paid" not in types
    assert any("withdrawn" in each or "late" in each or "paid" in each for each in types)
    assert withdraw(stack).status == 200
    assert stack.shop.get("/orders/order-1").json()["paidTotal"] in {0, 12_000}


@pytest.mark.parametrize("failing", [1, 3])
def test_its_automatic_refund_survives_refusals(stack: UnkindStack, failing: int) -> None:
    prepared = prepare(stack)
    card_in_a_window_that_was_open(stack, prepared)
    stack.portone.console.refuse_next_cancel(leaves="FAILED", times=failing)
    stack.deliver()

    days_later(stack, [prepared["paymentId"]])

    assert (kept(stack), cancelled_at_portone(stack, prepared)) == (0, 12_000)


def paid_as_we_know(stack: UnkindStack) -> dict[str, Any]:
    return paid(stack)


def paid_at_portone_alone(stack: UnkindStack) -> dict[str, Any]:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.webhooks.lose()
    return prepared


def deposited_at_portone_alone(stack: UnkindStack) -> dict[str, Any]:
    prepared = issued(stack)
    stack.portone.buyer.deposit(prepared["paymentId"])
    stack.portone.webhooks.lose()
    return prepared


def refunded_in_part(stack: UnkindStack) -> dict[str, Any]:
    prepared = paid(stack)
    refund(stack, prepared, amount=2_000)
    return prepared


@pytest.mark.parametrize(
    "made", [paid_as_we_know, paid_at_portone_alone, deposited_at_portone_alone, refunded_in_part]
)
def test_an_order_that_is_paid_is_not_withdrawn(stack: UnkindStack, made: Any) -> None:
    prepared = made(stack)
    before = kept(stack)

    answers = [withdraw(stack), withdraw(stack)]
    days_later(stack, [prepared["paymentId"]])

    assert [code(answer) for answer in answers] == [(409, "order_already_paid")] * 2
    assert refused(answers[0])
    assert (kept(stack), status(stack, prepared) in {"PAID", "PARTIAL_CANCELLED"}) == (before, True)


@pytest.mark.parametrize("made", [paid_at_portone_alone, waiting_unknown_to_us, ready])
def test_while_portone_is_silent_every_answer_stays_true(stack: UnkindStack, made: Any) -> None:
    made(stack)
    payment_ids = list(stack.portone.books()) or [ask_to_prepare(stack).json()["paymentId"]]
    stack.portone.inject(operation="*", fault=Fault.TIMEOUT_BEFORE_COMMIT, times=None)
    answer = withdraw(stack)
    stack.portone.clear_faults()

    days_later(stack, payment_ids)

    assert answer.status in {200, 202, 409, 503}
    assert answer.status != 404
    assert told_wrong(stack, answer, payment_ids) == {}


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE_COMMIT, Fault.TIMEOUT_AFTER_COMMIT])
def test_an_order_with_a_charge_under_way_waits_for_its_outcome(stack: UnkindStack, fault: Fault) -> None:
    key_saved(stack)
    prepared = prepare(stack)
    stack.portone.inject(operation="pay_with_billing_key", fault=fault, times=1)
    stack.portone.inject(operation="get_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT, times=2)
    under_way = charge(stack, prepared["paymentId"])

    answer = withdraw(stack)
    days_later(stack, [prepared["paymentId"]])

    assert (under_way.status, answer.status in {202, 409, 503}) == (202, True)
    assert code(answer)[1] not in {"not_found", "order_not_found"}
    assert told_wrong(stack, answer, [prepared["paymentId"]]) == {}


def test_a_withdrawn_order_is_not_charged(stack: UnkindStack) -> None:
    key_saved(stack)
    prepared = prepare(stack)
    withdrawn = withdraw(stack)

    answer = charge(stack, prepared["paymentId"])
    days_later(stack, [prepared["paymentId"]])

    assert (withdrawn.status, refused(answer)) == (200, True)
    assert (stack.asked("pay_with_billing_key"), kept(stack)) == (0, 0)


def test_a_withdrawn_order_is_not_paid_with_a_new_method(stack: UnkindStack) -> None:
    put_order(stack, payMethods=["MOBILE"], productType="DIGITAL")
    withdrawn = withdraw(stack)

    answer = stack.app(USER).post(
        "/billing-keys", {"payMethod": "MOBILE", "platform": "web", "orderId": "order-1"}
    )

    assert (withdrawn.status, refused(answer)) == (200, True)


PARTS: list[dict[str, Any]] = [{"amount": 6_000}, {"amount": 6_000, "dueAt": "2026-02-01T00:00:00Z"}]


def test_an_order_in_parts_without_consent_is_withdrawn(stack: UnkindStack) -> None:
    key_saved(stack)
    order_in_parts(stack, "order-1", PARTS)

    answers = [withdraw(stack), schedule(stack, "order-1"), withdraw(stack)]

    assert [answer.status // 100 for answer in answers] == [2, 4, 2]
    let_pass(stack, 40 * DAY)
    assert stack.asked("pay_with_billing_key") == 0


def test_an_order_whose_parts_are_being_charged_is_not_withdrawn(stack: UnkindStack) -> None:
    key_saved(stack)
    order_in_parts(stack, "order-1", PARTS)
    schedule(stack, "order-1")

    answer = withdraw(stack)

    assert (refused(answer), answer.status) == (True, 409)


@pytest.mark.parametrize(
    "order_id", ["order-9", "x" * 64, "ORDER-1", "payment-1", "%20", "a%2Fb", "order-1%00"]
)
def test_an_absent_order_is_not_found_whatever_its_id(stack: UnkindStack, order_id: str) -> None:
    put_order(stack)

    known = withdraw(stack, "order-8")
    answer = withdraw(stack, order_id)

    assert code(known) == (404, "order_not_found")
    assert answer.status == 404
    if order_id != "a%2Fb":
        assert [answer.json()["error"][name] for name in ("code", "message", "action")] == [
            known.json()["error"][name] for name in ("code", "message", "action")
        ]


def test_only_the_shop_withdraws_an_order(stack: UnkindStack) -> None:
    put_order(stack)
    nobody = [stack.app(USER).delete("/orders/order-1"), stack.staff_app.delete("/orders/order-1")]

    assert all(answer.status in {401, 403} for answer in nobody)
    assert ask_to_prepare(stack).status == 200
    assert withdraw(stack).status == 200


@pytest.mark.parametrize("order_id", ["order-1"])
def test_the_buyer_sees_that_the_order_is_withdrawn(stack: UnkindStack, order_id: str) -> None:
    prepared = prepare(stack, order_id)
    withdraw(stack, order_id)

    told = [verify(stack, prepared), stack.app(USER).get(f"/payments/{prepared['paymentId']}")]

    assert [answer.status for answer in told] == [200, 200]
    assert told[1].json()["status"] not in {"PAID", "VIRTUAL_ACCOUNT_ISSUED"}
    assert refused(ask_to_prepare(stack, order_id))


type Meanwhile = Callable[[UnkindStack, dict[str, Any]], object]


def asks_again(stack: UnkindStack, _prepared: dict[str, Any]) -> object:
    return ask_to_prepare(stack, key="another")


def pays(stack: UnkindStack, prepared: dict[str, Any]) -> object:
    with suppress(Refused):
        pay(stack, prepared)
    return verify(stack, prepared)


def pays_and_the_webhook_comes(stack: UnkindStack, prepared: dict[str, Any]) -> object:
    with suppress(Refused):
        pay(stack, prepared)
    stack.deliver()
    return None


def gets_an_account(stack: UnkindStack, prepared: dict[str, Any]) -> object:
    with suppress(Refused):
        pay(stack, prepared, method="VIRTUAL_ACCOUNT")
    return verify(stack, prepared)


def deposits(stack: UnkindStack, prepared: dict[str, Any]) -> object:
    with suppress(Refused):
        pay(stack, prepared, method="VIRTUAL_ACCOUNT")
        stack.portone.buyer.deposit(prepared["paymentId"])
    stack.deliver()
    return None


def charges(stack: UnkindStack, prepared: dict[str, Any]) -> object:
    return charge(stack, prepared["paymentId"])


def is_swept(stack: UnkindStack, _prepared: dict[str, Any]) -> object:
    let_pass(stack, 11 * MINUTE)
    return None


def withdraws_too(stack: UnkindStack, _prepared: dict[str, Any]) -> object:
    return withdraw(stack)


MEANWHILE: tuple[Meanwhile, ...] = (
    *(asks_again, pays, pays_and_the_webhook_comes, gets_an_account, deposits, charges),
    *(is_swept, withdraws_too),
)
POINTS = range(1, 9)


@pytest.mark.parametrize("nth", POINTS)
@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_the_answer_of_a_withdrawal_stays_true_whatever_happens_meanwhile(
    stack: UnkindStack, meanwhile: Meanwhile, nth: int
) -> None:
    key_saved(stack)
    prepared = prepare(stack)

    answer, _ = between(stack, partial(withdraw, stack), nth, partial(meanwhile, stack, prepared))
    days_later(stack, [prepared["paymentId"]])

    assert answer.status in {200, 202, 409, 503}
    assert told_wrong(stack, answer, [prepared["paymentId"]]) == {}


@pytest.mark.parametrize("nth", POINTS)
@pytest.mark.parametrize("meanwhile", [each for each in MEANWHILE if each is not withdraws_too])
def test_an_order_withdrawn_during_another_request_ends_withdrawn_or_paid(
    stack: UnkindStack, meanwhile: Meanwhile, nth: int
) -> None:
    key_saved(stack)
    prepared = prepare(stack)

    _, answer = between(stack, partial(meanwhile, stack, prepared), nth, partial(withdraw, stack))
    days_later(stack, [prepared["paymentId"]])

    assert answer.status in {200, 202, 409, 503}
    assert told_wrong(stack, answer, [prepared["paymentId"]]) == {}


@pytest.mark.parametrize("nth", POINTS)
def test_an_order_withdrawn_during_its_first_prepare_is_not_offered(stack: UnkindStack, nth: int) -> None:
    put_order(stack)

    asked, answer = between(stack, partial(ask_to_prepare, stack), nth, partial(withdraw, stack))
    payment_ids = [asked.json()["paymentId"]] if asked.status == 200 else []
    for payment_id in payment_ids:
        with suppress(Refused):
            pay(stack, asked.json())
        accounts_given(stack, payment_id)
    days_later(stack, payment_ids)

    assert answer.status in {200, 202, 409, 503}
    assert told_wrong(stack, answer, payment_ids) == {}


@pytest.mark.parametrize("nth", POINTS)
def test_an_order_withdrawn_while_it_is_changed_stays_withdrawn(stack: UnkindStack, nth: int) -> None:
    put_order(stack)

    _, answer = between(stack, partial(put_order, stack, name="다른 모자"), nth, partial(withdraw, stack))

    assert answer.status == 200
    assert refused(ask_to_prepare(stack))
