"""What `make serve` prints: where everything is, and a curl to paste for each route."""

import json
import shlex

from portone_local.gateway.routes import Iam, Route
from portone_local.issuer import TokenIssuer
from portone_local.parameters import STAFF_CLAIM
from portone_local.serve.up import Served
from portone_local.sigv4 import SERVICE, SHOP, STAFF, Principal
from portone_local.stack import Stack
from portone_local.template import REGION

USER = "user-1"
ORDER_ID = "order-1"
TOKEN_SECONDS = 12 * 60 * 60
ORDER = {
    "userId": USER,
    "name": "Blue shoes",
    "amount": {"total": 15000},
    "currency": "KRW",
    "payMethods": ["CARD", "VIRTUAL_ACCOUNT"],
}
REFUND = {"refundId": "refund-1", "amount": 1000, "reason": "changed my mind"}
BODIES: dict[str, object] = {
    "PUT /orders/{orderId}": ORDER,
    "POST /payments": {"orderId": ORDER_ID, "platform": "web"},
    "POST /payments/{paymentId}/cancel": REFUND,
    "POST /payments/{paymentId}/confirm": {"paymentToken": "TOKEN-FROM-THE-SDK"},
    "POST /payments/{paymentId}/cash-receipt": {"type": "PERSONAL", "identityNumber": "01000000000"},
    "PUT /payments/{paymentId}/refunds/{refundId}/account": {
        "bank": "SHINHAN",
        "number": "110-000-000000",
        "holderName": "Example Buyer",
    },
} | {
    f"POST {side}{path}": body
    for side in ("/ops", "/staff")
    for path, body in {
        "/payments/{paymentId}/resolve": {"reason": "looked at it"},
        "/payments/{paymentId}/cancel": REFUND,
        "/discrepancies/{discrepancyId}/close": {"reason": "looked at it"},
    }.items()
}
# what a path names and nothing here has made yet
PLACES = {"orderId": ORDER_ID, "refundId": "refund-1", "discrepancyId": "DISCREPANCY-ID"}
QUERIES = {"GET /ops/attention": "?kind=mismatch", "GET /staff/attention": "?kind=mismatch"}


def guide(up: Served) -> str:
    """The text, for an order and a payment of it that are made here."""
    payment_id = _example(up.stack)
    lines = [
        f"API       {up.api_url}",
        f"webhook   {up.webhook_url}   (the Function URL)",
        f"PortOne   {up.portone_url}" + ("   (the fake)" if up.fake else ""),
        f"issuer    {up.stack.issuer.url}   (tokens below are good for 12 hours)",
        "",
        f"Order {ORDER_ID} of {USER} and its payment {payment_id} are there to try. One call for each route:",
    ]
    lines += [text for route in up.stack.gateway.routes for text in ("", *_route(up, route, payment_id))]
    lines += ["", "# move the clock on by an hour, with every sweep on the way"]
    lines += [_curl("POST", f"{up.api_url}/__clock/advance", [], {"seconds": 3600})]
    if up.fake:
        lines += ["", "# pay it at the fake PortOne, which then sends its webhooks; the books afterwards"]
        lines += [_curl("POST", f"{up.portone_url}/__control/pay", [], {"payment_id": payment_id})]
        lines += [_curl("POST", f"{up.portone_url}/__control/books", [], None)]
    return "\n".join(lines)


def _example(stack: Stack) -> str:
    stack.shop.put(f"/orders/{ORDER_ID}", ORDER)
    prepared = stack.app(USER).post("/payments", {"orderId": ORDER_ID, "platform": "web"})
    return str(prepared.json().get("paymentId", "PAYMENT-ID"))


def _route(up: Served, route: Route, payment_id: str) -> list[str]:
    path = route.path.format(paymentId=payment_id, **PLACES) + QUERIES.get(route.key, "")
    return [
        f"# {route.key}",
        _curl(route.method, up.api_url + path, _identity(up, route), BODIES.get(route.key)),
    ]


def _identity(up: Served, route: Route) -> list[str]:
    if isinstance(route.authorizer, Iam):
        return _signing(STAFF if STAFF.may(route.method, route.path) else SHOP)
    staff = route.path.startswith("/staff/")
    return ["-H", f"authorization: Bearer {_token(up.stack.issuer, staff=staff)}"]


def _token(issuer: TokenIssuer, *, staff: bool) -> str:
    expiry = int(issuer.clock.now()) + TOKEN_SECONDS
    return issuer.issue("staff-1", exp=expiry, **STAFF_CLAIM) if staff else issuer.issue(USER, exp=expiry)


def _signing(principal: Principal) -> list[str]:
    keys = f"{principal.access_key}:{principal.secret_key}"
    return ["--aws-sigv4", f"aws:amz:{REGION}:{SERVICE}", "--user", keys]


def _curl(method: str, url: str, identity: list[str], body: object) -> str:
    sent = [] if body is None else ["-H", "content-type: application/json", "-d", json.dumps(body)]
    return shlex.join(["curl", "-sS", "-X", method, url, *identity, *sent])
