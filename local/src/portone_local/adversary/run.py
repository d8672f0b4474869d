"""A story played under mutations."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from portone_local.adversary.ending import Ending, ending_of
from portone_local.adversary.mutation import CANARIES, Mutation
from portone_local.adversary.source import shapes
from portone_local.adversary.tales import Tale, tale_named
from portone_local.adversary.transport import Adversary, Shapes
from portone_local.oracle import Finding, ObservedStack, gather, judge
from portone_local.oracle.identity import gather_identity, judge_identity
from portone_local.portone import Refused

STOPPED = (LookupError, AssertionError, ValueError, Refused)
"""What a tale ends with when it cannot be played further; anything else is an error of ours."""


@dataclass(frozen=True, slots=True)
class Run:
    """A tale that was played: how it ended, the sentence it stopped with, what the oracle found, what died.

    `seen` could have been played, `played` was.
    """

    ending: Ending
    stopped: str
    findings: tuple[Finding, ...]
    died: tuple[str, ...]
    seen: frozenset[Mutation]
    played: frozenset[Mutation]


def told(tale: Tale, mutations: Iterable[Mutation] = (), *, by: Shapes | None = None) -> Run:
    """Play a story on its own stack, always with the same ids. `by`: whose shapes, else the usual ones."""
    adversary, stopped = Adversary(by or shapes(), mutations), ""
    with ObservedStack.in_memory(seed=1, tap=adversary.tap, **dict[str, Any](tale.settings)) as stack:
        try:
            tale.told_to(stack)
        except STOPPED as error:
            stopped = f"{type(error).__name__} {error}"[:300]
        failures = {name for name, error in stack.failures if type(error).__name__ != "JobFailed"}
        evidence = gather(stack, answers=stack.answers)
        return Run(
            ending=ending_of(evidence),
            stopped=stopped,
            findings=(*judge(evidence, canaries=CANARIES), *judge_identity(gather_identity(stack))),
            died=tuple(sorted(failures)),
            seen=frozenset(adversary.seen),
            played=frozenset(adversary.played),
        )


@cache
def undisturbed(name: str) -> Run:
    """An undisturbed story, played once."""
    return told(tale_named(name))
