"""A user id leaves to a PG as twenty letters and digits of its own, which stay the same for ever."""

import re
from typing import Any

import pytest

from portone_local.actors.people import go_through, press, start, typed, verify
from portone_local.actors.shop import ask_to_prepare, checkout, prepare, put_order
from portone_local.actors.subscribers import plan_stored, subscribe
from portone_local.gateway.messages import Response
from portone_local.stack.passing import let_pass
from tests.support.billing_app import code_of, issue_window, issued, register
from tests.support.charging import charge, prepared
from tests.support.edited import having
from tests.support.unkind import UnkindStack, refused

MINUTE, DAY = 60, 24 * 3600
PLAIN = re.compile(r"[0-9A-Za-z]{20}")
ORDERING = {
    "auth0": "auth0|5f7c8ec7c33c6c004bbafe82",
    "uuid": "4ff4af41-85e3-4559-8eb8-0d08a2c6ceec",
    "mail": "kim.gildong+shop@shop.example",
    "plain": "user-1",
    "percent": "50%off#a/b",
    "128": "x" * 128,
}
STRANGE = {
    "300": "y" * 300,
    "korean": "홍길동",
    "emoji": "🙂user",
    "blank": "a b",
    "line": "a\nb",
    "none": "",
}
"""Users a token may name although no order can."""
OURS = "auth0|5f7c8ec7c33c6c004bbafe82"
THEIRS = "auth0|5f7c8ec7c33c6c004bbafe83"


def in_checkout(stack: UnkindStack, user: str, order_id: str = "order-1") -> str:
    """The customer id of a checkout."""
    assert put_order(stack, order_id, userId=user).status == 200
    return str(ask_to_prepare(stack, order_id, user=user).json()["customer"]["customerId"])


def in_window(stack: UnkindStack, user: str) -> str:
    """The customer id of a window that saves a payment method."""
    return str(issue_window(stack, user)["customer"]["customerId"])


def saved(stack: UnkindStack, user: str, **changes: Any) -> str:
    """A payment method that was saved through its window."""
    window = issue_window(stack, user)
    answer = register(stack, window["billingKeyId"], issued(stack, window, **changes), user)
    assert answer.status == 200, answer.body
    return str(window["billingKeyId"])


def sent(stack: UnkindStack, operation: str) -> list[str]:
    """The customer ids that left with this operation."""
    bodies = [each.said for each in stack.wire.sent if each.operation == operation]
    named = [
        body.get("filter", {}).get("customerId") or body.get("customer", {}).get("id") for body in bodies
    ]
    return [str(each) for each in named if each]


def charged(stack: UnkindStack, user: str, order_id: str = "order-1") -> Response:
    """An order of this user, charged to the saved method."""
    payment_id = prepared(stack, user, order_id)
    return stack.app(user).post(f"/payments/{payment_id}/charge", {"chargeId": f"charge-{order_id}"})


def searched(stack: UnkindStack, user: str) -> Response:
    """The app lost the SDK's answer, so that this user's keys are listed at PortOne."""
    window = issue_window(stack, user)
    issued(stack, window)
    answer: Response = register(stack, window["billingKeyId"], {}, user)
    return answer


@pytest.mark.parametrize("user", ORDERING.values(), ids=ORDERING)
def test_a_user_id_in_a_checkout_is_twenty_letters_and_digits(stack: UnkindStack, user: str) -> None:
    assert PLAIN.fullmatch(in_checkout(stack, user))


@pytest.mark.parametrize("user", ORDERING.values(), ids=ORDERING)
def test_a_user_id_in_a_saving_window_is_twenty_letters_and_digits_too(stack: UnkindStack, user: str) -> None:
    answer = stack.app(user).post("/billing-keys", {"payMethod": "CARD", "platform": "web"})

    assert answer.status == 200
    assert PLAIN.fullmatch(answer.json()["customer"]["customerId"])


@pytest.mark.parametrize("user", STRANGE.values(), ids=STRANGE)
def test_an_invalid_user_id_is_sent_nowhere(stack: UnkindStack, user: str) -> None:
    stored = put_order(stack, userId=user)
    asked = stack.app(user).post("/billing-keys", {"payMethod": "CARD", "platform": "web"})
    begun = stack.app(user).post("/identity-verifications", {"purpose": "signup"})

    for answer in (stored, asked, begun):
        taken = answer.json().get("customer", {"customerId": "0" * 20})["customerId"]
        assert refused(answer) or PLAIN.fullmatch(taken)
    assert user == "" or user not in "".join(repr(each.said) for each in stack.wire.sent)


@pytest.mark.parametrize("user", ORDERING.values(), ids=ORDERING)
def test_a_charge_sends_the_user_id_of_its_window(stack: UnkindStack, user: str) -> None:
    saved(stack, user)
    window = in_window(stack, user)

    answer = charged(stack, user)

    assert (answer.status, sent(stack, "pay_with_billing_key")) == (200, [window])
    assert PLAIN.fullmatch(window)


@pytest.mark.parametrize("user", ORDERING.values(), ids=ORDERING)
def test_a_renewal_sends_the_user_id_of_its_window(stack: UnkindStack, user: str) -> None:
    saved(stack, user)
    plan_stored(stack)
    begun = subscribe(stack, user)
    let_pass(stack, 31 * DAY)

    window = in_window(stack, user)
    assert begun.status in {200, 201, 202}
    assert sent(stack, "pay_with_billing_key") == [window, window]
    assert PLAIN.fullmatch(window)


@pytest.mark.parametrize("user", ORDERING.values(), ids=ORDERING)
def test_a_users_keys_are_listed_under_the_same_id(stack: UnkindStack, user: str) -> None:
    answer = searched(stack, user)

    assert answer.status == 200
    assert sent(stack, "list_billing_keys")[-1] == in_window(stack, user)
    assert PLAIN.fullmatch(in_window(stack, user))


@pytest.mark.parametrize("user", ORDERING.values(), ids=ORDERING)
def test_a_user_id_in_a_verification_window_is_twenty_letters_and_digits_too(
    stack: UnkindStack, user: str
) -> None:
    window = start(stack, user)
    verification_id = go_through(stack, window)

    assert PLAIN.fullmatch(window["customer"]["customerId"])
    assert verify(stack, verification_id, user).status == 200


def test_a_user_id_in_a_verification_message_is_twenty_letters_and_digits_too(stack: UnkindStack) -> None:
    window = start(stack, OURS, provider="DANAL")
    press(stack, window["identityVerificationId"], "send", typed(), OURS)

    [said] = sent(stack, "send_identity_verification")
    assert PLAIN.fullmatch(said)


def test_no_two_users_share_one_id(stack: UnkindStack) -> None:
    users = [
        *ORDERING.values(),
        OURS.upper(),
        THEIRS,
        *(f"user-{number}" for number in range(200)),
    ]

    ids = {user: in_window(stack, user) for user in dict.fromkeys(users)}

    assert len(set(ids.values())) == len(ids)
    assert all(PLAIN.fullmatch(each) for each in ids.values())


def test_the_sent_id_reveals_nothing_of_our_user_id(stack: UnkindStack) -> None:
    said = in_checkout(stack, OURS) + in_window(stack, OURS)
    saved(stack, OURS)
    charged(stack, OURS, "order-2")

    assert "5f7c" not in said
    assert OURS not in "".join(repr(each.said) for each in stack.wire.sent)


def test_a_user_has_the_same_id_everywhere_and_always(stack: UnkindStack) -> None:
    first = [in_checkout(stack, OURS), in_window(stack, OURS)]
    let_pass(stack, 400 * DAY)

    later = [in_checkout(stack, OURS, "order-2"), in_window(stack, OURS)]

    assert len({*first, *later}) == 1
    assert PLAIN.fullmatch(first[0])


def test_a_user_keeps_the_id_when_the_key_gets_a_new_version(stack: UnkindStack) -> None:
    key_id = saved(stack, OURS)
    before = in_checkout(stack, OURS), in_window(stack, OURS)

    stack.ports["secrets"].new_key_version()
    let_pass(stack, DAY)
    again = ask_to_prepare(stack, "order-1", user=OURS).json()["customer"]["customerId"]
    after = in_checkout(stack, OURS, "order-2"), in_window(stack, OURS)
    answer = charged(stack, OURS, "order-3")

    assert {again, *before, *after} == {before[0]}
    assert (answer.status, sent(stack, "pay_with_billing_key")) == (200, [before[0]])
    assert stack.app(OURS).get(f"/billing-keys/{key_id}").status == 200
    assert PLAIN.fullmatch(before[0])


def test_a_user_without_a_saved_method_keeps_the_id_too(stack: UnkindStack) -> None:
    before = in_checkout(stack, OURS)

    stack.ports["secrets"].new_key_version()
    let_pass(stack, DAY)

    assert in_checkout(stack, OURS, "order-2") == before
    assert PLAIN.fullmatch(before)


def test_a_window_opened_under_an_older_key_version_belongs_to_its_user(stack: UnkindStack) -> None:
    stack.shop.put("/orders/order-1", order_of(OURS))
    view = ask_to_prepare(stack, user=OURS).json()
    window = issue_window(stack, OURS)
    told = issued(stack, window)
    stack.portone.buyer.pay(view["paymentId"], checkout(view))

    stack.ports["secrets"].new_key_version()
    let_pass(stack, 5 * MINUTE)
    paid = stack.app(OURS).post(f"/payments/{view['paymentId']}/verify")
    registered = register(stack, window["billingKeyId"], told, OURS)

    assert (paid.json()["status"], registered.status) == ("PAID", 200)
    assert stack.counted("CustomerDiffers") == 0
    assert PLAIN.fullmatch(view["customer"]["customerId"])


def order_of(user: str) -> dict[str, Any]:
    """The order of the other tests, of this user."""
    return {
        "userId": user,
        "name": "모자",
        "amount": {"total": 12_000, "taxFree": 0},
        "currency": "KRW",
        "payMethods": ["CARD"],
    }


@pytest.mark.parametrize("who", ["their id", "our id in clear", "nonsense"])
def test_a_payment_of_another_customer_is_counted(stack: UnkindStack, who: str) -> None:
    shown = {"their id": in_window(stack, THEIRS), "our id in clear": OURS, "nonsense": "customer-9"}[who]
    assert PLAIN.fullmatch(in_window(stack, THEIRS))
    put_order(stack, userId=OURS)
    view = ask_to_prepare(stack, user=OURS).json()
    stack.portone.buyer.pay(view["paymentId"], checkout(view))
    stack.wire.edited("get_payment", having(customer__id=shown))

    paid = stack.app(OURS).post(f"/payments/{view['paymentId']}/verify")

    assert (paid.json()["status"], stack.counted("CustomerDiffers")) == ("PAID", 1)


@pytest.mark.parametrize("who", ["their id", "our id in clear", "nonsense"])
def test_a_key_of_another_customer_is_refused(stack: UnkindStack, who: str) -> None:
    shown = {"their id": in_window(stack, THEIRS), "our id in clear": OURS, "nonsense": "customer-9"}[who]
    window = issue_window(stack, OURS)
    told = issued(stack, window, customer_id=shown)

    answer = register(stack, window["billingKeyId"], told, OURS)

    assert PLAIN.fullmatch(window["customer"]["customerId"])
    assert (refused(answer), code_of(answer)) == (True, (409, "billing_key_refused"))


@pytest.mark.parametrize("who", ["their id", "our id in clear"])
def test_a_verification_of_another_customer_is_refused(stack: UnkindStack, who: str) -> None:
    window, theirs = start(stack, OURS), start(stack, THEIRS)
    shown = {"their id": theirs["customer"]["customerId"], "our id in clear": OURS}[who]
    verification_id = go_through(stack, window | {"customer": {"customerId": shown}})

    answer = verify(stack, verification_id, OURS)

    assert PLAIN.fullmatch(window["customer"]["customerId"])
    assert (answer.status, answer.json()["error"]["details"]) == (409, {"reason": "customer"})


def test_ownership_is_decided_by_our_own_user_id(stack: UnkindStack) -> None:
    put_order(stack, userId=OURS)
    view = ask_to_prepare(stack, user=OURS).json()
    key_id = saved(stack, OURS)
    sent_as = view["customer"]["customerId"]

    for somebody in (THEIRS, sent_as):
        assert stack.app(somebody).get(f"/payments/{view['paymentId']}").status == 404
        assert stack.app(somebody).get(f"/billing-keys/{key_id}").status == 404
        assert stack.app(somebody).get("/billing-keys").json()["items"] == []
    assert stack.app(OURS).get(f"/payments/{view['paymentId']}").status == 200
    assert PLAIN.fullmatch(sent_as)


def test_an_erasure_names_our_own_user_id(stack: UnkindStack) -> None:
    window = start(stack, OURS)
    verify(stack, go_through(stack, window), OURS)
    before = stack.app(OURS).get("/me/verification").json()

    erased = stack.shop.post("/identity/erase", {"userId": OURS})
    after = stack.app(OURS).get("/me/verification").json()

    assert (erased.status, before != after) == (200, True)
    assert PLAIN.fullmatch(window["customer"]["customerId"])


def test_the_app_sees_its_own_user_id_in_no_new_place(stack: UnkindStack) -> None:
    view = prepare(stack)
    charge(stack, view["paymentId"])

    owner = stack.app("user-1").get(f"/payments/{view['paymentId']}").json()
    shop = stack.shop.get("/orders/order-1").json()

    assert view["customer"]["customerId"] not in {str(value) for value in owner.values()}
    assert shop["userId"] == "user-1"
    assert PLAIN.fullmatch(view["customer"]["customerId"])
