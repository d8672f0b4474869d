"""Reading times, error types and empty answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.adapters.portone_texts import error_type_of, micros, nothing_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:01.5Z", 1_500_000),
        ("1970-01-01T00:00:01.123456Z", 1_123_456),
        ("1970-01-01T00:00:01.123456789Z", 1_123_456),
        ("1970-01-01T09:00:01+09:00", 1_000_000),
        ("1969-12-31T19:00:01.000001-05:00", 1_000_001),
    ],
)
def test_a_time_is_read_in_any_precision_and_zone(text: str, expected: int) -> None:
    assert micros(text) == expected


@given(st.datetimes(), st.integers(0, 999), st.sampled_from(["Z", "+09:00", "-11:30", "+00:00"]))
def test_a_time_never_loses_a_microsecond(moment: Any, nanos: int, zone: str) -> None:
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}"

    # %Y does not pad years below 1000 on every platform
    text = text.rjust(26, "0")
    assert micros(f"{text}{nanos:03}{zone}") == micros(f"{text}{zone}")
    assert micros(f"{text}{zone}") % 1_000_000 == moment.microsecond


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-01-02", "2026-01-02T03:04:05", "2026-13-02T03:04:05Z"]
)
def test_a_time_without_a_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        micros(text)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"type":"ALREADY_PAID","message":"x"}', "ALREADY_PAID"),
        (b'{"type":"INVENTED_LATER"}', "INVENTED_LATER"),
        (b'{"type":"Example Buyer, 010-0000-0000"}', None),
        (b'{"type":["ALREADY_PAID"]}', None),
        (b'["ALREADY_PAID"]', None),
        (b"<html>502 Bad Gateway</html>", None),
        (b'{"type":"ALREADY_', None),
        (b"[" * 100_000, None),
        (b"", None),
        (b"\xff", None),
    ],
)
def test_an_error_type_is_a_code_or_nothing(body: bytes, expected: str | None) -> None:
    assert error_type_of(body) == expected


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"<html></html>", b'"ok"', b"\xff"])
def test_an_empty_answer_is_still_an_object(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        nothing_of(body)
