"""The adversary's own parts: lines that can be pasted back, the smallest failure, pairs, the two sources."""

import os
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from portone_local.adversary import contract, table, table_rows
from portone_local.adversary.arrays import MOST_IN_EIGHT, ROWS, covering_rows
from portone_local.adversary.factors import alone, rows
from portone_local.adversary.field import Use
from portone_local.adversary.judge import faults, judged
from portone_local.adversary.meanwhile import MEANWHILE
from portone_local.adversary.mutation import Mutation, line_of, parse_line
from portone_local.adversary.optionals import optional_paths, paths
from portone_local.adversary.run import Run, told, undisturbed
from portone_local.adversary.shape import Trick
from portone_local.adversary.shrink import smallest
from portone_local.adversary.source import NAMED_BY
from portone_local.adversary.tales import TALES, tale_named
from portone_local.adversary.tales_of_persons import WRONGLY
from portone_local.adversary.waits import EXCLUDED, WAITS

needs_contract = pytest.mark.skipif(NAMED_BY not in os.environ, reason=f"{NAMED_BY} is not set")
DROP = Mutation("get_payment", Trick.DROP, "paidAt")
DOUBTED = Mutation("get_payment", Trick.ANOTHER, "channel.key")


@pytest.fixture
def document() -> contract.Contract:
    """PortOne's own document."""
    return contract.Contract(Path(os.environ[NAMED_BY]))


def test_a_failing_line_can_be_pasted_back() -> None:
    told_of = (DROP, Mutation("get_payment", Trick.ADD, "", 2))

    assert parse_line(line_of("refund a part", told_of)) == ("refund a part", told_of)


def test_the_smallest_failure_contains_nothing_superfluous() -> None:
    many = [Mutation("get_payment", Trick.DROP, str(each)) for each in range(40)]
    guilty = {many[7], many[31]}

    assert set(smallest(many, lambda some: guilty <= set(some))) == guilty


@pytest.mark.parametrize("fields", [2, MOST_IN_EIGHT, MOST_IN_EIGHT + 1, 70])
def test_any_two_fields_are_left_out_together_apart_and_not_at_all(fields: int) -> None:
    held = [set(row) for row in covering_rows(range(fields), "any")]

    for one, other in combinations(range(fields), 2):
        assert len({(one in row, other in row) for row in held}) == 4


def test_eight_rows_are_enough_for_nearly_every_story() -> None:
    more = [tale.name for tale in TALES if len(rows(tale.name)) > ROWS]

    assert len(more) < len(TALES) / 10


def test_the_same_mutations_act_the_same_twice() -> None:
    tale = tale_named("refund a part")
    row = rows(tale.name)[0]

    assert told(tale, row) == told(tale, row)


def test_a_mutation_that_moves_money_is_found() -> None:
    """The currency is that of the order: another one is a mismatch and is refunded."""
    [another] = [each for each in EXCLUDED if each.operation == "get_payment"]

    assert any("CANCELLED" in each for each in faults("receive webhooks", [another]))


def test_a_field_a_story_may_wait_for_is_left_out_in_some_story() -> None:
    played = set().union(*(undisturbed(tale.name).seen for tale in TALES))

    assert sorted(str(each) for each in WAITS.keys() - played - NOWHERE) == []


READING_A_PERSON = "get_identity_verification"
NOWHERE = {each for each in WAITS if each.operation.startswith("list_")}
"""In lists as in readings of one thing, where they occur."""


OF_A_PERSON = sorted(
    each for each, wait in WAITS.items() if each.operation == READING_A_PERSON and not wait.told_of
)


@pytest.mark.parametrize("mutation", OF_A_PERSON, ids=str)
def test_a_verification_that_may_wait_verifies_nobody(mutation: Mutation) -> None:
    assert (
        told(tale_named("a person: verify"), [mutation]).stopped
        == "AssertionError it did not end as it should"
    )


@needs_contract
def test_every_field_an_identity_answer_may_lack_is_left_out_in_some_story(
    document: contract.Contract,
) -> None:
    shape = document.shape("getIdentityVerification", 200)
    played = set().union(*(undisturbed(tale.name).seen for tale in TALES))
    gone = {each.path for each in played if (each.operation, each.trick) == (READING_A_PERSON, Trick.DROP)}
    new = {each.path for each in played if (each.operation, each.trick) == (READING_A_PERSON, Trick.ENUM)}

    assert shape
    assert {
        path for path in optional_paths(shape) if path.startswith(("verifiedCustomer", "channel"))
    } <= gone
    assert new >= {
        "channel.type",
        "channel.pgProvider",
        "verifiedCustomer.operator",
        "verifiedCustomer.gender",
    }
    assert any(each.path.startswith("verifiedCustomer.birthDate=") for each in played)


@pytest.mark.parametrize("wrong", ["a minor", "a second account"])
def test_a_wrong_verification_is_found_although_a_story_may_wait(wrong: str) -> None:
    [may_wait] = [each for each in OF_A_PERSON if each.trick is Trick.VARIANT]
    run = told(tale_named("a person: verify"), [may_wait])

    assert [each for each in judged("a person: verify", run) if WRONGLY in each] == []
    assert WRONGLY in "\n".join(judged("a person: verify", replace(run, stopped=f"{WRONGLY}: {wrong}")))


def once_more(run: Run, event: str) -> Run:
    """The same run, and an event published once more."""
    return replace(run, ending=replace(run.ending, events=run.ending.events + Counter([(event, 0)])))


@pytest.mark.parametrize(("tale", "event"), MEANWHILE, ids=": ".join)
def test_what_only_a_doubt_makes_true_may_be_published_once(tale: str, event: str) -> None:
    run = told(tale_named(tale), [DOUBTED])

    assert (run.ending.events - undisturbed(tale).ending.events)[event, 0] == 1
    assert list(judged(tale, run)) == []
    assert [each for each in judged(tale, once_more(run, event)) if event in each]


def test_what_a_doubt_makes_true_in_one_story_is_found_in_another() -> None:
    run = told(tale_named("look at subscriptions"), [DOUBTED])

    assert list(judged("look at subscriptions", run)) == []
    assert list(judged("look at subscriptions", once_more(run, "invoice.voided"))) != []


def test_every_operation_of_a_story_is_disturbed() -> None:
    operations = {each.operation for tale in TALES for each in alone(tale.name)}

    assert operations >= {"get_payment", "list_payments", "get_billing_key", "list_billing_keys"}
    assert operations >= {"get_identity_verification", "cancel_payment", "get_cash_receipt"}


@needs_contract
@pytest.mark.parametrize("operation", table_rows.ANSWERS)
def test_our_table_knows_every_optional_field_of_the_contract(
    document: contract.Contract, operation: str
) -> None:
    theirs, ours = document.shape(operation, 200), table.Table().shape(operation, 200)
    assert theirs
    assert ours

    wanted, listed = optional_paths(theirs), optional_paths(ours)

    assert wanted - listed == set()
    assert {each for each in listed & paths(theirs) if each not in wanted} == set()


@needs_contract
def test_our_table_lists_nothing_that_is_not_in_the_contract(document: contract.Contract) -> None:
    shapes = [shape for each in table_rows.ANSWERS if (shape := document.shape(each, 200))]
    named = {name.rpartition(".")[2] for shape in shapes for name in optional_paths(shape)} | {"message"}

    assert {name for fields in table.FIELDS.values() for name in fields} - named == set()


@pytest.mark.parametrize("name", table.FIELDS)
def test_a_field_our_records_ignore_has_a_reason(name: str) -> None:
    assert all(field.why for field in table.FIELDS[name].values())
    assert all(field.use in Use for field in table.FIELDS[name].values())


@needs_contract
@pytest.mark.parametrize(
    "name", ["a deposit sent back", "the audit of a list", "renew", "declined twice, then paid"]
)
def test_our_table_finds_optional_fields_where_the_contract_does(name: str) -> None:
    by_table = told(tale_named(name), by=table.Table())

    found = [
        {each for each in run.seen if each.trick in {Trick.DROP, Trick.VARIANT, Trick.REORDER}}
        for run in (undisturbed(name), by_table)
    ]

    assert found[0] == found[1]
