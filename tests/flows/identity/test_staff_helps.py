"""Staff learns why a PG refused, and what a window would be opened with."""

from typing import Any

import pytest

from portone_local.actors.people import code
from portone_local.oracle import ObservedStack


@pytest.mark.parametrize(
    "body",
    [
        {"provider": "DANAL", "carriers": ["KTF"]},
        {"provider": "DANAL", "minAge": 151},
        {"provider": "KCP_V2", "title": "Example"},
        {"provider": "NICE_V2"},
    ],
)
def test_staff_sees_which_option_the_pg_would_refuse(stack: ObservedStack, body: dict[str, Any]) -> None:
    path = "/identity-verifications/bypass-preview"

    assert code(stack.staff_app.post(path, body)) == "invalid_request"


def test_staff_previews_a_bypass(stack: ObservedStack) -> None:
    body = {"provider": "DANAL", "title": "Example", "minAge": 19, "carriers": ["SKT", "KT"]}

    answer = stack.staff_app.post("/identity-verifications/bypass-preview", body)

    assert answer.json() == {
        "bypass": {"danal": {"CPTITLE": "Example", "AGELIMIT": 19, "IsCarrier": "SKT;KTF"}}
    }
