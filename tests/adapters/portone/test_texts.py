"""Reading times, error types and empty answers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.adapters.portone.texts import (
    Sieve,
    error_type_of,
    micros,
    nothing_of,
    parsed,
    pg_code_of,
)
from portone_payments.domain.readings.payment import UNFIT


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


@pytest.mark.parametrize(
    "code", ["1165", "CC04", "-780", "PAY-1102", "NOT_SUPPORTED_INSTALLMENT", "a.b:c/d+e", "7" * 8]
)
def test_a_pgs_code_passes(code: str) -> None:
    sieve = Sieve()

    assert (sieve.code(code), sieve.dropped) == (code, 0)
    assert pg_code_of(json.dumps({"type": "PG_PROVIDER", "pgCode": code}).encode()) == code


NO_CODES = [
    "Example Buyer",
    "홍길동",
    "010-0000-0000",
    "01000000000",
    "9005171234567",
    "4111111111111111",
    "buyer@shop.example",
    "x" * 65,
    "x" * 400_000,
    "CC04\n",
    "\ud800",
    "CC\x0004",
    "\uff11\uff11\uff16\uff15",
]


@pytest.mark.parametrize("text", NO_CODES, ids=lambda text: ascii(text)[:20])
def test_a_malformed_pg_code_is_dropped_and_counted(text: str) -> None:
    sieve = Sieve()

    assert (sieve.code({"pgCode": text}, "pgCode"), sieve.dropped) == (None, 1)
    assert pg_code_of(json.dumps({"type": "PG_PROVIDER", "pgCode": text}).encode()) == UNFIT


@pytest.mark.parametrize("value", [None, "", 7, ["CC04"], {"code": "CC04"}, True])
def test_a_value_that_is_no_text_counts_as_absent(value: object) -> None:
    sieve = Sieve()

    assert (sieve.code(value), sieve.name(value), sieve.url(value), sieve.dropped) == (None, None, None, 0)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("identifier", "tviva20260102-1234567890.x", "010-0000-0000"),
        ("identifier", "a" * 200, "a" * 201),
        ("word", "KOOKMIN_BANK", "국민은행"),
        ("number", "1234-56**-****-7890", "1234 Example"),
        ("name", "KB국민 굿데이카드", "two\nlines"),
        ("name", "a" * 100, "a" * 101),
        ("url", "https://pg.example/receipt?id=1&x=%20", "javascript:alert(1)"),
        ("url", "http://pg.example/r", "https://pg.example/a b"),
        ("url", "https://pg.example/" + "r" * 900, "https://pg.example/" + "r" * 2000),
    ],
    ids=repr,
)
def test_each_kind_of_text_has_its_pattern_and_length(kind: str, good: str, bad: str) -> None:
    sieve = Sieve()
    passed = getattr(sieve, kind)

    assert (passed(good), sieve.dropped) == (good, 0)
    assert (passed(bad), sieve.dropped) == (None, 1)


@pytest.mark.parametrize(
    "strange",
    [rb'"\ud800"', b'"\xff"', b"9" * 5_000, b"1" + b"0" * 400, b"NaN", b'"' + b"x" * 400_000 + b'"'],
)
def test_one_malformed_text_spoils_that_text_only(strange: bytes) -> None:
    found = parsed(b'{"pgCode":' + strange + b',"type":"PG_PROVIDER"}')

    assert found["type"] == "PG_PROVIDER"
    assert Sieve().code(found, "pgCode") is None


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"", b"{", b"\xff", b'{"a":1}x'])
def test_invalid_or_too_deeply_nested_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parsed(body)
