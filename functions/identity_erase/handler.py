"""DELETE /users/{userId}/identity: make a person unreadable at once; payments stay as they are (IAM)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.identity_deps import IdentityDeps
from portone_payments.entry.identity_views import path_user
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """The same answer whether there was anything; what was begun before no longer counts."""
    deps.custodian.erase(path_user(request))
    return answer(200, {"erased": True})


handler = HttpHandler(route, needs=("people",), kind=IdentityDeps)
