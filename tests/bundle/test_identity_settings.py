"""A setting of identity verification that cannot be meant is refused before anything is made."""

import pytest

from portone_local.template.cloudformation import configuration, refusals
from portone_payments.entry.settings.identity import read_identity_settings


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
def test_an_impossible_setting_is_refused_before_anything_is_created(wrong: dict[str, str]) -> None:
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
def test_an_unfulfillable_purpose_stops_the_start(purposes: str) -> None:
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
def test_a_misspelt_provider_stops_the_start_and_is_named(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="DANEL"):
        read_identity_settings(wrong)


WRONG = {
    "no JSON": ("IDENTITY_CHANNELS", '{"DANAL":', "IDENTITY_CHANNELS"),
    "a provider twice": ("IDENTITY_CHANNELS", '{"DANAL":"a","DANAL":"b"}', "DANAL"),
    "blanks for a channel": ("IDENTITY_CHANNELS", '{"DANAL":" "}', "DANAL"),
    "a number for a channel": ("IDENTITY_CHANNELS", '{"DANAL":7}', "DANAL: 7"),
    "a provider nobody knows the gifts of": ("IDENTITY_PROVIDERS", '{"DANALL":{}}', "DANALL"),
    "a text for a row": ("IDENTITY_PROVIDERS", '{"DANAL":"always"}', "DANAL: 'always'"),
    "a text for a list": ("IDENTITY_PURPOSES", '{"x":{"needs":"name"}}', "needs: 'name'"),
    "a text for an age": ("IDENTITY_PURPOSES", '{"x":{"minAge":"19"}}', "minAge: '19'"),
    "an age of nobody": ("IDENTITY_PURPOSES", '{"x":{"minAge":151}}', "minAge: 151"),
    "yes for days": ("IDENTITY_PURPOSES", '{"x":{"keptDays":true}}', "keptDays: True"),
    "half a day": ("IDENTITY_PURPOSES", '{"x":{"keptDays":0.5}}', "keptDays: 0.5"),
    "no purpose": ("IDENTITY_PURPOSES", '{"x":null}', "x: None"),
    "a carrier": ("IDENTITY_PURPOSES", '{"x":{"bypass":{"DANAL":{"carriers":["KTF"]}}}}', "KTF"),
    "a bypass's age": ("IDENTITY_PURPOSES", '{"x":{"bypass":{"DANAL":{"minAge":-1}}}}', "minAge: -1"),
    "a title of Danal's": ("IDENTITY_PURPOSES", '{"x":{"bypass":{"KCP_V2":{"title":"a"}}}}', "KCP_V2.*title"),
    "a word for a switch": ("IDENTITY_UNIQUE", "of", "IDENTITY_UNIQUE: 'of'"),
    "a word for a number": ("IDENTITY_SMS_PER_USER", "ten", "IDENTITY_SMS_PER_USER: 'ten'"),
    "no message at all": ("IDENTITY_SMS_PER_PHONE", "0", "IDENTITY_SMS_PER_PHONE: '0'"),
    "less than a backup": ("IDENTITY_BACKUP_DAYS", "34", "IDENTITY_BACKUP_DAYS: '34'"),
}


@pytest.mark.parametrize("row", WRONG)
def test_the_impossible_word_is_named(row: str) -> None:
    name, value, word = WRONG[row]

    with pytest.raises(ValueError, match=word):
        read_identity_settings({"IDENTITY_CHANNELS": '{"DANAL":"channel-1"}', name: value})


def test_a_contract_may_promise_more_than_portone_does() -> None:
    env = {
        "IDENTITY_CHANNELS": CHANNELS,
        "IDENTITY_PURPOSES": '{"x":{"needs":["gender"]}}',
        "IDENTITY_PROVIDERS": '{"INICIS_UNIFIED":{"gender":"always"}}',
    }

    assert "x" in read_identity_settings(env).rules.purposes
