"""A page of another site cannot reach the fake under any name."""

import httpx
import pytest

from portone_local.gateway.loopback import CONTROL, is_foreign
from portone_local.portone import FakePortOne
from portone_local.portone.http_server import HttpPortOne


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({"host": "127.0.0.1:8080"}, False),
        ({"host": "localhost:8080"}, False),
        ({"host": "[::1]:8080"}, False),
        ({"host": "127.0.0.1:8080", "origin": "http://127.0.0.1:8080"}, False),
        ({}, True),
        ({"host": "rebound.example:8080"}, True),
        ({"host": "127.0.0.1.rebound.example"}, True),
        ({"host": "[::1"}, True),
        ({"host": "127.0.0.1:8080", "origin": "http://127.0.0.1:9090"}, True),
        ({"host": "127.0.0.1:8080", "origin": "https://page.example"}, True),
        ({"host": "127.0.0.1:8080", "origin": "null"}, True),
        ({"host": "127.0.0.1:8080", "sec-fetch-site": "none"}, False),
        ({"host": "127.0.0.1:8080", "sec-fetch-site": "same-origin"}, False),
        ({"host": "127.0.0.1:8080", "sec-fetch-site": "same-site"}, True),
        ({"host": "127.0.0.1:8080", "sec-fetch-site": "cross-site"}, True),
    ],
    ids=str,
)
def test_only_this_machine_and_its_own_pages_are_accepted(
    headers: dict[str, str],
    foreign: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert is_foreign(headers) is foreign


@pytest.mark.parametrize(
    "headers", [{"host": "rebound.example"}, {"origin": "https://page.example"}], ids=str
)
def test_a_foreign_page_neither_reads_nor_changes_anything(
    portone: FakePortOne, headers: dict[str, str]
) -> None:
    with HttpPortOne(portone) as server, httpx.Client(base_url=server.base_url) as client:
        answers = [
            client.get("/payments/p1", headers=headers),
            client.post("/__control/books", json={}, headers=headers | CONTROL),
        ]
        form = client.post("/__control/books", data={})
        own = client.post("/__control/books", json={}, headers=CONTROL)

    assert [each.status_code for each in (*answers, form, own)] == [403, 403, 403, 200]
    assert {each.headers["x-content-type-options"] for each in (*answers, form, own)} == {"nosniff"}
