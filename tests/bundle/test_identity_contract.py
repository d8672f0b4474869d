"""Every exchange about verifications, compared with PortOne's OpenAPI document: requests and answers."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from portone_local.actors.people import done, id_of, press, start, typed, verified, verify
from portone_local.oracle import ObservedStack
from portone_local.portone.api import Exchange
from portone_local.portone.contract import Contract
from portone_local.portone.identity.people import ADULT, NAMESAKE

PROVIDERS = ("DANAL", "KCP_V2", "INICIS_UNIFIED")
CALLED = {
    "get_identity_verification",
    "send_identity_verification",
    "resend_identity_verification",
    "confirm_identity_verification",
}


def by_window(stack: ObservedStack) -> None:
    for number, provider in enumerate(PROVIDERS):
        verified(stack, f"user-{number}", ADULT, provider=provider)
    verify(stack, id_of(start(stack)))
    verify(stack, done(stack, pg_code="9013"))


def by_sms(stack: ObservedStack) -> None:
    for provider, person in (("DANAL", ADULT), ("KCP_V2", NAMESAKE)):
        verification_id = id_of(start(stack, provider=provider))
        press(stack, verification_id, "send", typed(person))
        press(stack, verification_id, "confirm", {"otp": "000000"})
        press(stack, verification_id, "resend")
        press(stack, verification_id, "confirm", {"otp": stack.portone.buyer.otp_of(verification_id)})
        press(stack, verification_id, "resend")


def by_app(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))
    body = typed(method="APP")
    del body["birthAndSex"]
    press(stack, verification_id, "send", body)
    stack.portone.buyer.approve_in_app(verification_id)
    press(stack, verification_id, "confirm", {})
    verify(stack, verification_id)


STORIES = (by_window, by_sms, by_app)


@pytest.fixture(scope="module")
def contract() -> Contract:
    """PortOne's document, which is not ours to ship."""
    if not (path := os.environ.get("PORTONE_OPENAPI")):
        pytest.skip("PORTONE_OPENAPI is not set")
    return Contract(Path(path))


def exchanges(story: Callable[[ObservedStack], None]) -> list[Exchange]:
    """Every exchange of a story."""
    seen: list[Exchange] = []
    with ObservedStack.in_memory(seed=1) as stack:
        stack.portone.api.watchers.append(seen.append)
        story(stack)
    return seen


@pytest.mark.parametrize("story", STORIES)
def test_every_exchange_about_a_person_keeps_to_the_document(
    contract: Contract, story: Callable[[ObservedStack], None]
) -> None:
    seen = exchanges(story)

    assert seen
    assert [problem for exchange in seen for problem in contract.problems(exchange)] == []


def test_the_stories_make_every_call_there_is() -> None:
    seen = [exchange for story in STORIES for exchange in exchanges(story)]

    assert {exchange.route.operation for exchange in seen if exchange.route} == CALLED
