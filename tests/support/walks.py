"""Which files each main path enters, in order; `python -m tests.support.walks` writes them into the page."""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from types import CodeType
from typing import Any

from portone_local.actors.people import done, verify
from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack
from portone_local.template.cloudformation import ROOT
from portone_payments.domain.shared.calendar import DAY
from tests.support.budget import Act
from tests.support.budgets import BUDGETS

PAGE = ROOT / "docs" / "architecture.md"
BEGIN = "<!-- walks: `python -m tests.support.walks` writes them -->\n"
END = "<!-- end of the walks -->\n"
LAYER = ROOT / "layers/portone_payments/src/portone_payments"
ROOMS = {f"{ROOT / 'functions'}/": "functions/", f"{LAYER}/": ""}
TOOL = 4  # of sys.monitoring: neither a debugger's, a coverage's nor a profiler's


@dataclass(frozen=True, slots=True)
class Walk:
    """A path: `scene` prepares it and answers the act that is followed; `settings` of the shop."""

    title: str
    scene: Callable[[Stack], Act]
    settings: Mapping[str, Any] = field(default_factory=dict)


def _verifying_a_person(stack: Stack) -> Act:
    verification_id = done(stack)
    return lambda: verify(stack, verification_id)


def _auditing(stack: Stack) -> Act:
    """A webhook that never came: the audit finds the payment paid."""
    _scene_of("a paid webhook")(stack)
    clock_of(stack).advance(DAY)
    return lambda: stack.functions.invoke("Audit", {})


def _scene_of(name: str) -> Callable[[Stack], Act]:
    return next(each.scene for each in BUDGETS if each.name == name)


WALKS = (
    Walk("Prepare: `POST /payments`", _scene_of("prepare a payment")),
    Walk("Webhook: `Transaction.Paid`", _scene_of("a paid webhook")),
    Walk("Refund: `POST /payments/{paymentId}/cancel`", _scene_of("refund a part")),
    Walk("Renewal: the minute a subscription is due", _scene_of("a sweep that renews one subscription")),
    Walk("Identity: `POST /identity-verifications/{verificationId}/verify`", _verifying_a_person),
    Walk("Saved method: `POST /billing-keys/{billingKeyId}/register`", _scene_of("register a saved method")),
    Walk("Audit: a payment whose webhook never came", _auditing),
)


def entered(act: Callable[[], object]) -> list[str]:
    """Files of what ships in the order in which `act` first called a function of them, in any thread."""
    found: dict[str, None] = {}

    def note(code: CodeType, _offset: int) -> object:
        # bodies of modules and classes run once a process, whoever comes first
        if code.co_flags & inspect.CO_OPTIMIZED:
            found.update((room + code.co_filename[len(top) :], None) for top, room in _tops(code))
        return sys.monitoring.DISABLE

    event = sys.monitoring.events.PY_START
    sys.monitoring.use_tool_id(TOOL, "walks")
    try:
        sys.monitoring.restart_events()
        sys.monitoring.register_callback(TOOL, event, note)
        sys.monitoring.set_events(TOOL, event)
        act()
    finally:
        sys.monitoring.set_events(TOOL, 0)
        sys.monitoring.free_tool_id(TOOL)
    return list(found)


def _tops(code: CodeType) -> Iterator[tuple[str, str]]:
    return ((top, room) for top, room in ROOMS.items() if code.co_filename.startswith(top))


def files_of(walk: Walk) -> list[str]:
    """The files a walk enters. It is walked twice: what is made once a process is made the first time."""
    files: list[str] = []
    for _ in range(2):
        with Stack.in_memory(seed=1, **walk.settings) as stack:
            files = entered(walk.scene(stack))
    return files


def listed(walk: Walk, files: Iterable[str]) -> str:
    """A walk as the page shows it: a line for each room that is entered, with its files."""
    paths = [Path(file) for file in files]
    grouped = groupby(paths, lambda path: path.parent)
    rooms = [(f"{room}/", [file.stem for file in group]) for room, group in grouped]
    width = max(len(room) for room, _ in rooms) + 2
    lines = "".join(f"{room:<{width}}{', '.join(names)}\n" for room, names in rooms)
    summary = f"<details><summary>{len(paths)} files</summary>"
    return f"### {walk.title}\n\n{summary}\n\n```text\n{lines}```\n\n</details>\n\n"


def with_walks(page: str, walks: Iterable[str]) -> str:
    """The page with its walks as they have to be. Raises ValueError for one without its two marks."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{''.join(walks)}{END}{after}"


def main() -> None:
    """Write the walks anew."""
    PAGE.write_text(with_walks(PAGE.read_text(), (listed(walk, files_of(walk)) for walk in WALKS)))


if __name__ == "__main__":
    main()
