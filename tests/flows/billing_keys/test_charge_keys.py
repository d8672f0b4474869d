"""What may be charged with a saved payment method, and when it goes."""

from collections.abc import Iterator

import pytest

from portone_local.actors.subscribers import (
    CHARGE,
    charged_at,
    days_pass,
    held,
    key_deleted,
    key_issued,
    key_of,
    key_saved,
    key_started,
    plan_stored,
    registered,
    subscribe,
    subscribed,
)
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.stack.passing import let_pass
from portone_local.stories.telling import at_noon
from portone_local.stories.world import USER
from portone_payments.domain.records.billing_keys import KeyState
from portone_payments.domain.shared.calendar import HOUR

OURS, NOT_OURS = "channel-key-example-test", "channel-key-example-live"


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with at_noon() as stack:
        yield stack


def test_a_method_on_several_channels_is_charged_on_the_allowed_one(stack: ObservedStack) -> None:
    key_saved(stack, channel_key=(NOT_OURS, OURS))

    subscription_id = subscribed(stack)
    days_pass(stack, 31)

    books = stack.portone.books()
    charged = [books[each.paid_by or ""] for each in held(stack, subscription_id).invoices.values()]
    assert [each.channel_type for each in charged] == ["TEST", "TEST"]


def test_a_method_saved_on_another_channel_is_refused_and_deleted(
    stack: ObservedStack,
) -> None:
    billing_key_id = key_started(stack)
    told = key_issued(stack, billing_key_id, channel_key=(NOT_OURS, OURS), failing_channels=(OURS,))

    answer = registered(stack, billing_key_id, told)
    plan_stored(stack)
    begun = subscribe(stack)
    days_pass(stack, 1.2)

    assert (answer.status, begun.status) == (409, 409)
    assert charged_at(stack) == []
    assert [each.state for each in stack.portone.billing_books().keys.values()] == ["DELETED"]


def test_a_deletion_that_waits_for_a_charge_is_not_checked_every_minute(stack: ObservedStack) -> None:
    key_saved(stack)
    plan_stored(stack)
    billing_key_id = stack.ports["store"].wallet(USER).default
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_AFTER_COMMIT)
    stack.portone.inject(operation="get_payment", fault=Fault.RESET_BEFORE_COMMIT, times=None)
    subscribe(stack)
    waiting = key_deleted(stack, billing_key_id)
    before = stack.ports["store"].wallet(USER).version

    let_pass(stack, 3 * HOUR)
    looks = stack.ports["store"].wallet(USER).version - before
    stack.portone.clear_faults()
    let_pass(stack, 2 * HOUR)

    assert waiting.status == 202
    assert looks < 12
    assert key_of(stack, billing_key_id).state is KeyState.DELETED
