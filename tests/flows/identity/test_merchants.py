"""A PG's merchant id changed: a DI alone opens no account, owners are admitted by staff."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from portone_local.actors.people import STRANGER, USER, code, done, me, verified, verify
from portone_local.portone import IdentityUnknowns, Unknowns
from portone_local.portone.identity.people import OTHER_ADULT
from portone_local.portone.identity.pg import DANAL_CHANNEL
from portone_payments.entry.settings.identity import read_identity_settings
from tests.support.unkind import UnkindStack, unkind

NO_CI = Unknowns(identity=IdentityUnknowns(ci_is_given=False))
NEW = "example-cpid-2"
BOTH = json.dumps({"DANAL": [DANAL_CHANNEL.pg_merchant_id, NEW], "KCP_V2": ["example-site"]})


@pytest.fixture
def stack() -> Iterator[UnkindStack]:
    """Danal gives no CI."""
    with unkind(unknowns=NO_CI) as opened:
        yield opened


def answers_for(stack: UnkindStack, merchant: str) -> None:
    stack.portone.identities.channels[str(DANAL_CHANNEL.key)] = replace(
        DANAL_CHANNEL, pg_merchant_id=merchant
    )


def let_in(stack: UnkindStack, **changes: object) -> int:
    body = {"userId": USER, "reason": "another CPID"} | changes
    return stack.staff.post("/ops/identity/replace", body).status


def test_a_di_of_an_unconfigured_merchant_id_opens_no_account_and_raises_an_alarm(stack: UnkindStack) -> None:
    verified(stack, provider="DANAL")
    before = stack.counted("IdentityMerchantChanged")
    answers_for(stack, NEW)

    refused = [code(verified(stack, user, provider="DANAL")) for user in (USER, STRANGER)]

    assert refused == ["different_person", "verification_mismatch"]
    assert (before, stack.counted("IdentityMerchantChanged")) == (0, 2)
    stack.operated(identity_merchants=BOTH)
    assert verified(stack, STRANGER, OTHER_ADULT, provider="DANAL").status == 200


def test_the_same_person_under_another_merchant_id_keeps_the_account_and_both_dis(stack: UnkindStack) -> None:
    verified(stack, provider="DANAL")
    answers_for(stack, NEW)

    assert let_in(stack, samePerson=True) == 200
    assert verified(stack, provider="DANAL").status == 200

    held = {each.split(".")[0] for each in stack.ports["people"].person(USER).claims}
    stack.operated(identity_merchants=BOTH)
    again = [code(verified(stack, STRANGER, provider="DANAL"))]
    answers_for(stack, DANAL_CHANNEL.pg_merchant_id)
    again.append(code(verified(stack, STRANGER, provider="DANAL")))
    assert (held, again) == ({"di"}, ["identity_duplicate"] * 2)
    assert me(stack)["verified"] is True
    assert code(verified(stack, person=OTHER_ADULT, provider="DANAL")) == "different_person"


def test_the_merchant_ids_at_the_start_and_today_must_both_be_configured(stack: UnkindStack) -> None:
    begun = done(stack, provider="DANAL")
    answers_for(stack, NEW)
    changed = done(stack, STRANGER, provider="DANAL")
    stack.operated(identity_merchants=BOTH)

    assert (verify(stack, begun).status, code(verify(stack, changed, STRANGER))) == (
        200,
        "verification_mismatch",
    )


@pytest.mark.parametrize(
    ("merchants", "named"),
    [("{}", "DANAL"), ('{"DANEL":["x"]}', "DANEL"), ('{"DANAL":"x"}', "DANAL"), ('{"DANAL":[]}', "DANAL")],
)
def test_a_purpose_that_accepts_a_di_alone_needs_a_configured_merchant_id(merchants: str, named: str) -> None:
    env = {
        "IDENTITY_CHANNELS": '{"DANAL":"channel-1","INICIS_UNIFIED":"channel-2"}',
        "IDENTITY_PURPOSES": '{"x":{"require":"any"}}',
        "IDENTITY_MERCHANTS": merchants,
    }

    with pytest.raises(ValueError, match=named):
        read_identity_settings(env)
    assert read_identity_settings(env | {"IDENTITY_MERCHANTS": '{"DANAL":["x"]}'}).rules.purposes
