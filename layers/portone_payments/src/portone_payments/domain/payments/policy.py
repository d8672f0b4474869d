"""The operator's settings for checks and pay methods, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass

# the platform that is no app
PAGE = "web"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPolicy:
    """How differences that prove nothing are handled (rule 6.2): quarantine, or pass with a metric.

    `self_issue_receipts`: a cash payment without a requested receipt is noted; the shop issues one itself.
    `refund_base`: the amount from which PortOne computes a refundable balance, total or paid. `refund_late`:
    a payment made after its offer had ended is refunded automatically.
    """

    store_id: str = ""
    live: bool = False
    channels: frozenset[str] = frozenset()
    merchants: frozenset[tuple[str, str]] = frozenset()
    quarantine_tax_free: bool = False
    quarantine_method: bool = False
    self_issue_receipts: bool = False
    refund_base: str = "total"
    refund_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodRule:
    """A restriction of some pay methods; amounts in minor units, empty tuples restrict nothing."""

    methods: tuple[str, ...]
    min_amount: int = 0
    max_amount: int | None = None
    platforms: tuple[str, ...] = ()
    item_kinds: tuple[str, ...] = ()

    @classmethod
    def parse(cls, rule: Mapping[str, object]) -> "MethodRule":
        """A rule from settings: {methods, minAmount?, maxAmount?, platforms?, itemKinds?}."""
        unknown = set(rule) - {"methods", "minAmount", "maxAmount", "platforms", "itemKinds"}
        if unknown:
            raise ValueError(f"unknown fields in a pay method rule: {sorted(unknown)}")
        limit = rule.get("maxAmount")
        return cls(
            methods=_names(rule["methods"]),
            min_amount=_whole(rule.get("minAmount", 0)),
            max_amount=None if limit is None else _whole(limit),
            platforms=_names(rule.get("platforms", ())),
            item_kinds=_names(rule.get("itemKinds", ())),
        )

    def allows(self, method: str, *, amount: int, platform: str, item_kind: str | None) -> bool:
        """Whether this rule leaves `method` for such an order."""
        if method not in self.methods:
            return True
        return (
            self.min_amount <= amount
            and (self.max_amount is None or amount <= self.max_amount)
            and (not self.platforms or platform in self.platforms)
            and (not self.item_kinds or item_kind in self.item_kinds)
        )


def allowed_methods(
    wanted: tuple[str, ...],
    rules: tuple[MethodRule, ...],
    *,
    amount: int,
    platform: str,
    item_kind: str | None,
) -> tuple[str, ...]:
    """The pay methods an order may be paid with here, in the shop's order of preference."""
    return tuple(
        method
        for method in wanted
        if all(rule.allows(method, amount=amount, platform=platform, item_kind=item_kind) for rule in rules)
    )


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise ValueError("a pay method rule lists names")
    return tuple(value)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a pay method rule has whole amounts")
    return value
