"""What `make serve` keeps up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from portone_local.stack.ministack import MiniStack
from portone_local.stack.stack import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What is up. `fake` is whether the PortOne behind `portone_url` is ours, with its control API.

    `parts` says of each thread whether it is alive, `ministack` is the child process.
    """

    stack: Stack
    api_url: str
    webhook_url: str
    portone_url: str
    fake: bool
    name: str = "serve"
    ministack: MiniStack | None = None
    parts: Mapping[str, Callable[[], bool]] = field(default_factory=dict)

    def lost(self) -> str | None:
        """One sentence about the first part that has ended by itself; None while all are there."""
        if self.ministack and (lost := self.ministack.lost):
            return lost
        ended = next((part for part, alive in self.parts.items() if not alive()), None)
        return f"{ended} has ended, so nothing here can be trusted: start again" if ended else None
