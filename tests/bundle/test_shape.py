"""Claims about how the code is built that are true or false; each finds the offender that is planted."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from portone_local.shape.__main__ import counts, dialect, sizes
from portone_local.shape.claims import (
    chains_to_a_port,
    handlers_that_build,
    retry_loops,
    unread,
    views_that_work,
)
from portone_local.shape.source import LOCAL, SHIPPED, TESTS, Source, shipped, sources
from portone_local.shape.words import names_left, prose_left
from portone_local.template.cloudformation import ROOT

type Claim = Callable[[list[Source]], list[str]]

FLOW = f"{SHIPPED}/flows/payments/planted.py"
HANDLER = "functions/payments/planted/handler.py"
VIEW = f"{SHIPPED}/entry/views/planted.py"


@pytest.fixture(scope="module")
def files() -> list[Source]:
    """What ships."""
    return shipped(ROOT)


PORTS = Source(
    f"{SHIPPED}/ports/planted.py",
    "class Queue(Protocol):\n    pass\n\nclass Meter(Protocol):\n    pass\n",
)
KEEPER = Source(
    f"{SHIPPED}/flows/payments/keeper.py",
    "from portone_payments.ports.planted import Meter, Queue\n\n"
    "class Kept:\n    queue: Queue\n\nclass Keeper(Kept):\n    pass\n\n"
    "class Shown:\n    meter: Meter\n\n"
    "def keep(keeper: Keeper): ...\n",
)
WIRING = Source(
    f"{SHIPPED}/entry/wiring/planted.py",
    "class Wired:\n    def keeper(self) -> Keeper: ...\n    def shown(self) -> Shown: ...\n",
)
IN_A_FLOW = "class Flow:\n    def do(self):\n        "
RACE = "try:\n                save()\n            except Conflict:\n                "


@pytest.mark.parametrize(
    ("claim", "path", "text", "offence"),
    [
        (chains_to_a_port, FLOW, f"{IN_A_FLOW}self.keeper.queue.get()", "3 self.keeper.queue"),
        (chains_to_a_port, FLOW, f"{IN_A_FLOW}self.a.keeper.queue.get()", "3 self.a.keeper.queue"),
        (chains_to_a_port, FLOW, f"{IN_A_FLOW}self.queue.get(self.keeper.size)", None),
        (retry_loops, FLOW, f"{IN_A_FLOW}for _ in range(3):\n            {RACE}pass", "3 tries again"),
        (retry_loops, FLOW, f"{IN_A_FLOW}while True:\n            {RACE}meter()", "3 tries again"),
        (retry_loops, FLOW, f"{IN_A_FLOW}while True:\n            {RACE}raise", None),
        (retry_loops, FLOW, f"{IN_A_FLOW}for each in items:\n            {RACE}pass", None),
        (
            handlers_that_build,
            HANDLER,
            "from portone_payments.flows.payments.keeper import Keeper\nKeeper(queue=1)",
            "2 builds Keeper",
        ),
        (handlers_that_build, HANDLER, "class MyDeps(PortDeps):\n    pass", "1 declares MyDeps"),
        (handlers_that_build, HANDLER, "class Sent(Body):\n    pass", None),
        (views_that_work, VIEW, "def view(deps):\n    deps.keeper.keep()", "2 calls deps.keeper.keep"),
        (
            views_that_work,
            VIEW,
            "from portone_payments.flows.payments.keeper import keep\nkeep(1)",
            "2 calls keep",
        ),
        (views_that_work, VIEW, "def view(deps):\n    deps.clock.now()", None),
        (views_that_work, VIEW, "def view(deps):\n    deps.shown.view()", None),
    ],
)
def test_every_planted_offender_is_found(claim: Claim, path: str, text: str, offence: str | None) -> None:
    found = claim([PORTS, KEEPER, WIRING, Source(path, text)])

    assert len(found) == (offence is not None)
    assert all(each.startswith(f"{path}:{offence}") for each in found)


def test_a_flow_names_the_ports_it_uses(files: list[Source]) -> None:
    assert chains_to_a_port(files) == []


def test_only_one_place_retries_after_a_lost_race(files: list[Source]) -> None:
    assert retry_loops(files) == []


def test_no_handler_builds_a_flow_or_declares_what_it_depends_on(files: list[Source]) -> None:
    assert handlers_that_build(files) == []


def test_no_view_starts_work(files: list[Source]) -> None:
    assert views_that_work(files) == []


def test_walks_over_the_tree_go_into_packages() -> None:
    planted = Source("tests/a.py", 'one = FOLDER.glob("*.py")\ntwo = FOLDER.glob("*/handler.py")')
    fine = Source(
        "tests/a.py", 'files = [*FOLDER.rglob("*.py"), *FOLDER.glob("**/*.py"), *FOLDER.glob("*.md")]'
    )

    assert unread([planted, fine]) == [
        "tests/a.py:1 FOLDER.glob('*.py')",
        "tests/a.py:2 FOLDER.glob('*/handler.py')",
    ]
    assert unread(sources(ROOT, TESTS, LOCAL)) == []


def test_figures_describe_the_given_tree(tmp_path: Path) -> None:
    (tmp_path / FLOW).parent.mkdir(parents=True)
    (tmp_path / FLOW).write_text('"""What was told of a ladder."""\n\n\ndef climb() -> None: ...\n')
    (tmp_path / "template.yaml").write_text("a\na\n")
    (tmp_path / "README.md").write_text("12345\n")

    assert re.search(r"^files +1 +0 +0$", "\n".join(sizes(tmp_path)), re.MULTILINE)
    assert [line.split()[-1] for line in counts(tmp_path)][-3:] == ["2", "1", "6"]
    assert dialect(names_left(tmp_path))[0].split() == ["2", "in", "all"]
    assert dialect(prose_left(tmp_path))[1].split()[:3] == ["1", "told", "tells"]
