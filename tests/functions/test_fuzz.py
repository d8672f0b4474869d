"""Whatever is sent, the answer is one that docs/openapi.json names, and a refusal leaves nothing behind."""

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from portone_local.openapi.document import FILE, text
from portone_local.stack.stack import Stack
from tests.support.fuzz import BASE_URL, CHECKS, cases, schema_of, session
from tests.support.world import populate

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "16"))  # of an operation, half of them not as documented
DOCUMENT = json.loads(FILE.read_text())
# what takes no input cannot be asked wrongly
CASES = [
    (method.upper(), path, mode)
    for path, operations in DOCUMENT["paths"].items()
    for method, said in operations.items()
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or said["parameters"] or "requestBody" in said
]
# refused for what was sent; a conflict or an outage may have been recorded first
REFUSED = frozenset({400, 401, 403, 404, 405, 413, 415, 422})

BAD_REQUEST = 400
# the calendar, letters of EUC-KR, bytes, and how fields of one body fit together
BEYOND_A_SCHEMA = frozenset(
    {
        *("not_a_day", "not_rfc3339", "no_time_zone", "out_of_range"),
        *("unprintable", "too_long_or_unprintable", "not_euc_kr"),
        *("either_full_or_amount", "above_total", "mobile_only_with_order", "period_end_only"),
        *("interval_or_both_days", "before_first"),
        # needed by the value of another field, or by the channels the operator has
        *("missing", "months_and_years_only", "no_channel"),
        # an account is for a deposit or a transfer, and which it was the payment says
        "not_for_this_pay_method",
        # what it was charged for the payment says; what is paid back now cannot be used up first
        *("no_subscription", "staff_only", "with_period_end"),
        # the purposes are the operator's, a cursor means something to us alone
        *("unknown", "malformed"),
    }
)


@pytest.fixture(scope="module")
def schema() -> Any:
    return schema_of(DOCUMENT)


def test_the_document_in_docs_is_the_one_of_this_code() -> None:
    assert FILE.read_text() == text(), "stale: run python -m portone_local.openapi"


@pytest.mark.fuzz
@pytest.mark.parametrize(("method", "path", "mode"), CASES)
def test_every_answer_is_documented(schema: Any, method: str, path: str, mode: GenerationMode) -> None:
    with Stack.in_memory(seed=1) as stack:
        world = populate(stack)
        http = session(stack)

        @settings(
            max_examples=(EXAMPLES + 1) // 2,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases(schema[path][method], mode, world))
        def check(case: Any) -> None:
            before = world.refused()
            response = case.call(session=http, base_url=BASE_URL)
            case.validate_response(response, checks=CHECKS)
            if response.status_code in REFUSED:
                assert world.refused() == before
            if mode is GenerationMode.POSITIVE and response.status_code == BAD_REQUEST:
                # what the document allows is refused only for what a schema cannot say
                assert response.json()["error"]["details"]["reason"] in BEYOND_A_SCHEMA

        check()
        assert stack.failures == []
