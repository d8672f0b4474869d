"""What was requested counts: the browser chooses no provider, and the stricter of two settings applies."""

import json
from typing import Any

import pytest

from portone_local.actors.people import (
    QUARTER,
    code,
    done,
    go_through,
    me,
    start,
    verified,
    verify,
    wait,
)
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.portone.identity.pg import DANAL_CHANNEL, INICIS_CHANNEL, KCP_CHANNEL
from portone_payments.domain.identity.rules import Field, IdentityRules, Purpose, Require
from portone_payments.domain.records.identity import Attempt
from portone_payments.domain.verifications.asked import asked_under, stricter, typed_fields

RULES = IdentityRules(purposes={}, channels={"DANAL": "one", "INICIS_UNIFIED": "two"})
STRICT = Purpose(
    name="adult",
    require=Require.CI,
    needs=frozenset({Field.NAME, Field.BIRTH_DATE}),
    keeps=frozenset({Field.NAME}),
    min_age=19,
    kept_days=30,
)
LAX = Purpose(name="adult", require=Require.ANY, needs=frozenset(), keeps=frozenset(Field), kept_days=365)


@pytest.mark.parametrize("swapped", [KCP_CHANNEL, INICIS_CHANNEL], ids=lambda channel: channel.pg_provider)
def test_a_provider_chosen_by_the_browser_verifies_nobody(stack: ObservedStack, swapped: Any) -> None:
    window = start(stack, provider="DANAL")

    answer = verify(stack, go_through(stack, window, channel_key=swapped.key))

    assert code(answer) == "verification_mismatch"
    assert answer.json()["error"]["details"] == {"reason": "provider"}
    assert me(stack)["verified"] is False


def test_another_channel_of_the_provider_verifies_nobody(stack: ObservedStack) -> None:
    channels = json.dumps({"DANAL": "channel-key-example-other"})
    with ObservedStack.in_memory(seed=1, identity_channels=channels) as other:
        answer = verify(other, go_through(other, start(other), channel_key=DANAL_CHANNEL.key))

    assert answer.json()["error"]["details"] == {"reason": "channel"}
    assert verified(stack).status == 200


def test_the_stricter_of_the_settings_at_start_and_answer_applies() -> None:
    lax_start = stricter(asked_under(RULES, LAX, "DANAL"), STRICT)
    lax_answer = stricter(asked_under(RULES, STRICT, "DANAL"), LAX)

    assert lax_start == lax_answer == STRICT


def test_a_field_either_setting_treats_as_typed_counts_as_typed() -> None:
    asked = asked_under(RULES, LAX, "INICIS_UNIFIED")
    attempt = Attempt(
        verification_id="v1",
        user_id="user-1",
        purpose="adult",
        provider="INICIS_UNIFIED",
        customer_id="EXAMPLECUSTOMER00001",
        asked=asked,
        created_at=0.0,
        expires_at=900,
    )
    trusting = IdentityRules(
        purposes={}, channels=RULES.channels, matrix={"INICIS_UNIFIED": RULES.matrix["DANAL"]}
    )
    unknown = IdentityRules(purposes={}, channels=RULES.channels, matrix={})

    assert typed_fields(attempt, trusting) == {Field.GENDER, Field.FOREIGNER}
    assert typed_fields(attempt, unknown) == set(Field)


def test_an_answer_after_the_expiry_is_too_late(stack: ObservedStack) -> None:
    verification_id = done(stack)
    wait(stack, QUARTER - 3)
    stack.portone.inject(operation="get_identity_verification", fault=Fault.LATENCY, seconds=4.0)

    assert code(verify(stack, verification_id)) == "verification_expired"
    assert me(stack)["verified"] is False
