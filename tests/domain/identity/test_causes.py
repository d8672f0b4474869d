"""Every result code of Danal's identity sheet has a cause of ours and cites its row (facts 11.2)."""

import csv
import os
from pathlib import Path

import pytest

from portone_payments.domain.identity.causes import Cause, cause_of, citation_of

SHEET = "본인확인"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """Danal's sheet, which is not ours to ship."""
    path = os.environ.get("DANAL_CODES")
    if not path:
        pytest.skip("DANAL_CODES is not set")
    with Path(path).open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["category"] == "identity_verification"]


def test_every_row_of_the_sheet_has_a_cause_and_is_cited(rows: list[dict[str, str]]) -> None:
    uncited = []
    for row in rows:
        citation = citation_of("DANAL", row["code"])
        if citation is None or citation.sheet != row["sheet_ko"] or int(row["xls_row"]) not in citation.rows:
            uncited.append(row["code"])

    assert len(rows) == 620
    assert uncited == []


def test_no_row_is_cited_that_the_sheet_does_not_have(rows: list[dict[str, str]]) -> None:
    cited = [citation_of("DANAL", code) for code in {row["code"] for row in rows}]

    assert sum(len(citation.rows) for citation in cited if citation) == len(rows)


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("인증번호 불일치", Cause.WRONG_CODE),
        ("시스템 점검중", Cause.MAINTENANCE),
        ("허용하지 않는 나이", Cause.UNDER_AGE),
        ("시간 초과", Cause.TIMED_OUT),
        ("차단 고객", Cause.BLOCKED_BY_PERSON),
        ("알뜰폰", Cause.WRONG_CARRIER),
        ("사용정지가 등록된", Cause.LINE_NOT_ELIGIBLE),
        ("휴대폰번호 형식이", Cause.WRONG_INPUT),
        ("이용이 중지된", Cause.BLOCKED_BY_PG),
        ("허용 건수 초과", Cause.LIMIT_REACHED),
        ("해당 서비스 업체로 문의", Cause.NOT_CONFIGURED),
        ("일시적인 오류", Cause.TEMPORARY),
    ],
)
def test_the_sheet_decides_the_cause(rows: list[dict[str, str]], words: str, cause: Cause) -> None:
    said = {row["code"] for row in rows if words in row["meaning_ko"]}

    assert said
    assert {cause_of("DANAL", code) for code in said} == {cause}


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("9013", Cause.WRONG_CODE),
        ("9016", Cause.UNDER_AGE),
        ("9001", Cause.MAINTENANCE),
        ("9991", Cause.TOO_MANY_TRIES),
        ("9032", Cause.NOT_FINISHED),
        ("9994", Cause.IN_PROGRESS),
        ("2070", Cause.APP_UNAVAILABLE),
        ("0042", Cause.LIMIT_REACHED),
        ("0061", Cause.BLOCKED_BY_PG),
        ("9999", Cause.UNKNOWN),
    ],
)
def test_a_well_known_code_has_its_cause(code: str, cause: Cause) -> None:
    assert cause_of("DANAL", code) is cause


@pytest.mark.parametrize("padded", ["0061", "61", "061", "000061", " 0061 "])
def test_padding_does_not_matter(padded: str) -> None:
    assert cause_of("DANAL", padded) is Cause.BLOCKED_BY_PG


def test_the_more_specific_of_two_rows_with_one_code_decides() -> None:
    assert cause_of("DANAL", "3431") is Cause.WRONG_CODE
    assert citation_of("DANAL", "3431") == (SHEET, (226, 227))
    assert cause_of("DANAL", "4534") is Cause.IN_PROGRESS


@pytest.mark.parametrize("code", [None, "", "  ", "F100", "9013x", "12345678", "가", "\x00", "²"])
def test_a_code_without_a_row_is_unknown(code: str | None) -> None:
    assert cause_of("DANAL", code) is Cause.UNKNOWN
    assert citation_of("DANAL", code) is None


@pytest.mark.parametrize("provider", [None, "", "KCP_V2", "INICIS_UNIFIED"])
def test_codes_of_other_pgs_are_not_read_as_danals(provider: str | None) -> None:
    assert cause_of(provider, "9013") is Cause.UNKNOWN


def test_there_are_about_fifteen_causes() -> None:
    assert 12 <= len(Cause) <= 18
