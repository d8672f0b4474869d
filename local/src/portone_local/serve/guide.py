"""What `make serve` prints, and `make curls`: where everything is, and a curl to paste for each route."""

import json
import shlex

from portone_local.gateway.loopback import CONTROL
from portone_local.gateway.routes import Iam, Route
from portone_local.gateway.sigv4 import SERVICE, SHOP, STAFF, Principal
from portone_local.serve.bodies import BODIES, HEADERS, ORDER_ID, USER, payable
from portone_local.serve.elsewhere import Endpoint
from portone_local.serve.examples import Examples
from portone_local.serve.served import Served
from portone_local.serve.timer import DAY
from portone_local.stack.parameters import STAFF_CLAIM
from portone_local.stack.token_issuer import TokenIssuer
from portone_local.template.cloudformation import REGION

TOKEN_SECONDS = 12 * 60 * 60
STAFF_PATHS = ("/staff/", "/identity-verifications/bypass-preview")
_MEANT = [part for header in CONTROL.items() for part in ("-H", ": ".join(header))]
QUERIES = {
    **dict.fromkeys(("GET /ops/attention", "GET /staff/attention"), "?kind=mismatch"),
    **dict.fromkeys(("GET /ops/subscriptions", "GET /staff/subscriptions"), f"?userId={USER}"),
}


def first_line(portone: Endpoint) -> str:
    """What is about to start; with a real PortOne first the accounts it can change."""
    if portone.url is None:
        return "starting: MiniStack, issuer, gateway, webhook URL, PortOne"
    store = portone.parameters["StoreId"]
    return (
        f"CAREFUL: this calls {portone.url} with your API secret. It can charge saved methods, cancel and "
        f"refund payments and delete billing keys of {store}, live ones too where the secret may."
    )


def guide(up: Served) -> str:
    """Where everything is, and what to do next; ten lines."""
    origins = up.stack.parameters["CorsOrigins"].replace(",", ", ")
    named = "" if up.name == "serve" else f" LOCAL={up.name}"
    return "\n".join(
        [
            f"API       {up.api_url}   (pages of {origins} may call it: CORS_ORIGINS)",
            f"webhook   {up.webhook_url}   (the Function URL; WEBHOOK_HOST names a tunnel to it)",
            f"PortOne   {up.portone_url}" + ("   (the fake)" if up.fake else ""),
            f"issuer    {up.stack.issuer.url}   (of the app's tokens)",
            "",
            f"make curls{named}       a curl for each route; FOR=refunds picks some",
            f"make doctor{named}      is it healthy?",
            "",
            "Ctrl-C stops it. Handlers' logs follow.",
        ]
    )


def curls(up: Served, made: Examples, word: str = "") -> str:
    """A curl for each route with `word` in its name, for the examples."""
    calls = [
        line
        for route in sorted(up.stack.gateway.routes, key=_takes_away)
        if word in route.key
        for line in ("", f"# {route.key}", _call(up, route, made.places()))
    ]
    if word:
        return "\n".join(calls[1:])
    about = [
        f"There to try: order {ORDER_ID} of {USER} with payment {made.payment},",
        f"billing key {made.billing_key}, subscription {made.subscription},",
        f"verification {made.verification}. Tokens are good for 12 hours. One call for each route:",
    ]
    return "\n".join([*about, *calls, *_later(up), *(_at_the_fake(up, made) if up.fake else [])])


def _takes_away(route: Route) -> bool:
    """Deletions come last: pasted from the top, every call finds what it is about."""
    return route.method == "DELETE"


def _later(up: Served) -> list[str]:
    advance = f"{up.api_url}/__clock/advance"
    return [
        "",
        "# move the clock on by an hour; sweeps run wherever something is due on the way",
        _curl("POST", advance, _MEANT, {"seconds": 3600}),
        "",
        "# 45 days of renewals and dunning in seconds; look at the subscription before and after",
        _curl("POST", advance, _MEANT, {"seconds": 45 * DAY}),
    ]


def _at_the_fake(up: Served, made: Examples) -> list[str]:
    control = f"{up.portone_url}/__control"
    return [
        "",
        "# pay it at the fake PortOne, which then sends its webhooks",
        _curl("POST", f"{control}/pay", _MEANT, {"payment_id": made.payment}),
        "",
        "# have the next two charges declined: dunning heals them as the clock moves",
        _curl("POST", f"{control}/pg_decline", _MEANT, {"times": 2}),
        "",
        "# go through the window of an identity verification; verify it afterwards",
        _curl("POST", f"{control}/verify_identity", _MEANT, {"verification_id": made.verification}),
        "",
        "# the books: payments, and what was charged with billing keys",
        _curl("POST", f"{control}/books", _MEANT, None),
        _curl("POST", f"{control}/billing_books", _MEANT, None),
    ]


def _call(up: Served, route: Route, places: dict[str, str]) -> str:
    path = route.path.format(**places) + QUERIES.get(route.key, "")
    headers = [part for header in HEADERS.get(route.key, {}).items() for part in ("-H", ": ".join(header))]
    return _curl(
        route.method,
        up.api_url + path,
        _identity(up, route) + headers,
        payable(BODIES.get(route.key), up.stack),
    )


def _identity(up: Served, route: Route) -> list[str]:
    if isinstance(route.authorizer, Iam):
        return _signing(SHOP if SHOP.may(route.method, route.path) else STAFF)
    staff = route.path.startswith(STAFF_PATHS)
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
