"""Several stacks of one clone: each has a name and a folder, and tools say which one they need."""

from pathlib import Path

import pytest

from portone_local.operator.doctor.__main__ import main as doctor
from portone_local.serve.curls import main as curls
from portone_local.serve.elsewhere import NotReady
from portone_local.serve.running import NotRunning, held, running, state_of, the_one


def up(mine: Path) -> None:
    """What a stack writes down."""
    state_of(mine).write_text(f'{{"name":"{mine.name}"}}')


def test_stacks_without_a_name_get_one_each(tmp_path: Path) -> None:
    with held("", tmp_path) as first, held("", tmp_path) as second, held("shop", tmp_path) as third:
        for mine in (first, second, third):
            up(mine)

        assert list(running(tmp_path)) == ["serve", "serve-2", "shop"]


def test_a_name_is_free_again_once_its_stack_has_stopped(tmp_path: Path) -> None:
    with held("", tmp_path) as mine:
        up(mine)

    with held("", tmp_path) as again:
        assert again == mine
        assert running(tmp_path) == {}


def test_a_name_that_runs_is_not_given_twice(tmp_path: Path) -> None:
    with held("shop", tmp_path), pytest.raises(NotReady, match="shop runs already"), held("shop", tmp_path):
        pass


@pytest.mark.parametrize("name", ["../shop", "Shop", "a b", "-", "a" * 32])
def test_a_name_is_a_folder_here_and_nowhere_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotReady, match="is no name"), held(name, tmp_path):
        pass


def test_the_leftovers_of_a_killed_stack_do_not_count_as_running(tmp_path: Path) -> None:
    (tmp_path / "serve").mkdir()
    up(tmp_path / "serve")

    assert running(tmp_path) == {}
    with pytest.raises(NotRunning, match="start one with `make serve`"):
        the_one(folder=tmp_path)


def test_the_only_stack_needs_no_name(tmp_path: Path) -> None:
    with held("shop", tmp_path) as mine:
        up(mine)

        assert the_one(folder=tmp_path) == the_one("shop", tmp_path) == {"name": "shop"}
        with pytest.raises(NotRunning, match="no local stack is called other; running: shop"):
            the_one("other", tmp_path)


def test_with_two_running_stacks_tools_ask_for_a_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with held("", tmp_path) as first, held("", tmp_path) as second:
        up(first)
        up(second)

        codes = doctor([], folder=tmp_path), curls([], folder=tmp_path)

    sentence = "more than one local stack runs (serve, serve-2): say which, such as LOCAL=serve\n"
    told = capsys.readouterr()
    assert codes == (2, 2)
    assert (told.out, told.err) == (sentence, sentence)
