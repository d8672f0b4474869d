"""An impossible id, key, page or cursor is refused with a stable code or not found."""

import base64
from urllib.parse import quote

import pytest

from portone_local.gateway.messages import Response
from tests.support.bad_input import IDS, IMPOSSIBLE, escaped, preparing, refused
from tests.support.world import STRANGER, USER, World, an_order_body


@pytest.mark.parametrize("order_id", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_an_order_is_not_stored_under_an_impossible_id(world: World, order_id: str) -> None:
    def put(world: World) -> Response:
        return world.stack.shop.put(f"/orders/{escaped(order_id)}", an_order_body())

    assert refused(world, put) == (400, "invalid_request")


@pytest.mark.parametrize("order_id", IDS.values(), ids=IDS)
def test_an_impossible_order_is_not_found(world: World, order_id: str) -> None:
    def get(world: World) -> Response:
        return world.stack.shop.get(f"/orders/{escaped(order_id)}")

    assert refused(world, get) == (404, "order_not_found")


@pytest.mark.parametrize("order_id", IDS.values(), ids=IDS)
def test_an_impossible_order_cannot_be_prepared(world: World, order_id: str) -> None:
    code = refused(world, preparing({"orderId": order_id, "platform": "web"}))

    assert code in {(400, "invalid_request"), (404, "order_not_found")}


@pytest.mark.parametrize("payment_id", IDS.values(), ids=IDS)
@pytest.mark.parametrize("route", ["GET {}", "POST {}/verify"])
def test_an_impossible_payment_is_not_found(world: World, route: str, payment_id: str) -> None:
    method, path = route.format(f"/payments/{escaped(payment_id)}").split(" ")

    def send(world: World) -> Response:
        return world.stack.app(USER).request(method, path)

    assert refused(world, send) == (404, "payment_not_found")


@pytest.mark.parametrize("action", ["catch-up", "resolve"])
def test_an_impossible_payment_is_not_found_by_staff_either(world: World, action: str) -> None:
    def send(world: World) -> Response:
        return world.stack.staff.post(f"/ops/payments/a%23b/{action}", {"reason": "looked at it"})

    assert refused(world, send) == (404, "payment_not_found")


def test_an_id_with_a_slash_reaches_no_route(world: World) -> None:
    before = world.refused()

    answers = [
        world.stack.shop.put("/orders/a%2Fb", an_order_body()),
        world.stack.app(USER).get("/payments/a%2Fb"),
    ]

    assert [answer.status for answer in answers] == [404, 404]
    assert [answer.json() for answer in answers] == [{"message": "Not Found"}] * 2
    assert world.refused() == before


@pytest.mark.parametrize("key", ["", "a b", "a\tb", "k" * 256, "열쇠"])
def test_an_idempotency_key_is_printable_and_short(world: World, key: str) -> None:
    send = preparing({"orderId": "order-fresh", "platform": "web"}, idempotency_key=key)

    assert refused(world, send) == (400, "invalid_request")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "ten", "", "+1", "%D9%A1", "1,2", "1%00"])
def test_a_page_has_1_to_100_items(world: World, limit: str) -> None:
    def send(world: World) -> Response:
        return world.stack.app(USER).get(f"/payments?limit={limit}")

    assert refused(world, send) == (400, "invalid_request")


@pytest.mark.parametrize(
    "query", ["", "?kind=", "?kind=everything", "?kind=MISMATCH", "?kind=mismatch,surplus"]
)
def test_the_list_of_attentions_needs_one_known_kind(world: World, query: str) -> None:
    assert refused(world, lambda world: world.stack.staff.get(f"/ops/attention{query}")) == (
        400,
        "invalid_request",
    )


def cursors(world: World) -> dict[str, str]:
    """The cursor after the first payment, and what can be made of it."""
    genuine: str = world.stack.app(USER).get("/payments?limit=1").json()["cursor"]
    text = base64.urlsafe_b64decode(genuine + "==").decode()
    at, _, payment_id = text.partition("#")
    return {
        "empty": "",
        "longer": genuine + "AAAA",
        "not base64": genuine + "!",
        "another alphabet": "가" * 8,
        "no id": encoded(at),
        "no time": encoded(f"#{payment_id}"),
        "a key": encoded(f"{text}#{payment_id}"),
        "a time in words": encoded(f"now#{payment_id}"),
        "10 kB": "A" * 10_240,
        "NUL": encoded(f"{at}#\0"),
    }


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_foreign_cursor_is_refused(world: World) -> None:
    for name, cursor in cursors(world).items():

        def send(world: World, cursor: str = cursor) -> Response:
            return world.stack.app(USER).get(f"/payments?cursor={quote(cursor)}")

        assert refused(world, send) == (400, "invalid_request"), name


def test_an_edited_cursor_stays_inside_the_callers_own_list(world: World) -> None:
    at = "99999999999999999"
    edited = [encoded(f"{at}#{payment_id}") for payment_id in world.payments.values()]

    pages = [world.stack.app(STRANGER).get(f"/payments?cursor={cursor}").json() for cursor in edited]

    shown = {payment["paymentId"] for page in pages for payment in page["items"]}
    assert shown <= {world.payments["foreign"]}
