"""The table of what a subscription may still do (rule 11.2)."""

import pytest

from portone_payments.domain.errors.billing import ChangeNotAllowed, SubscriptionEnded, SubscriptionEnding
from portone_payments.domain.records.subscriptions import SubscriptionStatus
from portone_payments.domain.subscriptions.life import OVER, RULES, Command, refused_in, standing
from tests.support.subscriptions import a_plan, at, started


@pytest.mark.parametrize("command", Command)
@pytest.mark.parametrize("status", SubscriptionStatus)
def test_each_refusal_says_what_stands_in_the_way(command: Command, status: SubscriptionStatus) -> None:
    why = refused_in(status, command)

    if status in RULES[command].statuses:
        assert why is None
    elif status in OVER:
        assert isinstance(why, SubscriptionEnded)
    elif status is SubscriptionStatus.ENDING:
        assert isinstance(why, SubscriptionEnding)
    else:
        assert isinstance(why, ChangeNotAllowed)
        assert why.data == {"reason": status.lower()}


def test_its_dates_alone_say_whether_it_is_pending_on_trial_or_active() -> None:
    held = started(at(2026, 1, 31), a_plan(trial_days=7), start="2026-02-20")

    seen = [standing(held, at(2026, 2, day)) for day in (19, 20, 27)]

    assert seen == [SubscriptionStatus.PENDING, SubscriptionStatus.TRIAL, SubscriptionStatus.ACTIVE]
