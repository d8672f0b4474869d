"""The stories of the fault tests: every function is in one, in each way it uses what is outside."""

from dataclasses import replace

from portone_local.stories.acts import (
    deliver,
    deliver_letters,
    look,
    nothing,
    pay_after_all,
    pay_the_new_price,
    portone_up,
    prepare_again,
    publish,
    resolve,
    second_payment,
    sweep,
    work,
)
from portone_local.stories.approvals import APPROVAL_STORIES, RECEIPT_STORIES
from portone_local.stories.billing_keys import KEY_STORIES
from portone_local.stories.charges import CHARGE_STORIES
from portone_local.stories.lives import LIFE_STORIES
from portone_local.stories.refunds import HOUR, REFUND_STORIES
from portone_local.stories.scenes import (
    billing_key,
    cancellation_told_late,
    cancelled,
    due,
    foreign,
    foreign_and_portone_down,
    leased,
    mismatched,
    paid,
    paid_and_cancelled,
    paid_and_portone_down,
    paid_and_told,
    paid_unheard,
    told_late,
    twelve_workers_died,
    unheard_and_portone_down,
    unmatched_leased,
)
from portone_local.stories.second_payments import (
    late_deposit,
    second_leased,
    second_paid,
    second_paid_unheard,
)
from portone_local.stories.subscriptions import SUBSCRIPTION_STORIES
from portone_local.stories.withdrawals import WITHDRAWAL_STORIES
from portone_local.stories.world import TOTAL, Story, World

STORIES = (
    Story("put an order", lambda world: f"{world.name}-new", World.put, pay_after_all),
    Story(
        "change the price of an order",
        World.order,
        lambda world, order_id: world.put(order_id, total=TOTAL + 500),
        pay_the_new_price,
    ),
    Story(
        "prepare a payment",
        World.order,
        lambda world, order_id: world.prepare(order_id, keyed=True),
        pay_after_all,
    ),
    Story(
        "prepare again on another device",
        lambda world: world.order_of(world.ready()),
        lambda world, order_id: world.prepare(order_id, keyed=True),
        pay_after_all,
    ),
    Story("prepare what somebody has just paid", paid_unheard, prepare_again, nothing),
    Story("verify a payment nobody told of", paid_unheard, World.verify, nothing),
    Story("staff has PortOne read", paid_unheard, World.catch_up, nothing),
    Story("staff has PortOne read what we know", cancelled, World.catch_up, nothing, wanted="CANCELLED"),
    Story("verify while PortOne is down", unheard_and_portone_down, World.verify, portone_up),
    Story("staff asks while PortOne is down", unheard_and_portone_down, World.catch_up, portone_up),
    Story("receive webhooks", paid, deliver, nothing),
    Story(
        "receive webhooks of a cancelled payment", paid_and_cancelled, deliver, nothing, wanted="CANCELLED"
    ),
    Story("receive webhooks while PortOne is down", paid_and_portone_down, deliver, portone_up),
    Story("receive webhooks six minutes old", told_late, deliver_letters, nothing),
    Story(
        "receive a cancellation six minutes old",
        cancellation_told_late,
        deliver_letters,
        deliver_letters,
        wanted="CANCELLED",
    ),
    Story("receive a webhook of a foreign payment", foreign, deliver, nothing, wanted=None),
    Story(
        "receive a foreign webhook while PortOne is down",
        foreign_and_portone_down,
        deliver,
        portone_up,
        wanted=None,
    ),
    Story("receive a webhook of a billing key", billing_key, deliver, nothing, wanted=None),
    Story("sweep", due, sweep, nothing, restless=True),
    Story("sweep what twelve workers died of", twelve_workers_died, sweep, World.catch_up, restless=True),
    Story("work", leased, work, nothing, restless=True),
    Story("work at a foreign webhook", unmatched_leased, work, nothing, wanted=None, restless=True),
    Story("publish what was saved", paid_and_told, publish, nothing),
    Story("verify the second payment of an order", second_paid_unheard, World.verify, nothing),
    Story("receive webhooks of the second payment of an order", second_paid, deliver, nothing, restless=True),
    Story("work at the second payment of an order", second_leased, work, nothing, restless=True),
    Story(
        "receive a late deposit after a second payment was paid",
        late_deposit,
        deliver,
        nothing,
        restless=True,
    ),
    Story(
        "prepare a second payment after a cancellation",
        cancelled,
        prepare_again,
        second_payment,
        wanted="CANCELLED",
    ),
    Story("resolve a mismatch", mismatched, resolve, resolve, wanted="CANCELLED"),
    Story("look at what there is", mismatched, look, nothing, wanted="CANCELLED"),
)

# a refund whose outcome is unknown is waited for
MONEY_BACK = tuple(replace(story, patience=HOUR) for story in REFUND_STORIES)
RECURRING = (*KEY_STORIES, *CHARGE_STORIES, *SUBSCRIPTION_STORIES, *LIFE_STORIES)
ALL_STORIES = (*STORIES, *MONEY_BACK, *APPROVAL_STORIES, *RECEIPT_STORIES, *RECURRING, *WITHDRAWAL_STORIES)


def story_named(name: str) -> Story:
    """One of them."""
    return next(story for story in ALL_STORIES if story.name == name)
