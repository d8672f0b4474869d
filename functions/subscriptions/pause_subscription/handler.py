"""POST /subscriptions/{subscriptionId}/pause: no charges until it is resumed, or a day (JWT, or IAM)."""

from typing import Any

from portone_payments.entry.fields.dates import Day, midnight_of
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.subscriptions import asked_by, subscription_id, subscription_view
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps
from portone_payments.flows.subscriptions.commands import pause


class PauseBody(Body):
    """`until` is the KST day on which it goes on by itself."""

    until: Day | None = None


def route(request: Request, deps: SubscriptionDeps) -> dict[str, Any]:
    """What was declined stays owed and waits; of a period not charged yet, the rest is charged afterwards."""
    user_id, wanted = asked_by(request), subscription_id(request)
    until = request.body(PauseBody).until if request.has_body else None
    resumes_at = midnight_of(until, "until") if until else None
    after = pause(deps.subscriptions, wanted, until=resumes_at, by=request.caller.by, user_id=user_id)
    return answer(200, subscription_view(after, deps.clock.now(), deps.settings.billing))


handler = HttpHandler(
    route,
    rights=(Right.OWNER, Right.SHOP, Right.STAFF),
    needs=("store", "subscriptions"),
    kind=SubscriptionDeps,
)
