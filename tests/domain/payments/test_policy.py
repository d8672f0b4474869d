"""Which pay methods an order may be paid with, by the shop's rules."""

from typing import Any

import pytest

from portone_payments.domain.payments.policy import MethodRule, allowed_methods


def offered(
    *rules: MethodRule, amount: int = 1_000, platform: str = "web", item_kind: str | None = None
) -> Any:
    return allowed_methods(("MOBILE", "CARD"), rules, amount=amount, platform=platform, item_kind=item_kind)


def test_without_rules_the_order_decides_and_keeps_its_sequence() -> None:
    assert offered() == ("MOBILE", "CARD")


def test_a_rule_affects_its_own_methods_only() -> None:
    assert offered(MethodRule(methods=("MOBILE",), max_amount=999)) == ("CARD",)


@pytest.mark.parametrize(("amount", "allowed"), [(99, False), (100, True), (200, True), (201, False)])
def test_limits_on_amounts_are_inclusive(amount: int, allowed: bool) -> None:  # noqa: FBT001 - a column
    rule = MethodRule(methods=("CARD",), min_amount=100, max_amount=200)

    assert ("CARD" in offered(rule, amount=amount)) is allowed


def test_a_rule_restricts_the_platforms_and_item_kinds_it_names() -> None:
    apps_only = MethodRule(methods=("CARD",), platforms=("ios", "android"))
    goods_only = MethodRule(methods=("CARD",), item_kinds=("GOODS",))

    assert offered(apps_only, platform="web") == ("MOBILE",)
    assert offered(apps_only, platform="ios") == ("MOBILE", "CARD")
    assert offered(goods_only, item_kind=None) == ("MOBILE",)
    assert offered(goods_only, item_kind="GOODS") == ("MOBILE", "CARD")


def test_every_rule_must_allow_a_method() -> None:
    wide, narrow = MethodRule(methods=("CARD",)), MethodRule(methods=("CARD",), max_amount=1)

    assert offered(wide, narrow) == ("MOBILE",)


def test_a_rule_is_read_from_settings() -> None:
    rule = MethodRule.parse({"methods": ["CARD"], "minAmount": 1, "maxAmount": 2, "platforms": ["web"]})

    assert rule == MethodRule(methods=("CARD",), min_amount=1, max_amount=2, platforms=("web",))


@pytest.mark.parametrize(
    "rule",
    [
        {"methods": ["CARD"], "maxAmmount": 5},
        {"methods": "CARD"},
        {"methods": [1]},
        {"methods": ["CARD"], "minAmount": True},
        {"methods": ["CARD"], "maxAmount": -1},
        {"methods": ["CARD"], "maxAmount": 1.5},
    ],
    ids=["misspelt", "text", "number", "bool", "negative", "float"],
)
def test_a_mistyped_rule_refuses_to_start(rule: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="pay method rule"):
        MethodRule.parse(rule)
