"""What a newer version wrote survives this one, at every depth of every record (rule 10.8)."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.adapters.dynamo.codec import Attribute, coder
from portone_payments.adapters.dynamo.identity_keys import KINDS as IDENTITY_KINDS
from portone_payments.adapters.dynamo.payment_items import KINDS
from portone_payments.adapters.dynamo.short_names import stored_as
from portone_payments.domain.records.payments import HistoryLine

RECORDS = [*KINDS.values(), *IDENTITY_KINDS.values(), HistoryLine]
PLAIN: dict[Any, Attribute] = {str: {"S": "text"}, int: {"N": "3"}, float: {"N": "3.5"}, bool: {"BOOL": True}}

attributes = st.recursive(
    st.one_of(
        st.text().map(lambda text: {"S": text}),
        st.integers().map(lambda number: {"N": str(number)}),
        st.booleans().map(lambda truth: {"BOOL": truth}),
        st.just({"NULL": True}),
        st.just({"SS": ["one", "two"]}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda held: {"L": held}),
        st.dictionaries(st.text(), inner, max_size=3).map(lambda held: {"M": held}),
    ),
    max_leaves=5,
)


def by_tomorrow(hint: Any, unknown: Attribute) -> Attribute:
    """A value of this type as a newer version may write it: all fields, more fields, other enum values."""
    origin = get_origin(hint)
    if origin is UnionType:
        known = [each for each in get_args(hint) if each is not NoneType]
        return unknown if len(known) > 1 else by_tomorrow(known[0], unknown)
    if origin is tuple:
        return {"L": [by_tomorrow(get_args(hint)[0], unknown)] * 2}
    if origin is Mapping:
        return {"M": {"one": by_tomorrow(get_args(hint)[1], unknown)}}
    if is_dataclass(hint):
        known_fields = {stored_as(hint, each.name): by_tomorrow(each.type, unknown) for each in told(hint)}
        return {"M": known_fields | {"of_tomorrow": unknown}}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"S": "of_tomorrow"}
    return PLAIN[hint]


def told(kind: Any) -> list[Any]:
    return [each for each in fields(kind) if each.name != "extra"]


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
@given(unknown=attributes)
def test_unknown_fields_are_kept_at_every_depth(kind: Any, unknown: Attribute) -> None:
    written = by_tomorrow(kind, unknown)

    read = coder(kind).decode(written)

    assert coder(kind).encode(read) == written
