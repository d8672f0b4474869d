"""GET /ops/identity/duplicates: accounts that are one person, until staff decides about them (staff)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.payments import time_view
from portone_payments.entry.wiring.identity import IdentityDeps
from portone_payments.flows.identity.duplicates import Duplicates, listed


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """One page of account ids and when each came; nothing of the person."""
    page = listed(deps.people, cursor=request.query("cursor"), limit=request.limit)
    deps.skips.add(page.skipped)
    return answer(200, {"duplicates": [_view(each) for each in page.items], "cursor": page.cursor})


def _view(found: Duplicates) -> dict[str, Any]:
    accounts = [{"userId": user, "since": time_view(since)} for user, since in found.accounts]
    return {"accounts": accounts, "more": found.more, "since": time_view(found.since)}


handler = HttpHandler(route, rights=(Right.STAFF,), needs=("people",), kind=IdentityDeps)
