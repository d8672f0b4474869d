"""The list of planted bugs cannot rot: each still has its place, its test and its line in the document."""

import subprocess
import sys
from dataclasses import replace
from functools import partial

import pytest
from _pytest.mark.expression import Expression
from samtranslator.yaml_helper import yaml_parse

from portone_local.planted.__main__ import chosen_by, planted
from portone_local.planted.bug import CORE, Bug
from portone_local.planted.bugs import BUGS
from portone_local.planted.by_hand import BY_HAND, SeenOnce
from portone_local.planted.document import PAGE, page
from portone_local.template.cloudformation import ROOT

AT_LEAST = 25
bugs = pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)


@bugs
def test_a_bug_has_one_place_and_leaves_a_readable_file(bug: Bug) -> None:
    source = (ROOT / bug.file).read_text()

    assert source.count(bug.old) == 1
    if bug.file.endswith(".py"):
        compile(planted(source, bug), bug.file, "exec")
    else:
        yaml_parse(planted(source, bug))


@bugs
def test_the_test_that_catches_a_bug_exists(bug: Bug) -> None:
    assert (ROOT / bug.test).is_file()


def chosen_of(collected: str, bug: Bug) -> list[str]:
    """The tests of the bug's file that its words choose, of what pytest has collected."""
    words = Expression.compile(bug.only or "test")
    ids = [line.lower() for line in collected.splitlines() if line.startswith(f"{bug.test}::")]
    return [each for each in ids if words.evaluate(partial(_stands_in, each))]


def _stands_in(name: str, word: str, /, **_: str | int | bool | None) -> bool:
    return word.lower() in name


@pytest.mark.check
def test_the_words_of_each_bug_choose_a_test() -> None:
    files = sorted({bug.test for bug in BUGS})
    ran = subprocess.run(  # noqa: S603 - our own tests
        [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert [bug.name for bug in BUGS if not chosen_of(ran.stdout, bug)] == []
    assert chosen_of(ran.stdout, replace(BUGS[0], only="no_test_is_called_so")) == []


@pytest.mark.parametrize("bug", BY_HAND, ids=lambda bug: bug.name)
def test_a_bug_planted_by_hand_still_has_its_file_and_its_test(bug: SeenOnce) -> None:
    assert (ROOT / CORE / bug.file).is_file()
    assert (ROOT / bug.test).is_file()


def test_a_bug_whose_place_is_gone_is_not_planted() -> None:
    with pytest.raises(ValueError, match="stands 0 times"):
        planted("", BUGS[0])


def test_there_are_enough_bugs_each_with_a_name_of_its_own() -> None:
    names = [*(bug.name for bug in BUGS), *(bug.name for bug in BY_HAND)]

    assert len(set(names)) == len(names)
    assert len(BUGS) >= AT_LEAST


def test_the_document_lists_the_bugs_as_they_are() -> None:
    assert PAGE.read_text() == page()


def test_bugs_are_chosen_by_number_or_by_a_word_of_their_name() -> None:
    assert chosen_by([]) == dict(enumerate(BUGS, 1))
    assert list(chosen_by(["3", "two refunds in flight"]).values()) == [
        BUGS[2],
        *(bug for bug in BUGS if bug.name == "two refunds in flight"),
    ]


@pytest.mark.parametrize("arguments", [["--verbose"], ["nothing of the kind"], ["0"], ["99999"], ["1", "-x"]])
def test_a_selection_without_a_bug_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        chosen_by(arguments)

    assert (ended.value.code, "usage:" in capsys.readouterr().err) == (2, True)


def test_asking_for_help_plants_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        chosen_by(["--help"])

    assert (ended.value.code, "numbers, or words" in capsys.readouterr().out) == (0, True)
