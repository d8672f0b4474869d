"""Plans and subscriptions over HTTP: what a customer and the shop's backend may do."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.gateway.messages import Response
from portone_local.portone import Fault
from portone_local.stack import Stack
from portone_local.testing.billing_app import PRICE, code_of, put_plan, save_key, subscribe
from portone_local.testing.stories import clock_of
from portone_local.testing.world import STRANGER, USER
from portone_payments.domain.calendar import DAY, HOUR

CHARGE = "pay_with_billing_key"


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A user with a saved payment method, and a plan."""
    with Stack.in_memory(seed=1) as found:
        save_key(found)
        put_plan(found)
        yield found


def subscribed(stack: Stack, **body: Any) -> str:
    subscription_id: str = subscribe(stack, **body).json()["subscriptionId"]
    return subscription_id


def shown(stack: Stack, subscription_id: str) -> dict[str, Any]:
    view: dict[str, Any] = stack.app(USER).get(f"/subscriptions/{subscription_id}").json()
    return view


def post(stack: Stack, subscription_id: str, action: str, body: object = None) -> Response:
    return stack.app(USER).post(f"/subscriptions/{subscription_id}/{action}", body)


def put(stack: Stack, subscription_id: str, what: str, body: object) -> Response:
    return stack.app(USER).put(f"/subscriptions/{subscription_id}/{what}", body)


def charged(stack: Stack) -> int:
    return [call.operation for call in stack.portone.calls()].count(CHARGE)


def past_due(stack: Stack) -> str:
    """A subscription whose second month was declined."""
    subscription_id = subscribed(stack)
    stack.portone.pg.decline(times=None, readable=True)
    stack.run_for(31 * DAY + 2 * HOUR, step=DAY / 8)
    return subscription_id


# ---- plans ----


def test_a_plan_is_stored_by_the_shop_and_shown_to_an_app(stack: Stack) -> None:
    stored = put_plan(stack, "plan-2", taxFreeAmount=900, trialDays=14, anchorDay=31)

    assert stored.status == 200
    assert stack.app(USER).get("/plans/plan-2").json() == stored.json()
    assert stored.json() == {
        "planId": "plan-2",
        "name": "구독",
        "amount": PRICE,
        "taxFreeAmount": 900,
        "currency": "KRW",
        "interval": {"unit": "MONTH", "count": 1},
        "trialDays": 14,
        "anchorDay": 31,
    }


def test_the_same_plan_again_writes_nothing(stack: Stack) -> None:
    before = stack.dump()

    put_plan(stack)

    assert stack.dump() == before


def test_another_price_concerns_who_subscribes_from_then_on(stack: Stack) -> None:
    first = subscribed(stack)

    put_plan(stack, amount=12_000)

    assert shown(stack, first)["amount"] == PRICE
    assert subscribe(stack, key="request-2").json()["amount"] == 12_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0},
        {"amount": 9_900.5},
        {"taxFreeAmount": PRICE + 1},
        {"currency": "EUR"},
        {"name": "x" * 41},
        {"interval": {"unit": "HOUR", "count": 1}},
        {"interval": {"unit": "MONTH", "count": 13}},
        {"interval": {"unit": "WEEK", "count": 0}},
        {"interval": {"unit": "WEEK", "count": 1}, "anchorDay": 3},
        {"anchorDay": 32},
        {"trialDays": -1},
        {"discount": 1},
    ],
    ids=str,
)
def test_a_plan_that_makes_no_sense_is_refused(stack: Stack, wrong: dict[str, Any]) -> None:
    assert code_of(put_plan(stack, "plan-2", **wrong)) == (400, "invalid_request")
    assert code_of(stack.app(USER).get("/plans/plan-2")) == (404, "plan_not_found")


# ---- start ----


def test_the_first_period_is_paid_at_once(stack: Stack) -> None:
    started = subscribe(stack, amount=PRICE)

    assert started.status == 200
    view = started.json()
    (invoice,) = view["invoices"]
    assert (view["status"], view["nextAt"]) == ("ACTIVE", "2026-02-01T15:00:00Z")
    assert (invoice["kind"], invoice["state"], invoice["amount"]) == ("period", "PAID", PRICE)
    assert stack.app(USER).get(f"/payments/{invoice['paymentId']}").json()["status"] == "PAID"


def test_who_subscribes_at_night_pays_at_once_as_well(stack: Stack) -> None:
    clock_of(stack).advance(14 * HOUR)

    assert subscribe(stack).json()["invoices"][0]["state"] == "PAID"


def test_the_same_key_is_the_same_subscription_in_its_present_state(stack: Stack) -> None:
    first = subscribed(stack)
    post(stack, first, "cancel", {"atPeriodEnd": False})

    again = subscribe(stack)

    assert (again.status, again.json()["subscriptionId"]) == (200, first)
    assert again.json()["status"] == "CANCELLED"
    assert charged(stack) == 1


def test_the_same_key_with_another_body_is_refused(stack: Stack) -> None:
    subscribed(stack)

    assert code_of(subscribe(stack, anchorDay=5)) == (422, "idempotency_key_reused")


def test_without_a_key_nobody_subscribes(stack: Stack) -> None:
    refused = subscribe(stack, key=None)

    assert code_of(refused) == (400, "invalid_request")
    assert refused.json()["error"]["details"] == {"field": "Idempotency-Key", "reason": "missing"}


def test_a_price_the_app_did_not_show_is_not_charged(stack: Stack) -> None:
    refused = subscribe(stack, amount=9_000)

    assert code_of(refused) == (409, "price_changed")
    assert refused.json()["error"]["details"] == {"amount": PRICE}
    assert charged(stack) == 0


def test_a_first_charge_without_an_outcome_is_open(stack: Stack) -> None:
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)

    open_ = subscribe(stack)

    subscription_id = open_.json()["subscriptionId"]
    assert (open_.status, open_.json()["statusUrl"]) == (202, f"/subscriptions/{subscription_id}")
    assert open_.json()["invoices"][0]["state"] == "UNKNOWN"
    stack.run_for(300)
    assert subscribe(stack).status == 200
    assert shown(stack, subscription_id)["invoices"][0]["state"] == "PAID"


def test_a_first_charge_that_is_declined_ends_it(stack: Stack) -> None:
    stack.portone.pg.decline(readable=True)

    declined = subscribe(stack)

    assert code_of(declined) == (402, "charge_declined")
    assert declined.json()["error"]["details"]["reason"] == "retry_later"
    (held,) = stack.app(USER).get("/subscriptions").json()["items"]
    assert (held["status"], held["invoices"][0]["state"]) == ("CANCELLED", "VOID")
    assert code_of(subscribe(stack)) == (402, "charge_declined")
    assert charged(stack) == 1


def test_a_first_charge_that_is_declined_for_good_asks_for_another_method() -> None:
    with Stack.in_memory(dunning='{"hardCodes":{"*":["LOST"]}}') as stack:
        save_key(stack)
        put_plan(stack)
        stack.portone.pg.decline(code="LOST", readable=True)

        declined = subscribe(stack)

    assert declined.json()["error"]["details"]["reason"] == "other_method"


def test_a_trial_charges_nothing_yet(stack: Stack) -> None:
    put_plan(stack, "plan-2", trialDays=7)

    trial = subscribe(stack, planId="plan-2", consent=True)

    assert (trial.status, trial.json()["status"], trial.json()["invoices"]) == (200, "TRIALING", [])
    assert trial.json()["trialEndsAt"] == "2026-01-08T15:00:00Z"
    assert trial.json()["consentedAt"] == "2026-01-02T03:04:05Z"


def test_a_start_in_the_future_charges_nothing_yet(stack: Stack) -> None:
    later = subscribe(stack, start="2026-02-28", anchorDay=31)

    assert (later.status, later.json()["invoices"]) == (200, [])
    assert later.json()["nextAt"] == "2026-02-27T15:00:00Z"


@pytest.mark.parametrize("start", ["2026-01-01", "2028-01-01"])
def test_a_start_lies_in_the_coming_year(stack: Stack, start: str) -> None:
    assert code_of(subscribe(stack, start=start)) == (409, "change_not_allowed")


def test_an_anchor_day_needs_months(stack: Stack) -> None:
    put_plan(stack, "plan-2", interval={"unit": "WEEK", "count": 1})

    assert code_of(subscribe(stack, planId="plan-2", anchorDay=3)) == (409, "change_not_allowed")


@pytest.mark.parametrize(
    "wrong",
    [
        {"planId": ""},
        {"planId": 7},
        {"amount": -1},
        {"amount": "9900"},
        {"start": "2026-02-30"},
        {"start": "tomorrow"},
        {"start": "2026-02-01T00:00:00Z"},
        {"anchorDay": 0},
        {"anchorDay": 32},
        {"consent": "yes"},
        {"billingKeyId": "a b"},
        {"trialDays": 30},
    ],
    ids=str,
)
def test_a_subscription_that_makes_no_sense_is_refused(stack: Stack, wrong: dict[str, Any]) -> None:
    assert code_of(subscribe(stack, **wrong)) == (400, "invalid_request")


def test_a_plan_nobody_stored_is_not_found(stack: Stack) -> None:
    assert code_of(subscribe(stack, planId="plan-absent")) == (404, "plan_not_found")


def test_without_a_saved_method_nobody_subscribes(stack: Stack) -> None:
    assert code_of(subscribe(stack, STRANGER)) == (409, "no_billing_key")


def test_anothers_method_is_as_unknown_as_none(stack: Stack) -> None:
    theirs = save_key(stack, STRANGER)

    answers = [subscribe(stack, billingKeyId=key) for key in (theirs, "0123456789absent")]

    assert {code_of(answer) for answer in answers} == {(404, "billing_key_not_found")}


# ---- read ----


def test_the_list_is_mine_newest_first_in_pages(stack: Stack) -> None:
    first = subscribed(stack)
    clock_of(stack).advance(1)
    second = subscribed(stack, key="request-2")

    page = stack.app(USER).get("/subscriptions?limit=1").json()
    rest = stack.app(USER).get(f"/subscriptions?limit=1&cursor={page['cursor']}").json()

    assert [item["subscriptionId"] for item in page["items"]] == [second]
    assert [item["subscriptionId"] for item in rest["items"]] == [first]
    assert stack.app(STRANGER).get("/subscriptions").json() == {"items": [], "cursor": None}


def test_an_empty_cursor_is_no_place_in_the_list(stack: Stack) -> None:
    assert code_of(stack.app(USER).get("/subscriptions?cursor=")) == (400, "invalid_request")


def test_the_shop_sees_what_its_customer_sees(stack: Stack) -> None:
    subscription_id = subscribed(stack)

    seen = stack.shop.get(f"/ops/subscriptions/{subscription_id}")

    assert seen.json() == shown(stack, subscription_id)


def test_no_answer_holds_a_key_or_a_whole_card_number(stack: Stack) -> None:
    (book,) = stack.portone.billing_books().keys.values()
    answer = subscribe(stack)

    text = answer.body.decode()

    assert book.billing_key not in text
    assert "cipher" not in text.lower()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("POST", "/preview", {"planId": "plan-1"}),
        ("PUT", "/plan", {"planId": "plan-1", "when": "now"}),
        ("PUT", "/billing-key", {"billingKeyId": None}),
        ("POST", "/pause", {}),
        ("POST", "/resume", None),
        ("POST", "/cancel", {"atPeriodEnd": False}),
        ("POST", "/consent", {"amount": 1}),
        ("POST", "/parts/1/cancel", None),
    ],
)
def test_anothers_subscription_is_as_unknown_as_none(
    stack: Stack, method: str, path: str, body: object
) -> None:
    save_key(stack, STRANGER)
    theirs = subscribe(stack, STRANGER).json()["subscriptionId"]
    before = stack.dump()

    answers = [
        stack.app(USER).request(method, f"/subscriptions/{id_}{path}", json=body)
        for id_ in (theirs, "0123456789absent", "%23")
    ]

    assert {code_of(answer) for answer in answers} == {(404, "subscription_not_found")}
    assert stack.dump() == before


# ---- another plan ----


def test_what_the_preview_shows_is_what_is_charged(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)
    clock_of(stack).advance(10 * DAY)
    preview = post(stack, subscription_id, "preview", {"planId": "plan-2"}).json()

    changed = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now", "due": preview["due"]})

    assert (changed.status, changed.json()["planId"], changed.json()["amount"]) == (200, "plan-2", 19_900)
    newest = changed.json()["invoices"][0]
    assert (newest["kind"], newest["state"], newest["amount"]) == ("proration", "PAID", preview["due"])
    assert preview["due"] == preview["charge"] - preview["credit"]


def test_a_preview_changes_nothing(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)
    before = stack.dump()

    post(stack, subscription_id, "preview", {"planId": "plan-2"})

    assert stack.dump() == before


def test_a_difference_the_app_did_not_show_is_not_charged(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)

    refused = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now", "due": 1})

    assert code_of(refused) == (409, "price_changed")
    assert refused.json()["error"]["details"] == {"amount": 10_000}


def test_a_cheaper_plan_is_a_credit_for_later(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=4_900)

    changed = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now"})

    assert (changed.json()["planId"], changed.json()["credit"]) == ("plan-2", 5_000)
    assert charged(stack) == 1


def test_a_change_that_is_declined_does_not_happen(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)
    stack.portone.pg.decline(readable=True)

    declined = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now"})

    assert code_of(declined) == (402, "charge_declined")
    view = shown(stack, subscription_id)
    assert (view["planId"], view["status"], view["nextPlan"]) == ("plan-1", "ACTIVE", None)


def test_a_change_whose_charge_is_open_is_a_202(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)

    open_ = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now"})

    assert (open_.status, open_.json()["planId"]) == (202, "plan-1")
    again = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now"})
    assert code_of(again) == (409, "subscription_busy")
    stack.run_for(300)
    assert shown(stack, subscription_id)["planId"] == "plan-2"


def test_a_change_with_the_next_period_charges_nothing_now(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)

    changed = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "period_end"})

    assert (changed.status, changed.json()["planId"]) == (200, "plan-1")
    assert changed.json()["nextPlan"] == {"planId": "plan-2", "name": "구독", "amount": 19_900}
    assert charged(stack) == 1


def test_a_price_rise_by_the_shop_waits_for_its_customers_word(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)
    changed = stack.shop.put(f"/ops/subscriptions/{subscription_id}/plan", {"planId": "plan-2"})
    assert changed.json()["nextPlan"]["planId"] == "plan-2"
    stack.run_for(31 * DAY + 2 * HOUR, step=DAY / 8)
    assert shown(stack, subscription_id)["invoices"][0]["state"] == "WITHHELD"

    agreed = post(stack, subscription_id, "consent", {"amount": 19_900})

    assert agreed.status == 200
    assert (agreed.json()["invoices"][0]["state"], agreed.json()["status"]) == ("PAID", "ACTIVE")


def test_the_shop_never_charges_a_change_at_once(stack: Stack) -> None:
    put_plan(stack, "plan-2", amount=19_900)
    body = {"planId": "plan-2", "when": "now"}

    refused = stack.shop.put(f"/ops/subscriptions/{subscribed(stack)}/plan", body)

    assert code_of(refused) == (400, "invalid_request")


def test_plans_of_another_interval_change_with_the_period_only(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", interval={"unit": "YEAR", "count": 1})

    refused = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now"})

    assert code_of(refused) == (409, "change_not_allowed")
    assert code_of(post(stack, subscription_id, "preview", {"planId": "plan-2"})) == (
        409,
        "change_not_allowed",
    )


# ---- another method ----


def test_another_method_is_tried_at_once(stack: Stack) -> None:
    subscription_id = past_due(stack)
    stack.portone.pg.accept()
    clock_of(stack).advance(14 * HOUR)

    changed = put(stack, subscription_id, "billing-key", {"billingKeyId": save_key(stack, card="card-2")})

    assert (changed.status, changed.json()["status"]) == (200, "ACTIVE")
    assert changed.json()["invoices"][0]["state"] == "PAID"


def test_another_method_that_is_declined_as_well_leaves_it_past_due(stack: Stack) -> None:
    subscription_id = past_due(stack)

    changed = put(stack, subscription_id, "billing-key", {"billingKeyId": None})

    assert (changed.status, changed.json()["status"]) == (200, "PAST_DUE")
    newest = changed.json()["invoices"][0]
    assert (newest["tries"], newest["advice"]) == (2, "retry_later")


def test_only_ones_own_living_method_is_charged(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    theirs, deleted = save_key(stack, STRANGER), save_key(stack, card="card-2")
    stack.app(USER).delete(f"/billing-keys/{deleted}")

    answers = [
        code_of(put(stack, subscription_id, "billing-key", {"billingKeyId": key}))
        for key in (theirs, "0123456789absent", deleted)
    ]

    assert answers == [
        (404, "billing_key_not_found"),
        (404, "billing_key_not_found"),
        (409, "billing_key_gone"),
    ]


# ---- pause, resume, cancel ----


def test_a_pause_lasts_until_its_day(stack: Stack) -> None:
    subscription_id = subscribed(stack)

    paused = post(stack, subscription_id, "pause", {"until": "2026-03-15"})

    assert (paused.status, paused.json()["status"]) == (200, "PAUSED")
    assert paused.json()["resumesAt"] == "2026-03-14T15:00:00Z"
    stack.run_for(60 * DAY, step=DAY / 8)
    assert charged(stack) == 1
    stack.run_for(14 * DAY, step=DAY / 8)
    assert shown(stack, subscription_id)["status"] == "ACTIVE"
    assert charged(stack) == 2


def test_a_pause_may_have_no_end(stack: Stack) -> None:
    paused = post(stack, subscribed(stack), "pause")

    assert (paused.json()["status"], paused.json()["resumesAt"]) == ("PAUSED", None)


def test_a_pause_ends_in_the_future(stack: Stack) -> None:
    subscription_id = subscribed(stack)

    assert code_of(post(stack, subscription_id, "pause", {"until": "2026-01-02"})) == (
        409,
        "change_not_allowed",
    )
    assert code_of(post(stack, subscription_id, "pause", {"until": "2026-02-30"})) == (400, "invalid_request")


def test_who_resumes_pays_what_is_left_of_the_period(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    post(stack, subscription_id, "pause")
    clock_of(stack).advance(45 * DAY)

    resumed = post(stack, subscription_id, "resume")

    assert (resumed.status, resumed.json()["status"]) == (200, "ACTIVE")
    newest = resumed.json()["invoices"][0]
    assert newest["state"] == "PAID"
    assert 0 < newest["amount"] < PRICE


def test_only_what_is_paused_is_resumed(stack: Stack) -> None:
    assert code_of(post(stack, subscribed(stack), "resume")) == (409, "change_not_allowed")


def test_who_cancels_now_is_never_charged_again(stack: Stack) -> None:
    subscription_id = subscribed(stack)

    cancelled = post(stack, subscription_id, "cancel", {"atPeriodEnd": False})

    assert (cancelled.status, cancelled.json()["status"]) == (200, "CANCELLED")
    stack.run_for(70 * DAY, step=DAY / 8)
    assert charged(stack) == 1


def test_who_cancels_with_the_period_uses_it_up(stack: Stack) -> None:
    subscription_id = subscribed(stack)

    ending = post(stack, subscription_id, "cancel", {"atPeriodEnd": True})

    assert (ending.status, ending.json()["status"]) == (200, "ACTIVE")
    assert (ending.json()["endsAt"], ending.json()["nextAt"]) == ("2026-02-01T15:00:00Z", None)
    stack.run_for(32 * DAY, step=DAY / 8)
    assert shown(stack, subscription_id)["status"] == "CANCELLED"
    assert charged(stack) == 1


def test_a_charge_under_way_finishes_before_the_end(stack: Stack) -> None:
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)
    subscription_id = subscribed(stack)

    waiting = post(stack, subscription_id, "cancel", {"atPeriodEnd": False})

    assert (waiting.status, waiting.json()["cancelling"]) == (202, True)
    assert post(stack, subscription_id, "cancel", {"atPeriodEnd": False}).status == 202
    stack.run_for(600)
    assert shown(stack, subscription_id)["status"] == "CANCELLED"


def test_the_shop_may_end_it_as_well(stack: Stack) -> None:
    subscription_id = subscribed(stack)

    ended = stack.shop.post(f"/ops/subscriptions/{subscription_id}/cancel", {"atPeriodEnd": False})

    assert (ended.status, ended.json()["status"]) == (200, "CANCELLED")
    assert (
        stack.shop.post(f"/ops/subscriptions/{subscription_id}/cancel", {"atPeriodEnd": True}).status == 200
    )


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "plan", {"planId": "plan-1", "when": "period_end"}),
        ("PUT", "plan", {"planId": "plan-1", "when": "now"}),
        ("PUT", "billing-key", {"billingKeyId": None}),
        ("POST", "pause", {}),
        ("POST", "resume", None),
        ("POST", "consent", {"amount": PRICE}),
    ],
)
def test_what_has_ended_does_not_change(stack: Stack, method: str, path: str, body: object) -> None:
    subscription_id = subscribed(stack)
    post(stack, subscription_id, "cancel", {"atPeriodEnd": False})

    refused = stack.app(USER).request(method, f"/subscriptions/{subscription_id}/{path}", json=body)

    assert code_of(refused) == (409, "subscription_ended")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "preview", {}),
        ("PUT", "plan", {"planId": "plan-1", "when": "soon"}),
        ("PUT", "plan", {"planId": "plan-1", "amount": 1}),
        ("PUT", "billing-key", {}),
        ("PUT", "billing-key", {"billingKeyId": ""}),
        ("POST", "pause", {"until": 20_260_301}),
        ("POST", "cancel", {}),
        ("POST", "cancel", {"atPeriodEnd": "yes"}),
        ("POST", "consent", {"amount": 0}),
        ("POST", "consent", {"amount": 9_900.5}),
        ("POST", "consent", {}),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(stack: Stack, method: str, path: str, body: object) -> None:
    subscription_id = subscribed(stack)
    before = stack.dump()

    refused = stack.app(USER).request(method, f"/subscriptions/{subscription_id}/{path}", json=body)

    assert code_of(refused) == (400, "invalid_request")
    assert stack.dump() == before
