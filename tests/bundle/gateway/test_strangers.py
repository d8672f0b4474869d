"""The developer's machine: a page of another site reads and moves nothing, a real secret lies nowhere."""

import httpx
import pytest

from portone_local.gateway.loopback import CONTROL
from portone_local.gateway.messages import Request, Response, answer
from portone_local.gateway.server import Door
from portone_local.portone import EXAMPLE_STORE
from portone_local.serve.elsewhere import Endpoint, forget
from portone_local.serve.guide import first_line
from portone_local.stack import wiring
from portone_local.stack.ministack import MiniStack
from portone_local.stack.parameters import parameters_of
from portone_local.stack.stack import Stack
from portone_local.stack.token_issuer import TokenIssuer
from portone_local.twins.clock import MovableClock

HERE = {"host": "127.0.0.1:8080"}
SHOP_PAGE = {"origin": "http://localhost:3000"}
STRANGERS = (
    {"host": "rebound.example"},
    {"origin": "https://page.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:1"},
    {"sec-fetch-site": "cross-site"},
)
SECRET = "a-real-secret-of-somebodys-store-at-portone"
SIGNING = "whsec_cmVhbC1zaWduaW5nLXNlY3JldC1vZi1hLXN0b3Jl"


def asked(path: str, headers: dict[str, str]) -> int:
    """What an API for the pages of one shop answers."""
    door = Door(lambda _: answer(200, {}), pages=("http://localhost:3000",))
    return door.handle(Request(method="POST", target=path, headers=tuple((HERE | headers).items()))).status


@pytest.mark.parametrize("headers", STRANGERS, ids=str)
@pytest.mark.parametrize("path", ["/payments", "/__clock/advance", "/__curls"])
def test_a_page_of_another_site_gets_no_answer(path: str, headers: dict[str, str]) -> None:
    assert asked(path, headers | CONTROL) == 403


def test_the_shops_own_pages_call_the_api_and_do_not_control_the_stack() -> None:
    assert asked("/payments", SHOP_PAGE | {"sec-fetch-site": "cross-site"}) == 200
    assert asked("/__clock/advance", SHOP_PAGE | CONTROL) == 403


def test_controlling_the_stack_requires_a_header_no_form_can_send() -> None:
    assert [asked("/__clock/advance", headers) for headers in ({}, CONTROL)] == [403, 200]


def test_a_tunnel_is_known_by_its_own_name_only() -> None:
    def named(host: str) -> Response:
        door = Door(lambda _: answer(200, {}), hosts=("shop.tunnel.example",))
        return door.handle(Request(method="POST", target="/", headers=(("Host", host),)))

    assert [named(each).status for each in ("shop.tunnel.example", "rebound.example")] == [200, 403]


def test_no_answer_is_interpreted_as_another_content_type() -> None:
    with Stack.in_memory() as stack:
        answers = [stack.shop.get("/orders/none"), stack.app("user-1").get("/payments")]

    assert {each.headers.get("x-content-type-options") for each in answers} == {"nosniff"}


@pytest.mark.ministack
def test_the_local_aws_answers_no_page(ministack: MiniStack) -> None:
    manager = ministack.client("secretsmanager")
    kept = manager.create_secret(Name="kept-from-pages", SecretString="x")["ARN"]
    named = {"x-amz-target": "secretsmanager.GetSecretValue", "content-type": "application/x-amz-json-1.1"}
    with httpx.Client(base_url=ministack.endpoint_url, trust_env=False, headers=named) as page:
        refused = [page.post("/", json={"SecretId": kept}, headers=each).status_code for each in STRANGERS]
        own = page.post("/", json={"SecretId": kept})

    assert refused == [403] * len(STRANGERS)
    assert [name for name in own.headers if name.startswith("access-control-")] == []
    assert (own.json()["SecretString"], own.headers["x-content-type-options"]) == ("x", "nosniff")


def test_the_first_line_warns_about_a_real_portone() -> None:
    real = Endpoint(
        url="https://api.portone.io", api_secret=SECRET, parameters={"StoreId": "store-of-somebody"}
    )

    told = first_line(real)

    assert told.startswith("CAREFUL: this calls https://api.portone.io with your API secret")
    assert all(word in told for word in ("charge", "refund", "delete", "store-of-somebody", "live"))
    assert SECRET not in told
    assert "CAREFUL" not in first_line(Endpoint())


def test_a_program_started_from_here_inherits_no_secret() -> None:
    env = {"PORTONE_API_SECRET": SECRET, "PORTONE_WEBHOOK_SECRET": SIGNING, "STORE_ID": EXAMPLE_STORE}

    forget(env)

    assert env == {"STORE_ID": EXAMPLE_STORE}


@pytest.mark.ministack
def test_handlers_get_a_real_secret_that_the_local_aws_never_gets(ministack: MiniStack) -> None:
    clock = MovableClock(0.0)
    wired = wiring.on_ministack(
        parameters_of(TokenIssuer(clock), {"portone_url": "http://127.0.0.1:1"}),
        ministack,
        clock=clock,
        transport=None,
        api_secret=SECRET,
        webhook_secret=SIGNING,
    )
    wired.ports["portone"].close()
    held, manager = wired.ports["secrets"], ministack.client("secretsmanager")
    stored = [
        manager.get_secret_value(SecretId=wired.resources[each])["SecretString"]
        for each in ("ApiSecret", "WebhookSecret", "HashKeySecret", "ChargeKeys")
    ]

    assert (held.api_secret(), held.webhook().signing) == (SECRET, (SIGNING,))
    assert held.hash_key() in stored[2]
    assert [text for text in stored if SECRET in text or SIGNING in text] == []
    assert SECRET not in repr(held)
