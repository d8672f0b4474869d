"""A setting of identity verification that cannot be meant is refused before anything is made."""

import pytest

from portone_local.template import configuration, refusals
from portone_payments.entry.identity_settings import read_identity_settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"IdentityChannels": "DANAL"},
        {"IdentityPurposes": "[]"},
        {"IdentityUnique": "yes"},
        {"AccessLogRetentionDays": "30"},
        {"PrivacyClaim": "anybody"},
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_before_anything_is_made(wrong: dict[str, str]) -> None:
    assert refusals(configuration("dev") | wrong) != ()


CHANNELS = '{"DANAL":"channel-1","INICIS_UNIFIED":"channel-2"}'


@pytest.mark.parametrize(
    "purposes",
    [
        '{"x":{"needs":["operator"]}}',
        '{"x":{"needs":["gender"]}}',
        '{"x":{"needs":["ci"]}}',
        '{"x":{"needs":["shoeSize"]}}',
        '{"x":{"require":"both"}}',
        '{"x":{"ageLimit":19}}',
        '{"no name":{}}',
        '{"x":{"bypass":{"DANAL":{"carriers":["KTF"]}}}}',
        '{"x":{"bypass":{"DANAL":{"cpTitle":"Example"}}}}',
    ],
)
def test_a_purpose_nobody_could_fulfil_does_not_start(purposes: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_identity_settings({"IDENTITY_CHANNELS": CHANNELS, "IDENTITY_PURPOSES": purposes})


@pytest.mark.parametrize(
    "wrong",
    [
        {"IDENTITY_CHANNELS": '{"DANEL":"channel-1"}'},
        {"IDENTITY_CHANNELS": CHANNELS, "IDENTITY_PURPOSES": '{"x":{"providers":["DANEL"]}}'},
        {"IDENTITY_CHANNELS": '{"DANEL":"channel-1"}', "IDENTITY_PROVIDERS": '{"DANEL":{"ci":"always"}}'},
    ],
)
def test_a_misspelt_provider_does_not_start_and_is_named(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="DANEL"):
        read_identity_settings(wrong)


def test_a_contract_may_promise_more_than_portone_does() -> None:
    env = {
        "IDENTITY_CHANNELS": CHANNELS,
        "IDENTITY_PURPOSES": '{"x":{"needs":["gender"]}}',
        "IDENTITY_PROVIDERS": '{"INICIS_UNIFIED":{"gender":"always"}}',
    }

    assert "x" in read_identity_settings(env).rules.purposes
