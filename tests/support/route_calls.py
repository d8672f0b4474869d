"""Routes called about own, foreign and absent subjects, also with wrong tokens and signatures."""

from collections.abc import Callable

from portone_local.gateway.client import Client
from portone_local.gateway.messages import Request, Response
from portone_local.gateway.sigv4 import NOBODY, SHOP, STAFF, Principal, SigV4
from portone_local.stack.parameters import STAFF_CLAIM
from portone_local.stack.stack import Stack
from portone_local.stack.token_issuer import TokenIssuer
from portone_local.template.cloudformation import REGION
from portone_local.twins.clock import MovableClock
from tests.support.billing_app import issue_window, save_key, subscribe
from tests.support.route_rows import ORDER, PLAN, ROWS, Subject

BAD_TOKENS: dict[str, Callable[[TokenIssuer], str | None]] = {
    "no token": lambda _: None,
    "expired": lambda issuer: issuer.issue("user-1", **STAFF_CLAIM, exp=int(issuer.clock.now())),
    "wrong issuer": lambda issuer: issuer.issue("user-1", **STAFF_CLAIM, iss="https://elsewhere.example"),
    "wrong audience": lambda issuer: issuer.issue("user-1", **STAFF_CLAIM, aud="another-app"),
    "alg none": lambda issuer: issuer.unsigned("user-1", **STAFF_CLAIM),
    "HS256 with the public key": lambda issuer: issuer.signed_with_public_key("user-1", **STAFF_CLAIM),
    "unknown key": lambda issuer: TokenIssuer(issuer.clock, url=issuer.url, key_name="stranger").issue(
        "user-1", **STAFF_CLAIM
    ),
}

BAD_SIGNATURES: dict[str, Callable[[Stack, Request], Request]] = {
    "no signature": lambda _, request: request,
    "a token instead": lambda stack, request: request.having(
        ("authorization", f"Bearer {stack.issuer.issue('user-1', **STAFF_CLAIM)}")
    ),
    "forged": lambda stack, request: signed_by(stack, request, guessing(SHOP)),
    "forged as staff": lambda stack, request: signed_by(stack, request, guessing(STAFF)),
    "expired": lambda stack, request: signed_earlier(stack, request, SHOP),
    "expired as staff": lambda stack, request: signed_earlier(stack, request, STAFF),
    "by the other side": lambda stack, request: signed_by(stack, request, other_side(request.target)),
    "by somebody without a policy": lambda stack, request: signed_by(stack, request, NOBODY),
}

# what both shop and staff may call
BOTH_SIDES = ("/ops/plans/", "/ops/subscriptions", "/ops/users/")

KINDS = ("own", "foreign", "absent")


def stored(stack: Stack, order_id: str, user_id: str) -> Subject:
    """An order, its payment, a verification, a window and a subscription of a user."""
    stack.shop.put(f"/orders/{order_id}", ORDER | {"userId": user_id})
    prepared = stack.app(user_id).post("/payments", {"orderId": order_id, "platform": "web"}).json()
    started = stack.app(user_id).post("/identity-verifications", {"purpose": "signup"}).json()
    stack.shop.put("/plans/plan-1", PLAN)
    save_key(stack, user_id)
    window, trial = issue_window(stack, user_id), subscribe(stack, user_id, key="trial")
    return Subject(
        order_id,
        prepared["paymentId"],
        started["identityVerificationId"],
        window["billingKeyId"],
        trial.json()["subscriptionId"],
    )


def call(client: Client, route: str, subject: Subject, **spelt: str) -> Response:
    """Call a route about a subject as its row says; `spelt` are parts of the path as they are sent."""
    method, path = route.split()
    row = ROWS[route]
    headers = {"idempotency-key": "grid"} if row.keyed else {}
    target = path.format(**names_of(subject) | spelt) + row.query
    return client.request(method, target, json=row.json(subject), headers=headers)


def names_of(subject: Subject) -> dict[str, str]:
    """What a subject is called in paths."""
    return {
        "orderId": subject.order_id,
        "paymentId": subject.payment_id,
        "verificationId": subject.verification_id,
        # nobody of whom there is anything: closing their account ends nothing of the others
        "userId": "user-7",
        "planId": "plan-1",
        "billingKeyId": subject.billing_key_id,
        "subscriptionId": subject.subscription_id,
        "invoiceId": "1",
        "refundId": "refund-1",
        "discrepancyId": "0" * 32,
    }


def guessing(principal: Principal) -> Principal:
    """Somebody with this principal's name who does not know its secret."""
    return Principal(name=principal.name, access_key=principal.access_key, secret_key="a-guess")


def other_side(target: str) -> Principal:
    """A caller with other rights but not this one; what both sides may call, nobody else may."""
    if target.startswith(BOTH_SIDES):
        return NOBODY
    return SHOP if target.startswith("/ops/") else STAFF


def signed_by(stack: Stack, request: Request, principal: Principal) -> Request:
    """The request as a principal signs it."""
    return stack.iam.sign(request, principal, host=stack.gateway.host)


def signed_earlier(stack: Stack, request: Request, principal: Principal) -> Request:
    """The request as a principal signed it long ago."""
    earlier = SigV4([], region=REGION, clock=MovableClock(stack.clock.now() - 301))
    return earlier.sign(request, principal, host=stack.gateway.host)
