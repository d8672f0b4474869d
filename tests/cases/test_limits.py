"""Limits cover the sum of a payment's refunds, and a second person is demonstrably another one."""

from typing import Any

import pytest

from portone_local.actors.shop import prepare, put_order
from portone_local.gateway.client import Client
from portone_local.stack.parameters import STAFF_CLAIM
from tests.support.refunding import cancelled_at_portone, paid, refund
from tests.support.unkind import UnkindStack, refused

LIMIT = pytest.mark.parametrize("settings", [{"staff_refund_limit": "10000"}])
MAXIMUM = pytest.mark.parametrize("settings", [{"owner_refund_max": "3000"}])


def people(stack: UnkindStack) -> dict[str, tuple[str, Client]]:
    """Who may refund as staff, with the door they come by."""

    def token(name: str) -> Client:
        return stack.app(name, **STAFF_CLAIM)

    return {
        "user kim": ("/ops", stack.colleague("kim")),
        "user lee": ("/ops", stack.colleague("lee")),
        "session kim of Ops": ("/ops", stack.colleague("kim", role="Ops")),
        "session lee of Ops": ("/ops", stack.colleague("lee", role="Ops")),
        "token kim": ("/staff", token("kim")),
        "token lee": ("/staff", token("lee")),
    }


def asked_and_approved(stack: UnkindStack, first: str, second: str) -> tuple[int, Any]:
    """One requests a large refund, another approves it: the first status, the second answer."""
    put_order(stack, amount={"total": 50_000})
    prepared = paid(stack)
    (door, asking), (other, agreeing) = people(stack)[first], people(stack)[second]
    body = {"refundId": "large", "amount": 20_000, "reason": "goodwill"}
    asked = asking.post(f"{door}/payments/{prepared['paymentId']}/cancel", body).status
    return asked, agreeing.post(f"{other}/payments/{prepared['paymentId']}/refunds/large/approve")


def given_back(stack: UnkindStack) -> int:
    """What PortOne gave back of all payments."""
    return sum(book.cancelled for book in stack.portone.books().values())


@LIMIT
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("session kim of Ops", "session lee of Ops"),
        ("session kim of Ops", "token kim"),
        ("user kim", "token kim"),
        ("token kim", "user kim"),
        ("token kim", "session kim of Ops"),
        ("session kim of Ops", "session kim of Ops"),
        ("user kim", "user kim"),
        ("token kim", "token kim"),
    ],
)
def test_a_requester_who_may_be_the_same_person_approves_nothing(
    stack: UnkindStack, first: str, second: str
) -> None:
    asked, answer = asked_and_approved(stack, first, second)

    assert (asked, given_back(stack)) == (202, 0)
    assert refused(answer)


@LIMIT
@pytest.mark.parametrize(("first", "second"), [("user kim", "user lee"), ("token kim", "token lee")])
def test_a_second_member_of_staff_approves_through_the_same_route(
    stack: UnkindStack, first: str, second: str
) -> None:
    asked, answer = asked_and_approved(stack, first, second)

    assert (asked, answer.status, given_back(stack)) == (202, 200, 20_000)


def staff_refund(stack: UnkindStack, prepared: dict[str, Any], number: int, amount: int) -> Any:
    """One member of staff requests a partial refund."""
    body = {"refundId": f"part-{number}", "amount": amount, "reason": "goodwill"}
    return stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cancel", body)


@LIMIT
@pytest.mark.parametrize("amount", [10_000, 4_000, 1_000])
def test_the_limit_of_one_member_of_staff_covers_the_sum_of_a_payments_refunds(
    stack: UnkindStack, amount: int
) -> None:
    put_order(stack, amount={"total": 100_000})
    prepared = paid(stack)

    answers = [staff_refund(stack, prepared, number, amount) for number in range(100_000 // amount)]

    assert cancelled_at_portone(stack, prepared) <= 10_000
    assert answers[0].status == 200
    assert 202 in {each.status for each in answers}


@LIMIT
def test_two_members_of_staff_share_one_limit(stack: UnkindStack) -> None:
    put_order(stack, amount={"total": 100_000})
    prepared = paid(stack)
    path = f"payments/{prepared['paymentId']}/cancel"
    body = {"amount": 9_000, "reason": "goodwill"}

    stack.staff.post(f"/ops/{path}", body | {"refundId": "one"})
    stack.staff_app.post(f"/staff/{path}", body | {"refundId": "two"})

    assert cancelled_at_portone(stack, prepared) == 9_000


@LIMIT
def test_the_limit_of_one_payment_does_not_affect_another(stack: UnkindStack) -> None:
    first, second = paid(stack), paid(stack, "order-2")

    answers = [staff_refund(stack, each, 1, 10_000).status for each in (first, second)]

    assert answers == [200, 200]


@MAXIMUM
@pytest.mark.parametrize("amount", [3_000, 2_000, 1_000])
def test_an_owners_maximum_covers_the_sum_of_a_payments_refunds(stack: UnkindStack, amount: int) -> None:
    prepared = paid(stack)

    answers = [refund(stack, prepared, f"part-{number}", amount=amount) for number in range(4)]

    assert cancelled_at_portone(stack, prepared) <= 3_000
    assert answers[0].status == 200
    assert refused(answers[-1])


@MAXIMUM
def test_a_refused_refund_uses_up_nothing_of_an_owners_maximum(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.portone.console.refuse_next_cancel("MAX_CANCEL_COUNT_REACHED")
    refund(stack, prepared, "part-1", amount=3_000)

    answer = refund(stack, prepared, "part-2", amount=3_000)

    assert (answer.status, cancelled_at_portone(stack, prepared)) == (200, 3_000)


@pytest.mark.parametrize("settings", [{"owner_refund_max": "3000", "staff_refund_limit": "10000"}])
def test_staff_refunds_although_the_owner_used_up_the_maximum(stack: UnkindStack) -> None:
    prepared = paid(stack)
    refund(stack, prepared, "part-1", amount=3_000)

    answer = staff_refund(stack, prepared, 1, 5_000)

    assert (answer.status, cancelled_at_portone(stack, prepared)) == (200, 8_000)


GROUPS = ("staff", "payments-staff")


def friend(stack: UnkindStack, claim: object) -> Client:
    """Somebody whose token lists these groups."""
    return stack.app("friend", groups=claim)


@pytest.mark.parametrize(
    "settings", [{"staff_claim": "groups=staff"}, {"staff_claim": "groups=payments-staff"}]
)
@pytest.mark.parametrize(
    "claim",
    [
        ["friends of staff"],
        ["former payments-staff"],
        ["a", "not payments-staff or staff"],
        "friends of staff",
        "[friends of staff]",
        "[former payments-staff]",
        ["staff\tpayments-staff"],
        [["staff", "payments-staff"]],
    ],
    ids=str,
)
def test_a_group_that_only_contains_the_name_makes_nobody_staff(stack: UnkindStack, claim: object) -> None:
    prepared = prepare(stack)
    path = f"/staff/payments/{prepared['paymentId']}"

    answers = [
        friend(stack, claim).get("/staff/attention?kind=mismatch").status,
        friend(stack, claim).post(f"{path}/catch-up").status,
        friend(stack, claim).post(f"{path}/cancel", {"refundId": "x", "full": True, "reason": "me"}).status,
    ]

    assert answers == [403, 403, 403]


@pytest.mark.parametrize("settings", [{"staff_claim": "groups=payments-staff"}])
@pytest.mark.parametrize(
    "claim",
    [["payments-staff"], ["a b", "payments-staff"], ["payments-staff", "c"], "payments-staff"],
    ids=str,
)
def test_a_member_of_the_group_is_staff(stack: UnkindStack, claim: object) -> None:
    assert friend(stack, claim).get("/staff/attention?kind=mismatch").status == 200
