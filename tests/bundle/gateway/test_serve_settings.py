"""The settings `make serve` needs of another PortOne are named when missing and never shown."""

import json

import pytest

from portone_local.portone import EXAMPLE_SECRET, LIVE_CHANNEL, TEST_CHANNEL
from portone_local.portone.identity.pg import IDENTITY_CHANNELS
from portone_local.serve.elsewhere import Endpoint, NotReady, endpoint
from portone_local.stack.parameters import parameters_of
from portone_local.stack.token_issuer import TokenIssuer
from portone_local.template.cloudformation import transformed
from portone_local.twins.clock import MovableClock

ELSEWHERE = {
    "PORTONE_URL": "https://portone.example",
    "PORTONE_API_SECRET": "example-secret",
    "STORE_ID": "store-example",
    "CHANNELS": '{"CARD":"channel-key-example"}',
}


def test_without_a_portone_url_the_fake_is_used() -> None:
    assert endpoint({"PORTONE_API_SECRET": "unused"}) == Endpoint(url=None, api_secret=EXAMPLE_SECRET)


def test_another_portone_brings_its_store_channels_and_secret() -> None:
    found = endpoint(ELSEWHERE)

    assert (found.url, found.api_secret) == ("https://portone.example", "example-secret")
    assert found.parameters["StoreId"] == "store-example"


def test_credentials_stay_out_of_the_repr() -> None:
    assert "example-secret" not in repr(endpoint(ELSEWHERE))


@pytest.mark.parametrize("missing", ["PORTONE_API_SECRET", "STORE_ID", "CHANNELS"])
def test_a_missing_setting_of_another_portone_is_named(missing: str) -> None:
    with pytest.raises(NotReady, match=missing):
        endpoint({**ELSEWHERE, missing: ""})


@pytest.mark.parametrize("url", ["http://portone.example", "ftp://127.0.0.1x"])
def test_plain_http_is_accepted_for_this_machine_only(url: str) -> None:
    with pytest.raises(NotReady, match="https"):
        endpoint({**ELSEWHERE, "PORTONE_URL": url})


@pytest.mark.parametrize("channels", ["CARD", "[]", "{}"])
def test_channels_that_are_no_object_are_refused(channels: str) -> None:
    with pytest.raises(NotReady, match="CHANNELS"):
        endpoint({**ELSEWHERE, "CHANNELS": channels})


@pytest.mark.parametrize("name", ["BILLING_CHANNELS", "IDENTITY_CHANNELS"])
def test_other_channels_that_are_no_object_are_refused(name: str) -> None:
    with pytest.raises(NotReady, match=name):
        endpoint({**ELSEWHERE, name: "DANAL"})


def test_another_portone_never_sees_a_channel_of_the_fake() -> None:
    clock = MovableClock(0.0)
    parameters = parameters_of(TokenIssuer(clock), {}) | dict(endpoint(ELSEWHERE).parameters)
    told = json.dumps(transformed(parameters))

    fakes = {TEST_CHANNEL, LIVE_CHANNEL, *IDENTITY_CHANNELS}
    assert [each.key for each in fakes if str(each.key) in told] == []
    assert "channel-key-example" in told


def test_another_portone_gets_the_channels_it_was_given() -> None:
    given = {"BILLING_CHANNELS": '{"CARD":"channel-key-b"}', "IDENTITY_CHANNELS": '{"DANAL":"channel-key-i"}'}

    found = endpoint(ELSEWHERE | given).parameters

    assert (found["BillingChannels"], found["IdentityChannels"]) == tuple(given.values())
