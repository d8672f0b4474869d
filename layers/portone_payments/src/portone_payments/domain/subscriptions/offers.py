"""To whom a plan is offered, how far ahead it may begin, and whether it begins with its free trial."""

from datetime import date, timedelta

from portone_payments.domain.errors.billing import ChangeNotAllowed, PlanNotFound, PlanNotOnSale, TrialUsed
from portone_payments.domain.records.subscriptions import Plan, Seat
from portone_payments.domain.shared.calendar import kst_day


def group_of(plan: Plan) -> str:
    """The group of which a user has one plan at a time: the plan itself where the shop names none."""
    return plan.group or plan.plan_id


def offered(plan: Plan, user_id: str) -> bool:
    """Whether this user may know of the plan."""
    return plan.user_ids is None or user_id in plan.user_ids


def check_offered(plan: Plan, user_id: str) -> None:
    """Passes a plan this user may take. Raises `PlanNotFound` as for an absent one, `PlanNotOnSale`."""
    if not offered(plan, user_id):
        raise PlanNotFound
    if not plan.on_sale:
        raise PlanNotOnSale


def check_start(plan: Plan, start: str | None, now: float) -> None:
    """Passes a first KST day that an app may choose, None for today. Raises `ChangeNotAllowed`."""
    latest = kst_day(now) + timedelta(days=plan.start_ahead_days)
    if start is not None and date.fromisoformat(start) > latest:
        raise ChangeNotAllowed(reason="start")


def trial_of(days: int, seat: Seat | None, *, once: bool, wanted: bool | None) -> int:
    """The free days it begins with, at most `days`; `wanted` False: none. Raises as `check_trial`."""
    if wanted is False or days == 0:
        return 0
    check_trial(seat, once=once)
    return days


def check_trial(seat: Seat | None, *, once: bool) -> None:
    """Passes a user who may be on trial in a group; `once`: for the first time only (rule 11.11).

    Raises `TrialUsed`: whoever was shown a free trial is not charged instead.
    """
    if once and seat is not None and seat.trialled_at is not None:
        raise TrialUsed
