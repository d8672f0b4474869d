"""POST /identity/erase: make a person unreadable at once; payments stay as they are (IAM)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, Request, UserId
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.wiring.identity import IdentityDeps


class EraseBody(Body):
    """Whom."""

    user_id: UserId


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """Whether there was anything; what was begun before no longer counts."""
    found = deps.custodian.erase(request.body(EraseBody).user_id, by=request.caller.by)
    return answer(200, {"erased": True, "found": found})


handler = HttpHandler(route, rights=(Right.SHOP,), needs=("people", "erasures", "hashes"), kind=IdentityDeps)
