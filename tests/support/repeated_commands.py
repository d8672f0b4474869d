"""Every command that can be repeated; none may make an item grow (I19)."""

from collections.abc import Callable

from portone_local.oracle import ObservedStack
from tests.support.filling import Act
from tests.support.repeated_methods import (
    abandoned_windows,
    chosen_cards,
    consents,
    dropped_cards,
    dropped_windows,
    later_changes,
    pauses,
    plan_changes,
    subscriptions,
    tied_cards,
    windows,
)
from tests.support.repeated_payments import (
    approvals,
    charges,
    declined_refunds,
    declines,
    invented_approvals,
    lapsed_offers,
    orders,
    prepares,
    promises,
    readings,
    receipts,
    refunds,
    refunds_by_staff,
    refused_refunds,
    webhooks,
)

REPEATED: tuple[Callable[[ObservedStack], Act], ...] = (
    refunds,
    refused_refunds,
    refunds_by_staff,
    windows,
    dropped_windows,
    dropped_cards,
    chosen_cards,
    approvals,
    invented_approvals,
    charges,
    prepares,
    orders,
    declines,
    webhooks,
    promises,
    receipts,
    subscriptions,
    plan_changes,
    later_changes,
    pauses,
    consents,
    tied_cards,
    declined_refunds,
    abandoned_windows,
    lapsed_offers,
    readings,
)
