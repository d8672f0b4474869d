"""The table of what a subscription may still do (rule 11.2)."""

import pytest

from portone_payments.domain.errors.billing import ChangeNotAllowed, SubscriptionEnded, SubscriptionEnding
from portone_payments.domain.errors.common import BundleError
from portone_payments.domain.records.subscriptions import SubscriptionStatus
from portone_payments.domain.subscriptions.life import OVER, RULES, Command, check_status, standing
from tests.support.subscriptions import a_plan, at, started


@pytest.mark.parametrize("command", Command)
@pytest.mark.parametrize("status", SubscriptionStatus)
def test_each_refusal_says_what_stands_in_the_way(command: Command, status: SubscriptionStatus) -> None:
    if status in RULES[command].statuses:
        check_status(status, command)
        return

    with pytest.raises(BundleError) as refused:
        check_status(status, command)

    over = SubscriptionEnded if status in OVER else ChangeNotAllowed
    expected = SubscriptionEnding if status is SubscriptionStatus.ENDING else over
    assert type(refused.value) is expected
    assert refused.value.data == ({"reason": status.lower()} if expected is ChangeNotAllowed else {})


def test_its_dates_alone_say_whether_it_is_pending_on_trial_or_active() -> None:
    held = started(at(2026, 1, 31), a_plan(trial_days=7), start="2026-02-20")

    seen = [standing(held, at(2026, 2, day)) for day in (19, 20, 27)]

    assert seen == [SubscriptionStatus.PENDING, SubscriptionStatus.TRIAL, SubscriptionStatus.ACTIVE]
