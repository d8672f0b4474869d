"""Texts for people: one shape, an entry for every cause and error type, the most specific one shown."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from portone_local.portone.contract import Contract
from portone_payments.domain.errors import common as errors
from portone_payments.domain.errors import identity as identity_errors
from portone_payments.domain.errors import payments as payment_errors
from portone_payments.domain.identity.causes import Cause
from portone_payments.domain.readings.outcome import (
    ALREADY_DONE,
    CREDENTIAL_TYPES,
    NO_EFFECT_TYPES,
    OUTSTANDING,
    PG_ANSWERS,
)
from portone_payments.entry.messages import identity as messages_identity
from portone_payments.entry.messages import (
    reasons_billing,
    reasons_identity,
    reasons_portone,
    reasons_refunds,
)
from portone_payments.entry.messages.catalogue import Action
from portone_payments.entry.messages.errors import MESSAGES, REASONS
from portone_payments.entry.responses import error_answer, logged

ALL = MESSAGES | {f"reason {code}": message for code, message in REASONS.items()}
HANGUL = re.compile(r"[가-힣]")
KNOWN_TYPES = {*ALREADY_DONE, *PG_ANSWERS, OUTSTANDING, *CREDENTIAL_TYPES.values()} | {
    kind for kinds in NO_EFFECT_TYPES.values() for kind in kinds
}


def answered(error: errors.BundleError) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(error_answer(error, "request-1")["body"])["error"]
    return body


@pytest.mark.parametrize("code", ALL)
def test_an_entry_is_a_sentence_in_korean_and_in_english_with_an_action(code: str) -> None:
    message = ALL[code]

    assert HANGUL.search(message.ko)
    assert message.en.isascii()
    assert (message.ko[-1], message.en[-1]) == (".", ".")
    assert message.action in Action


def test_no_entry_exists_twice() -> None:
    kinds = (reasons_portone, reasons_billing, reasons_identity, reasons_refunds)
    parts = [kind.REASONS for kind in kinds]

    assert sum(map(len, parts)) == len(REASONS)
    assert messages_identity.MESSAGES.items() <= MESSAGES.items()


def test_every_cause_of_a_failed_verification_has_an_entry() -> None:
    assert set(Cause) - set(REASONS) == set()


def test_every_error_type_we_know_of_portone_has_an_entry() -> None:
    assert {kind.lower() for kind in KNOWN_TYPES} - set(REASONS) == set()


def test_every_error_type_of_portones_document_has_an_entry() -> None:
    path = os.environ.get("PORTONE_OPENAPI")
    if not path:
        pytest.skip("PORTONE_OPENAPI is not set")
    contract = Contract(Path(path))

    documented = {kind for name in contract.operation_ids() for kind in contract.error_types(name)}

    assert len(documented) > 40
    assert {kind.lower() for kind in documented} - set(REASONS) == set()


@pytest.mark.parametrize("cause", Cause)
def test_a_failed_verification_says_why_and_what_to_do(cause: Cause) -> None:
    shown = answered(identity_errors.VerificationFailed(reason=str(cause)))

    told = REASONS[cause]
    assert (shown["code"], shown["details"]) == ("verification_failed", {"reason": cause})
    assert (shown["message"], shown["action"]) == ({"ko": told.ko, "en": told.en}, told.action)


@pytest.mark.parametrize(
    "error", [payment_errors.RefundFailed, payment_errors.ApprovalFailed, payment_errors.CashReceiptFailed]
)
def test_a_refusal_of_portone_says_why(error: type[errors.BundleError]) -> None:
    shown = answered(error(reason="max_cancel_count_reached"))

    assert (shown["code"], shown["action"]) == (error.code, "contact_support")
    assert shown["message"]["en"] == REASONS["max_cancel_count_reached"].en


@pytest.mark.parametrize("reason", ["refused", "a_type_of_tomorrow"])
def test_a_reason_without_an_entry_gets_the_text_of_its_code(reason: str) -> None:
    shown = answered(payment_errors.RefundFailed(reason=reason))

    assert shown["message"]["en"] == MESSAGES["refund_failed"].en


def test_an_unknown_field_is_not_an_unknown_person() -> None:
    shown = answered(errors.InvalidRequest(field="purpose", reason=str(Cause.UNKNOWN)))

    assert shown["message"]["en"] == MESSAGES["invalid_request"].en
    assert shown["action"] == "fix_request"


def test_support_finds_a_failure_by_its_request_id_with_the_pgs_code() -> None:
    error = identity_errors.VerificationFailed(reason="wrong_code", pg_code="9013")

    assert logged(error) == {"code": "verification_failed", "reason": "wrong_code", "pg_code": "9013"}
    assert "9013" not in json.dumps(answered(error))
    assert answered(error)["requestId"] == "request-1"


def test_a_reason_that_is_not_in_the_catalogue_is_not_logged() -> None:
    assert logged(identity_errors.VerificationFailed(reason="홍길동")) == {"code": "verification_failed"}
