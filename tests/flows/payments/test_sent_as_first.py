"""The same Idempotency-Key carries the same request, whatever is deployed between two sends of it."""

import json
from collections.abc import Callable, Iterator

import pytest

from portone_local.actors.approver import authenticate, confirm
from portone_local.actors.shop import prepare
from portone_local.actors.subscribers import CHARGE, key_saved
from portone_local.portone import Fault
from portone_local.stories.world import MINUTE
from tests.support.billing_app import issue_window, issued, register
from tests.support.charging import charge
from tests.support.charging import prepared as prepared_id
from tests.support.edited import without
from tests.support.receipts import issue
from tests.support.receipts import paid as paid_by_transfer
from tests.support.unkind import UnkindStack, unkind

SOLD = {"key": "channel-key-example-test", "pgProvider": "TOSSPAYMENTS", "pgMerchantId": "example-merchant"}
CONTRACT = json.dumps({"*": SOLD | {"productType": "PHYSICAL"}})
OTHER_CONTRACT = json.dumps({"*": SOLD | {"productType": "DIGITAL"}})
OTHER_CHANNELS = '{"*": "channel-key-example-live", "TRANSFER": "channel-key-example-live"}'


@pytest.fixture
def stack() -> Iterator[UnkindStack]:
    with unkind(notice_urls="https://shop.example/notice", billing_channels=CONTRACT) as found:
        yield found


def a_charge(stack: UnkindStack) -> str:
    key_saved(stack)
    payment_id = prepared_id(stack)
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT, times=2)
    charge(stack, payment_id)
    return CHARGE


def a_charge_that_waits(stack: UnkindStack) -> str:
    key_saved(stack)
    payment_id = prepared_id(stack)
    stack.wire.refuse(CHARGE, "UNAUTHORIZED", times=1)
    charge(stack, payment_id)
    return CHARGE


def an_approval(stack: UnkindStack) -> str:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    stack.portone.inject(operation="confirm_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT, times=2)
    confirm(stack, prepared, token)
    return "confirm_payment"


def a_receipt(stack: UnkindStack) -> str:
    stack.wire.edited("get_payment", without("channel.key"))
    prepared = paid_by_transfer(stack)
    stack.portone.inject(operation="issue_cash_receipt", fault=Fault.TIMEOUT_BEFORE_COMMIT, times=2)
    issue(stack, prepared)
    return "issue_cash_receipt"


def a_saved_method(stack: UnkindStack) -> str:
    window = issue_window(stack)
    stack.portone.inject(operation="confirm_billing_key", fault=Fault.TIMEOUT_BEFORE_COMMIT, times=2)
    register(stack, window["billingKeyId"], issued(stack, window, manual=True))
    return "confirm_billing_key"


@pytest.mark.parametrize("sent", [a_charge, a_charge_that_waits, an_approval, a_receipt, a_saved_method])
def test_a_request_sent_again_is_sent_unchanged(
    stack: UnkindStack, sent: Callable[[UnkindStack], str]
) -> None:
    operation = sent(stack)
    stack.operated(
        notice_urls="https://shop.example/other",
        channels=OTHER_CHANNELS,
        billing_channels=OTHER_CONTRACT,
        mode="live",
    )
    stack.run_for(20 * MINUTE)

    [first, *again] = [each for each in stack.wire.sent if each.operation == operation]
    assert again
    assert {(each.key, each.said == first.said) for each in again} == {(first.key, True)}
