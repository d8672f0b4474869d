"""Short names in items: each of a field there is, none twice, and none that anything else reads there."""

from dataclasses import fields
from typing import Any

import pytest

from portone_payments.adapters.dynamo.items import DERIVED
from portone_payments.adapters.dynamo.keys import INDEXES
from portone_payments.adapters.dynamo.payment_items import KINDS
from portone_payments.adapters.dynamo.short_names import SHORT, stored_as

READ_BY_NAME = DERIVED | {name for index in INDEXES for name in (index.partition, index.sort)}
BY_CONDITIONS = {"version", "tries", "due_at"}


@pytest.mark.parametrize("kind", SHORT, ids=lambda kind: kind.__name__)
def test_each_field_has_a_name_of_its_own(kind: Any) -> None:
    names = [each.name for each in fields(kind)]
    stored = [stored_as(kind, name) for name in names]

    assert set(SHORT[kind]) <= set(names)
    assert len(set(stored)) == len(names)
    assert READ_BY_NAME.isdisjoint(SHORT[kind].values())


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
def test_what_conditions_and_indexes_read_has_its_own_name(kind: Any) -> None:
    read = (READ_BY_NAME | BY_CONDITIONS) & {each.name for each in fields(kind)}

    assert all(stored_as(kind, name) == name for name in read)
