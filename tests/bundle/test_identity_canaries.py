"""A stolen dump, a log or an error answer reveals nothing about a person (I7), in any encoding."""

import base64
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portone_local.actors.people import (
    STRANGER,
    done,
    erase,
    id_of,
    me,
    permit,
    press,
    reveal,
    start,
    sweep,
    typed,
    verified,
    verify,
    wait,
)
from portone_local.oracle import Answered, ObservedStack
from portone_local.oracle.identity import forms_of, gather_identity, judge_identity, private_of
from portone_local.portone import Fault
from portone_local.portone.identity.people import ADULT, FOREIGNER, MINOR, NAMESAKE, OTHER_ADULT
from portone_local.stack.ministack import MiniStack
from portone_local.stories.identity import YEAR
from portone_payments.domain.records.identity import Counter
from portone_payments.ports.store import Due, Kind

WRONG_OTP = "135790"


def live_through(stack: ObservedStack) -> list[str]:
    """Everything that handles a person's data, going well and badly; the codes that were typed."""
    stack.portone.identity_rules.danal_extra = True
    for provider in ("DANAL", "KCP_V2", "INICIS_UNIFIED"):
        verified(stack, provider=provider)
    verified(stack, STRANGER, ADULT)
    verified(stack, person=OTHER_ADULT)
    verified(stack, person=MINOR, purpose="adult", provider="KCP_V2")
    verified(stack, "user-3", FOREIGNER)
    codes = _without_sdk(stack)
    _badly(stack)
    me(stack)
    reveal(stack)
    permit(stack)
    erase(stack, "user-3")
    sweep(stack)
    return codes


def _without_sdk(stack: ObservedStack) -> list[str]:
    verification_id = id_of(start(stack, "user-4"))
    press(stack, verification_id, "send", typed(NAMESAKE), "user-4")
    press(stack, verification_id, "confirm", {"otp": WRONG_OTP}, "user-4")
    press(stack, verification_id, "resend", None, "user-4")
    code = stack.portone.buyer.otp_of(verification_id)
    press(stack, verification_id, "confirm", {"otp": code}, "user-4")
    verify(stack, verification_id, "user-4")
    return [WRONG_OTP, code]


def _badly(stack: ObservedStack) -> None:
    """Whatever is typed into the wrong place, and PortOne failing with it in hand."""
    app = stack.app("user-5")
    app.get(f"/identity-verifications/{ADULT.phone}")
    app.post("/identity-verifications", {"purpose": ADULT.phone, "provider": ADULT.name})
    app.post("/identity-verifications", {"purpose": "signup", "fullName": 7, "phoneNumber": ADULT.name})
    stack.staff.post("/ops/identity/reveal", {"userId": "user-1", "purpose": ADULT.name, "reason": ADULT.ci})
    for fault in (Fault.HTML_502, Fault.TRUNCATED_JSON, Fault.RESET_AFTER_COMMIT, Fault.UNAUTHORIZED):
        verification_id = id_of(start(stack, "user-5"))
        stack.portone.inject(operation="send_identity_verification", fault=fault)
        press(stack, verification_id, "send", typed(OTHER_ADULT), "user-5")
        press(stack, verification_id, "send", typed(OTHER_ADULT, name="x" * 99), "user-5")
        read = done(stack, "user-5", OTHER_ADULT)
        stack.portone.inject(operation="get_identity_verification", fault=fault)
        verify(stack, read, "user-5")


def heard(stack: ObservedStack, codes: list[str], printed: str = "") -> set[str]:
    """The sentences of the oracle, and the places where a typed code stands."""
    evidence = gather_identity(stack, stack.answers)
    found = {each.sentence for each in judge_identity(evidence) if each.invariant == "I7"}
    texts = dict(evidence.texts) | {"standard output": printed}
    return found | {
        f"a code is in {where}"
        for where, text in texts.items()
        for code in codes
        if any(form in text for form in (f'"{code}"', *forms_of(code)[3:4]))
    }


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with ObservedStack.in_memory(seed=1) as opened:
        yield opened


def test_no_data_of_a_person_is_logged_or_stored_in_clear(
    stack: ObservedStack, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = live_through(stack)

    assert heard(stack, codes, capsys.readouterr().out) == set()
    assert stack.failures == []


def test_no_data_is_left_once_all_of_it_has_expired(stack: ObservedStack) -> None:
    live_through(stack)
    wait(stack, YEAR + 24 * 3600)

    sweep(stack)

    stored = json.dumps(stack.identity_dump())
    assert '"facts"' not in stored
    assert '"sending"' not in stored
    assert judge_identity(gather_identity(stack)) == []


@pytest.mark.ministack
def test_nothing_is_logged_on_the_local_aws_whose_client_logs_everything(ministack: MiniStack) -> None:
    with ObservedStack.on_ministack(ministack, seed=1) as stack:
        codes = live_through(stack)

        assert heard(stack, codes) == set()
        assert stack.failures == []


PLANTS: dict[str, Callable[[ObservedStack, str], object]] = {
    "a log line": lambda _, leak: logging.getLogger("anybody").debug("said", extra={"person": leak}),
    "a metric": lambda stack, leak: stack.ports["meter"].count(leak),
    "a queue body": lambda stack, leak: stack.ports["queue"].send((Due(kind=Kind.STRAY, id=leak, due_at=1),)),
    "an error answer": lambda stack, leak: stack.answers.append(
        Answered(asked="GET /", status=400, body=leak)
    ),
    "the identity table": lambda stack, leak: stack.ports["people"].save(
        Counter(counter_id=leak, expires_at=1)
    ),
}
FORMS: dict[str, Callable[[str], str]] = {
    "in clear": str,
    "in hex": lambda value: value.encode().hex(),
    "in Base64": lambda value: base64.b64encode(value.encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", private_of(ADULT))
@pytest.mark.parametrize("place", PLANTS)
def test_a_planted_leak_is_found(stack: ObservedStack, place: str, name: str, form: str) -> None:
    leak: Any = FORMS[form](private_of(ADULT)[name])

    PLANTS[place](stack, leak)

    assert f"the {name} of a person is in {place}" in heard(stack, [])
