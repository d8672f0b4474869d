"""docs/architecture.md says which files each main path enters, in order, and which rooms know which."""

from collections.abc import Iterator
from configparser import ConfigParser

import pytest

from portone_local.template.cloudformation import ROOT
from portone_payments.domain.shared.marker import marker
from portone_payments.domain.shared.money import checked_amount
from tests.support.walks import LAYER, PAGE, WALKS, Walk, entered, files_of, listed


@pytest.mark.parametrize("walk", WALKS, ids=[walk.title.partition(":")[0].lower() for walk in WALKS])
def test_a_path_enters_the_files_the_page_lists_in_this_order(walk: Walk) -> None:
    assert listed(walk, files_of(walk)) in PAGE.read_text(), "stale: run python -m tests.support.walks"


def test_the_page_lists_no_other_walk() -> None:
    walks = PAGE.read_text().partition("<!-- walks")[2]

    listed_walks = [line for line in walks.splitlines() if line.startswith("#")]
    assert listed_walks == [f"### {walk.title}" for walk in WALKS]


def check() -> None:
    checked_amount(1_000, "KRW", field="amount")


def mark() -> None:
    marker("order-1")


def mark_check_mark() -> None:
    mark()
    check()
    mark()


def check_mark() -> None:
    check()
    mark()


def test_files_are_noted_in_the_order_they_are_entered_and_once() -> None:
    money, marked = "domain/shared/money.py", "domain/shared/marker.py"

    assert entered(mark_check_mark) == [marked, money]
    assert entered(check_mark) == [money, marked]
    assert entered(ROOT.exists) == []


def floors() -> Iterator[str]:
    """The rooms of each layer from the top floor down, as the import contracts draw them."""
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter")
    for contract in contracts.values():
        if contract.get("type") == "layers":
            rooms = " > ".join(contract["layers"].strip().splitlines())
            yield f"{contract['containers'].strip().rpartition('.')[2]}: {rooms}"


@pytest.mark.parametrize("floor", tuple(floors()))
def test_the_page_says_who_may_know_whom_as_the_contracts_do(floor: str) -> None:
    assert floor in PAGE.read_text().splitlines()


def test_every_room_is_in_the_tree() -> None:
    shipped = [f"{room.parent.relative_to(LAYER)}/" for room in LAYER.glob("*/*/__init__.py")]
    local = [f"\n  {room.parent.name}/ " for room in ROOT.glob("local/src/portone_local/*/__init__.py")]

    page = PAGE.read_text()
    assert shipped
    assert local
    assert [room for room in (*shipped, *local) if room not in page] == []
