"""What the machines do not do yet by themselves, with what each waits for; empty in the end.

With STATE_MACHINE_ALL=1 they do it all the same; STATE_MACHINE_WITHOUT=poison,... leaves more out.
"""

import os
from collections.abc import Callable
from typing import Any

from hypothesis.stateful import precondition

NOT_YET: dict[str, str] = {}
LEFT_OUT = frozenset(os.environ.get("STATE_MACHINE_WITHOUT", "").split(","))
LEFT_OUT |= frozenset() if "STATE_MACHINE_ALL" in os.environ else NOT_YET.keys()


def ready[T: str](acts: tuple[T, ...]) -> list[T]:
    """Those of `acts` that a machine plays."""
    return [act for act in acts if act not in LEFT_OUT] or list(acts[:1])


def playable(act: str) -> Callable[[Any], Any]:
    """For a rule that a machine plays unless it is left out."""
    return precondition(lambda _machine: act not in LEFT_OUT)
