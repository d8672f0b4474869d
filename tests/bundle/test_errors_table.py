"""Every error has one code, one status and a sentence in both languages; nothing is left over."""

import ast
import json
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from portone_local.template.cloudformation import ROOT
from portone_payments.domain.errors import billing as billing_errors
from portone_payments.domain.errors import common as errors
from portone_payments.domain.errors import identity as identity_errors
from portone_payments.domain.errors import payments as payment_errors
from portone_payments.domain.errors.common import BundleError
from portone_payments.entry.messages.errors import MESSAGES
from portone_payments.entry.responses import STATUSES, error_answer, unexpected_answer

RETRYABLE = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
UNEXPECTED = "internal_error"


def every(base: type[BundleError] = BundleError) -> Iterator[type[BundleError]]:
    """All subclasses, of any depth."""
    for error in base.__subclasses__():
        yield error
        yield from every(error)


# the local table has refusals of its own
SHIPPED = [error for error in every() if error.__module__.startswith("portone_payments.")]
ERRORS = sorted(SHIPPED, key=lambda error: error.code)


def raised_names() -> set[str]:
    """Every name that a `raise` of the shipped code mentions."""
    sources = [*ROOT.glob("layers/portone_payments/src/**/*.py"), *ROOT.glob("functions/*/*/handler.py")]
    nodes = [node for source in sources for node in ast.walk(ast.parse(source.read_text()))]
    raised = [node.exc for node in nodes if isinstance(node, ast.Raise) and node.exc is not None]
    return {part.id for exc in raised for part in ast.walk(exc) if isinstance(part, ast.Name)}


def test_all_errors_are_defined_in_modules_of_errors() -> None:
    modules = (errors, payment_errors, billing_errors, identity_errors)

    assert {error.__module__ for error in ERRORS} == {module.__name__ for module in modules}


def test_no_two_errors_share_a_code() -> None:
    assert [code for code, times in Counter(error.code for error in ERRORS).items() if times > 1] == []


def test_every_error_has_a_status_and_every_status_an_error() -> None:
    assert set(STATUSES) == set(ERRORS)


def test_every_error_has_a_message_and_every_message_an_error() -> None:
    assert set(MESSAGES) == {error.code for error in ERRORS} | {UNEXPECTED}


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_a_retryable_answer_is_a_503_or_a_429_that_says_when(error: type[BundleError]) -> None:
    answer = error_answer(error(), "request-1")

    assert error.retryable == (answer["statusCode"] in RETRYABLE)
    assert error.retryable == ("retry-after" in answer["headers"])
    assert json.loads(answer["body"])["error"]["retryable"] == error.retryable


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_an_answer_shows_only_the_data_meant_for_callers(error: type[BundleError]) -> None:
    secret = error(field="amount", reason="malformed", service="dynamodb", limit=7, stored="canary")

    shown = json.loads(error_answer(secret, "request-1")["body"])["error"]

    assert shown["details"] == {"field": "amount", "reason": "malformed"}
    assert shown["requestId"] == "request-1"


def test_an_unforeseen_error_is_a_retryable_500() -> None:
    answer = unexpected_answer("request-1")

    assert answer["statusCode"] == HTTPStatus.INTERNAL_SERVER_ERROR
    assert answer["headers"]["retry-after"] == "1"
    assert json.loads(answer["body"])["error"]["code"] == UNEXPECTED


def test_every_error_is_raised_somewhere() -> None:
    assert {error.__name__ for error in ERRORS} - raised_names() == set()
