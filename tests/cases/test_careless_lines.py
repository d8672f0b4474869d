"""A second token beside the verified one gives no rights (case E8)."""

import base64
import json
from typing import Any

import pytest

from portone_payments.domain.errors.common import Forbidden, Unauthenticated
from portone_payments.entry.callers import admit
from portone_payments.entry.request import Request
from portone_payments.entry.rights import CallerRules, Right

RULES = CallerRules(claims={Right.STAFF: "groups=staff"})


def token(**claims: Any) -> str:
    parts: tuple[dict[str, Any], ...] = ({"alg": "RS256"}, claims, {})
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )


VOUCHED = {"sub": "kim", "groups": "[friends of staff]"}
TRUE, FORGED = token(sub="kim", groups=["friends of staff"]), token(sub="kim", groups=["friends of", "staff"])


@pytest.mark.parametrize(
    "authorization",
    [
        f"Bearer {TRUE},Bearer {FORGED}",
        f"Bearer {TRUE}, Bearer {FORGED}",
        f"Bearer {FORGED},Bearer {TRUE}",
        f"Bearer {TRUE} {FORGED}",
        f"{TRUE} {FORGED}",
        f"Bearer {TRUE}, {FORGED}",
        f"Basic a2ltOmtpbQ== Bearer {FORGED}",
    ],
    ids=range(7),
)
def test_a_second_token_beside_the_verified_one_makes_nobody_staff(authorization: str) -> None:
    context = {"authorizer": {"jwt": {"claims": VOUCHED}}}
    request = Request(
        {"headers": {"authorization": authorization}, "routeKey": "GET /staff/x", "requestContext": context}
    )

    with pytest.raises((Forbidden, Unauthenticated)):
        admit(request, (Right.STAFF,), RULES)
