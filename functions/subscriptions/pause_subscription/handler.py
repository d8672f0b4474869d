"""POST /subscriptions/{subscriptionId}/pause: no charges until it is resumed, or until a day (JWT)."""

from typing import Any

from portone_payments.domain.shared.calendar import kst_midnight
from portone_payments.domain.subscriptions.lifecycle import pause
from portone_payments.entry.fields.dates import Day, checked_day
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.subscriptions import subscription_id, subscription_view
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps


class PauseBody(Body):
    """`until` is the KST day on which it goes on by itself."""

    until: Day | None = None


def route(request: Request, deps: SubscriptionDeps) -> dict[str, Any]:
    """What was still to be paid is not asked for any more."""
    user_id, wanted = request.user_id, subscription_id(request)
    until = request.body(PauseBody).until if request.has_body else None
    resumes_at = kst_midnight(checked_day(until, "until")) if until else None
    after = deps.subscriptions.change(
        wanted, lambda held, moment: pause(held, resumes_at, moment), by="app", user_id=user_id
    )
    return answer(200, subscription_view(after))


handler = HttpHandler(route, needs=("store", "subscriptions"), kind=SubscriptionDeps)
