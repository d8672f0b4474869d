"""Rule 3.1: what an answer means, each class with its counter-examples."""

import pytest

from portone_payments.domain.readings.outcome import NO_EFFECT_TYPES, Outcome, outcome_of


@pytest.mark.parametrize(
    ("status", "error_type"),
    [(status, each) for status, types in NO_EFFECT_TYPES.items() for each in sorted(types)],
)
def test_a_documented_refusal_under_its_own_status_had_no_effect(status: int, error_type: str) -> None:
    assert outcome_of(status, error_type) is Outcome.NO_EFFECT


@pytest.mark.parametrize(
    ("status", "error_type"),
    [
        (None, None),
        (400, None),
        (400, "INVENTED_LATER"),
        (400, "PAYMENT_NOT_FOUND"),  # documented, but for 404
        (409, "PG_PROVIDER"),
        (429, None),
        (500, "INVALID_REQUEST"),
        (500, None),
        (502, None),
        (502, "INVENTED_LATER"),
        (504, "PG_PROVIDER"),
        (201, None),
        (302, None),
    ],
)
def test_an_undocumented_answer_is_an_unknown_outcome(status: int | None, error_type: str | None) -> None:
    assert outcome_of(status, error_type) is Outcome.UNKNOWN


@pytest.mark.parametrize("error_type", ["PG_PROVIDER", "CHANNEL_SPECIFIC"])
def test_a_502_of_the_pg_is_an_answer_not_an_outage(error_type: str) -> None:
    assert outcome_of(502, error_type) is Outcome.PG_ANSWER


@pytest.mark.parametrize(
    "error_type", ["ALREADY_PAID", "PAYMENT_ALREADY_CANCELLED", "BILLING_KEY_ALREADY_DELETED"]
)
def test_an_operation_somebody_else_completed_is_not_refused(error_type: str) -> None:
    assert outcome_of(409, error_type) is Outcome.ALREADY_DONE


def test_a_key_still_running_is_in_flight() -> None:
    assert outcome_of(409, "IDEMPOTENCY_OUTSTANDING_REQUEST") is Outcome.IN_FLIGHT


@pytest.mark.parametrize("error_type", [None, "UNAUTHORIZED", "FORBIDDEN", "ALREADY_PAID"])
@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_is_refused_whoever_says_so(status: int, error_type: str | None) -> None:
    assert outcome_of(status, error_type) is Outcome.REFUSED


def test_only_200_is_success() -> None:
    assert outcome_of(200, None) is Outcome.ANSWER
