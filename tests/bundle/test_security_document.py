"""docs/security.md says what is: links and tests are there; functions, items, threats have their rows."""

from typing import Any

import pytest

from portone_local.template.cloudformation import ROOT, functions
from portone_payments.adapters.dynamo import identity_keys, payment_items
from tests.support.security_document import SecurityDocument

FILE = ROOT / "docs/security.md"
BESIDE = {"history", "erasure"}
"""Kinds of items that are no record: lines that left one, and who was erased."""


@pytest.fixture(scope="module")
def held() -> SecurityDocument:
    return SecurityDocument(FILE.read_text(), ROOT)


def test_every_link_leads_somewhere(held: SecurityDocument) -> None:
    assert list(held.wrong_links()) == []


def test_every_test_it_names_exists(held: SecurityDocument) -> None:
    assert list(held.wrong_tests()) == []


def test_every_threat_names_a_test_or_says_that_nothing_stops_it(held: SecurityDocument) -> None:
    assert list(held.threats_without_a_word()) == []


THREATS = (
    *("token", "role", "webhook", "template", "dump", "developer", "depend", "staff", "operator"),
    *("anonymous", "log", "backup", "administrator"),
)
"""A word each of what a reader would ask about first."""


def test_the_threat_model_covers_what_a_reader_asks_first(held: SecurityDocument) -> None:
    _, rows = held.table("Threat model")
    said = " ".join(" ".join(row[:3]) for row in rows).lower()

    assert [word for word in THREATS if word not in said] == []


def test_every_function_is_in_the_table_of_rights(held: SecurityDocument, prod: dict[str, Any]) -> None:
    assert held.not_in("Rights", functions(prod)) == []


def test_every_kind_of_item_has_its_end(held: SecurityDocument) -> None:
    assert held.not_in("Ends", {*payment_items.KINDS, *identity_keys.KINDS, *BESIDE}) == []
    assert held.ends_without_a_time() == []


SOUND = """# Security

## Threat model

| Who | What | What stops it | Test | What does not |
|---|---|---|---|---|
| a user | asks for others' | ids | `tests/bundle/test_docs.py::test_every` | - |
| root | reads all | - | nothing stops it | all of it |

See [the runbook](runbook.md) and [above](#threat-model).

## Ends

| Item | Ends | How |
|---|---|---|
| `payment` | five years after | the job |
| `plan` | never | the shop's own offer names nobody |
"""


def test_a_sound_document_has_nothing_wrong() -> None:
    document = SecurityDocument(SOUND, ROOT)

    assert [*document.wrong_links(), *document.wrong_tests(), *document.threats_without_a_word()] == []
    assert document.ends_without_a_time() == []
    assert document.not_in("Ends", ["payment", "wallet"]) == ["wallet"]


@pytest.mark.parametrize(
    ("good", "bad", "found"),
    [
        ("runbook.md", "nowhere.md", "nowhere.md"),
        ("#threat-model", "#elsewhere", "#elsewhere"),
        ("runbook.md", "runbook.md#no-such-page", "runbook.md#no-such-page"),
        ("::test_every", "::test_nothing_like_it", "tests/bundle/test_docs.py::test_nothing_like_it"),
        ("test_docs.py", "test_absent.py", "tests/bundle/test_absent.py::test_every"),
        ("nothing stops it", "-", "root | reads all | - | - | all of it"),
        ("five years after", "-", "`payment`"),
        ("the shop's own offer names nobody", "-", "`plan`"),
    ],
)
def test_a_fault_of_a_document_is_found(good: str, bad: str, found: str) -> None:
    document = SecurityDocument(SOUND.replace(good, bad), ROOT)

    wrong = [*document.wrong_links(), *document.wrong_tests(), *document.threats_without_a_word()]
    assert [*wrong, *document.ends_without_a_time()] == [found]
