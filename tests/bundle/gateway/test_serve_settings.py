"""What `make serve` needs of another PortOne is said clearly, and kept to itself."""

import pytest

from portone_local.portone import EXAMPLE_SECRET
from portone_local.serve.elsewhere import Endpoint, NotReady, endpoint

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
def test_what_another_portone_needs_is_named_when_it_is_missing(missing: str) -> None:
    with pytest.raises(NotReady, match=missing):
        endpoint({**ELSEWHERE, missing: ""})


@pytest.mark.parametrize("url", ["http://portone.example", "ftp://127.0.0.1x"])
def test_plain_http_goes_nowhere_but_to_this_machine(url: str) -> None:
    with pytest.raises(NotReady, match="https"):
        endpoint({**ELSEWHERE, "PORTONE_URL": url})


@pytest.mark.parametrize("channels", ["CARD", "[]", "{}"])
def test_channels_that_are_no_object_are_refused(channels: str) -> None:
    with pytest.raises(NotReady, match="CHANNELS"):
        endpoint({**ELSEWHERE, "CHANNELS": channels})


def url(words: list[str]) -> str:
    method = words.index("-X") + 1
    return words[method + 1]
