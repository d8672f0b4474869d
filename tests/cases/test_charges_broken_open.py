"""A waiting charge of an order: it ends with its method and delays nobody else."""

import pytest

from portone_local.actors.subscribers import CHARGE, key_deleted, key_saved
from portone_local.portone import Unknowns
from tests.support.charging import charge
from tests.support.charging import prepared as prepared_id
from tests.support.unkind import UnkindStack
from tests.support.world import USER

MINUTE, HOUR = 60, 3600
OTHER = "user-2"
INVALID = "INVALID_REQUEST"


def charged(stack: UnkindStack) -> int:
    """How many payments PortOne took money for."""
    return sum(book.times_paid for book in stack.portone.books().values())


@pytest.mark.parametrize("orders", [1, 12])
@pytest.mark.parametrize("kind", [INVALID, "UNAUTHORIZED", "CHANNEL_NOT_FOUND"])
def test_a_waiting_charge_ends_when_its_method_is_deleted(stack: UnkindStack, kind: str, orders: int) -> None:
    billing_key_id = key_saved(stack)
    ids = [prepared_id(stack, order_id=f"order-{number}") for number in range(orders)]
    stack.wire.refuse(CHARGE, kind)
    for each in ids:
        charge(stack, each)
    stack.run_for(30 * MINUTE)

    answer = key_deleted(stack, billing_key_id)
    seen = stack.app(USER).get(f"/payments/{ids[0]}").json()["approval"]["state"]
    asked = stack.asked(CHARGE)
    stack.wire.undisturbed()
    stack.run_for(4 * HOUR, step=5 * MINUTE)

    assert (answer.status in {200, 202}, seen) == (True, "FAILED")
    assert (charged(stack), stack.asked(CHARGE)) == (0, asked)
    assert stack.app(USER).get("/billing-keys").json()["items"] == []
    assert not stack.calling()


@pytest.mark.parametrize("settings", [{"unknowns": Unknowns(errors_are_replayed=False)}, {}])
def test_a_declined_charge_stays_known_after_any_number_of_withdrawn_ones(stack: UnkindStack) -> None:
    key_saved(stack)
    payment_id = prepared_id(stack)
    stack.portone.pg.decline(times=1)
    first = charge(stack, payment_id, "charge-first")
    stack.wire.refuse(CHARGE, INVALID, times=30)
    answers = [charge(stack, payment_id, f"charge-{number}") for number in range(30)]
    stack.wire.undisturbed()

    again = charge(stack, payment_id, "charge-first")

    assert (first.status, again.status, charged(stack)) == (402, 402, 0)
    assert answers[-1].json()["error"]["code"] == "charge_in_progress"
    assert stack.asked(CHARGE) <= 20


def refused_for(stack: UnkindStack, number: int, kind: str) -> None:
    """PortOne refuses the charges of the `number`th method that was saved."""
    stack.wire.refuse(CHARGE, kind, naming=list(stack.portone.billing_books().keys)[number])


def charged_by(stack: UnkindStack, user: str, order_id: str) -> int:
    """How an order is answered that this customer has charged."""
    payment_id = prepared_id(stack, user, order_id)
    return stack.app(user).post(f"/payments/{payment_id}/charge", {"chargeId": order_id}).status


@pytest.mark.parametrize("kind", [INVALID, "BILLING_KEY_NOT_FOUND"])
@pytest.mark.parametrize("pause", [MINUTE, 10 * MINUTE, 20 * MINUTE])
def test_one_customer_refused_for_many_orders_stops_no_other_customer(
    stack: UnkindStack, kind: str, pause: int
) -> None:
    key_saved(stack)
    key_saved(stack, OTHER)
    refused_for(stack, 0, kind)
    for number in range(4):
        charged_by(stack, USER, f"order-{number}")

    answers = []
    for number in range(8):
        answers.append(charged_by(stack, OTHER, f"other-{number}"))
        charged_by(stack, USER, f"again-{number}")
        stack.run_for(pause)

    assert answers == [200] * 8


@pytest.mark.parametrize("kind", [INVALID, "BILLING_KEY_NOT_FOUND"])
@pytest.mark.parametrize("pause", [5 * MINUTE, 10 * MINUTE, 20 * MINUTE])
def test_waiting_charges_leave_the_probe_of_their_channel_to_other_charges(
    stack: UnkindStack, kind: str, pause: int
) -> None:
    users = ["user-a", "user-b", "user-c"]
    for each in (*users, OTHER):
        key_saved(stack, each)
    for number, each in enumerate(users):
        refused_for(stack, number, kind)
        charged_by(stack, each, f"order-{number}")

    answers = []
    for number in range(12):
        answers.append(charged_by(stack, OTHER, f"other-{number}"))
        stack.run_for(pause)

    turned_away = 10 * MINUTE // pause + 1
    assert answers[turned_away:] == [200] * (12 - turned_away)


def test_three_customers_refused_in_a_row_stop_the_channel_until_one_is_taken(stack: UnkindStack) -> None:
    for each in ("user-a", "user-b", "user-c", OTHER):
        key_saved(stack, each)
    stack.wire.refuse(CHARGE, INVALID)
    refused = [charged_by(stack, f"user-{each}", f"order-{each}") for each in "abc"]
    held = charged_by(stack, OTHER, "other-1")
    stack.wire.undisturbed()
    stack.run_for(HOUR)

    assert (refused, held) == ([202] * 3, 503)
    assert charged_by(stack, OTHER, "other-1") == 200
    assert charged(stack) == 4
