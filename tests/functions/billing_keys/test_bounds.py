"""Nothing a user repeats fills the wallet; a deletion needs no room and always works (rule 10.9)."""

from portone_local.portone import Fault
from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack
from portone_payments.adapters.dynamo.codec import item_size
from portone_payments.adapters.dynamo.keys import key_of
from portone_payments.domain.billing_keys.wallet import MOST_KEYS, MOST_UNSETTLED
from portone_payments.domain.records.bounds import SETTLED_KEYS_KEPT
from portone_payments.domain.shared.calendar import DAY
from portone_payments.ports.world import Metric
from tests.support.billing_app import code_of, issue_window, issued, register, save_key
from tests.support.world import USER

LONGEST = {"billingKey": "x" * 2_000}
AS_GOOD_AS_EMPTY = 30_000
MOST_BYTES = 100_000


def wallet_size(stack: Stack) -> int:
    item = stack.ports["store"].table.get(key_of("wallet", USER))
    assert item
    return item_size(item)


def window(stack: Stack) -> str:
    """Its id, or the code of the refusal."""
    answer = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "web"})
    return str(answer.json()["billingKeyId"] if answer.status == 200 else code_of(answer))


def delete(stack: Stack, key: str) -> tuple[int, str]:
    answer = stack.app(USER).delete(f"/billing-keys/{key}")
    return answer.status, str(answer.json()["state"])


def test_endlessly_opened_and_deleted_windows_are_refused_before_they_fill_the_wallet(
    stack: Stack,
) -> None:
    answers = []
    for _ in range(MOST_UNSETTLED + 5):
        answers.append(window(stack))
        if answers[-1].isalnum():
            assert delete(stack, answers[-1])[0] == 202

    assert answers[MOST_UNSETTLED:] == ["(409, 'too_many_billing_keys')"] * 5
    assert wallet_size(stack) < AS_GOOD_AS_EMPTY

    stack.run_for(2 * DAY, step=3600)

    assert window(stack).isalnum()


def test_the_fullest_wallet_fits_an_item_easily_and_every_key_can_be_deleted(
    stack: Stack,
) -> None:
    stack.portone.inject(operation="get_billing_key", fault=Fault.HTML_502, times=None)
    keys: list[str] = []
    for _ in range(2):
        while (found := window(stack)).isalnum():
            keys.append(found)
            register(stack, found, LONGEST)
        for key in keys[: MOST_UNSETTLED - MOST_KEYS]:
            assert delete(stack, key)[0] in {200, 202}

    assert len(keys) == MOST_UNSETTLED
    assert wallet_size(stack) < MOST_BYTES
    assert {delete(stack, key)[0] for key in keys} <= {200, 202}


def test_cards_saved_and_deleted_for_years_leave_the_wallet_and_stay_known(stack: Stack) -> None:
    first = save_key(stack)
    delete(stack, first)
    for _ in range(40):
        clock_of(stack).advance(12 * 3600)
        delete(stack, save_key(stack))

    shown = stack.app(USER).get(f"/billing-keys/{first}").json()

    assert (shown["state"], shown["billingKeyId"]) == ("DELETED", first)
    assert delete(stack, first) == (200, "DELETED")
    assert code_of(register(stack, first, {"billingKey": "anything"})) == (409, "billing_key_gone")
    assert len(stack.ports["store"].wallet(USER).keys) == SETTLED_KEYS_KEPT


def test_a_key_of_a_window_that_left_the_wallet_long_ago_is_still_accepted(stack: Stack) -> None:
    late = issue_window(stack)
    stack.run_for(2 * DAY, step=3600)
    for _ in range(20):
        clock_of(stack).advance(3600)
        delete(stack, save_key(stack))

    issued(stack, late)
    stack.run_for(300)

    shown = stack.app(USER).get(f"/billing-keys/{late['billingKeyId']}").json()
    assert shown["state"] == "ACTIVE"


def test_an_unreadable_key_prevents_no_other_deletion(stack: Stack) -> None:
    damaged, sound = save_key(stack, card="card-1"), save_key(stack, card="card-2")
    stack.portone.inject(operation="delete_billing_key", fault=Fault.HTML_502, times=None)
    for key in (damaged, sound):
        delete(stack, key)
    table = stack.ports["store"].table
    item = table.get(key_of("wallet", USER))
    hurt = {**item["keys"]["M"][damaged]["M"], "sealed": {"S": "bm90aGluZw=="}}
    table.append({**item, "keys": {"M": {**item["keys"]["M"], damaged: {"M": hurt}}}})
    stack.portone.clear_faults()

    stack.run_for(3600)

    assert stack.app(USER).get(f"/billing-keys/{sound}").json()["state"] == "DELETED"
    assert stack.metrics[Metric.ITEM_SKIPPED] > 0
