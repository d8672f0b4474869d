"""The dunning policy as data: which declines are hard, and that nonsense in settings is refused."""

from dataclasses import replace

import pytest

from portone_payments.domain.subscriptions.decline_codes import HARD_CODES, LISTS
from portone_payments.domain.subscriptions.dunning import AtEnd, CatchUp, DunningPolicy, is_hard

POLICY = DunningPolicy()


@pytest.mark.parametrize(
    ("providers", "pg_code"),
    [
        (("TOSSPAYMENTS", "TOSS_BRANDPAY", "UPLUS"), "INVALID_CARD_LOST_OR_STOLEN"),
        (("TOSSPAYMENTS", "UPLUS"), "A7"),
        (("NICE", "NICE_V2"), "A126"),
        (("KCP", "KCP_BILLING", "KCP_DIRECT", "KCP_QUICK", "KCP_V2"), "CC43"),
        (("INICIS", "HTML5_INICIS", "INICIS_UNIFIED", "INICIS_V2"), "120026"),
    ],
)
def test_what_a_pg_publishes_as_lost_or_gone_is_hard_at_each_of_its_modules(
    providers: tuple[str, ...], pg_code: str
) -> None:
    assert all(is_hard(POLICY, provider, pg_code) for provider in providers)


@pytest.mark.parametrize(
    ("provider", "pg_code"),
    [("TOSSPAYMENTS", "INVALID_REJECT_CARD"), ("NICE_V2", "3095"), ("KCP_V2", "CC10"), ("KSNET", "8350")],
)
def test_a_low_balance_a_refusal_without_a_reason_and_an_unpublished_code_are_soft(
    provider: str, pg_code: str
) -> None:
    assert not is_hard(POLICY, provider, pg_code)


def test_each_hard_code_stands_in_one_row_of_a_named_list() -> None:
    for each in LISTS:
        rows = list(each.rows.values())
        assert each.source
        assert len(rows) == len(each.hard.split())
        assert rows == sorted(set(rows))


@pytest.mark.parametrize(("provider", "pg_code"), [("KCP_V2", "1165"), ("NICE_V2", "CC04"), (None, None)])
def test_a_code_means_nothing_at_another_pg(provider: str | None, pg_code: str | None) -> None:
    assert not is_hard(POLICY, provider, pg_code)


@pytest.mark.parametrize("code", ["billing_key_not_found", "BILLING_KEY_ALREADY_DELETED"])
def test_a_missing_billing_key_is_a_hard_decline_everywhere(code: str) -> None:
    assert is_hard(replace(POLICY, hard_codes={}), None, None, code=code)


def test_an_operator_lists_codes_for_one_pg_or_for_all() -> None:
    policy = DunningPolicy.parse('{"hardCodes": {"*": ["LOST"], "KCP_V2": ["CC01"]}}')

    assert is_hard(policy, "NICE_V2", "LOST")
    assert is_hard(policy, None, "LOST")
    assert is_hard(policy, "KCP_V2", "CC01")
    assert not is_hard(policy, "KCP_V2", "CC04")
    assert is_hard(policy, "INICIS_V2", "1165")


def test_a_field_a_policy_leaves_out_keeps_its_default() -> None:
    assert DunningPolicy.parse("{}") == DunningPolicy.parse({}) == POLICY


def test_a_policy_says_everything_in_one_object() -> None:
    policy = DunningPolicy.parse(
        '{"retryDays": [2, 9], "allowedFrom": 9, "allowedTo": 24, "graceDays": 9, "atEnd": "CANCEL",'
        ' "hardCodes": {"NICE_V2": ["X"]}, "smoothingSeconds": 1800, "catchUp": "ALL"}'
    )

    assert policy == DunningPolicy(
        retry_days=(2, 9),
        allowed_from=9,
        allowed_to=24,
        grace_days=9,
        at_end=AtEnd.CANCEL,
        hard_codes={**HARD_CODES, "NICE_V2": frozenset({"X"})},
        smoothing_seconds=1_800,
        catch_up=CatchUp.ALL,
    )


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "[]",
        "null",
        '{"retryDay": [1]}',
        '{"allowedFrom": 21, "allowedTo": 10}',
        '{"allowedFrom": 10, "allowedTo": 10}',
        '{"allowedTo": 25}',
        '{"allowedFrom": -1}',
        '{"allowedFrom": 10.5}',
        '{"allowedFrom": true}',
        '{"allowedFrom": "10"}',
        '{"retryDays": 3}',
        '{"retryDays": [0]}',
        '{"retryDays": [3, 1]}',
        '{"retryDays": [1, 1]}',
        '{"retryDays": [15]}',
        '{"graceDays": 6}',
        '{"graceDays": 366}',
        '{"atEnd": "DELETE"}',
        '{"atEnd": []}',
        '{"catchUp": "NONE"}',
        '{"smoothingSeconds": 86401}',
        '{"hardCodes": []}',
        '{"hardCodes": {"KCP_V2": "CC04"}}',
        '{"hardCodes": {"KCP_V2": [4]}}',
        '{"hardCodes": {"": ["CC04"]}}',
    ],
)
def test_an_impossible_policy_is_refused(nonsense: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        DunningPolicy.parse(nonsense)


def test_a_constructed_policy_is_checked_like_a_parsed_one() -> None:
    with pytest.raises(ValueError, match="midnight"):
        DunningPolicy(allowed_from=22, allowed_to=6)
