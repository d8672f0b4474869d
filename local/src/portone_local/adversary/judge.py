"""Whether a disturbed run ended as it must: like the undisturbed one, or waiting where a table allows it."""

from collections.abc import Collection, Iterator

from portone_local.adversary.ending import Ending
from portone_local.adversary.meanwhile import told_meanwhile
from portone_local.adversary.mutation import Mutation
from portone_local.adversary.run import Run, told, undisturbed
from portone_local.adversary.tales import tale_named
from portone_local.adversary.tales_of_persons import WRONGLY
from portone_local.adversary.waits import Wait, waits_of
from portone_local.oracle import Finding

# a call for staff and an unknown outcome may be published while something waits
_OF_WAITING = frozenset(
    {
        *("payment.quarantined", "payment.outcome_unknown", "payment.lagging", "payment.hint_given_up"),
        *("payment.reopened", "refund.stuck"),
    }
)
# what was over before any reading showed it
_IN_BETWEEN = frozenset({"payment.cancellation_requested", "payment.cancellation_failed"})
_NOT_YET = frozenset({"I2", "I4", "I15"})
"""What agrees with PortOne only once the waiting is over."""


def faults(tale: str, mutations: Collection[Mutation]) -> list[str]:
    """Play a story under these mutations; what is wrong with its end, in sentences."""
    return list(judged(tale, told(tale_named(tale), mutations)))


def judged(tale: str, run: Run) -> Iterator[str]:
    """What is wrong with a run, in sentences."""
    usual = undisturbed(tale)
    waits = waits_of(run.played, tale)
    yield from (f"{name} died" for name in run.died if name not in usual.died)
    if waits:
        yield from _waited(tale, run, usual, waits)
    else:
        yield from _the_same(run, usual)


def _the_same(run: Run, usual: Run) -> Iterator[str]:
    if run.stopped != usual.stopped:
        yield f"it cannot be told to the end: {run.stopped or usual.stopped}"
    yield from _rows(run.ending, usual.ending)
    yield from _found(run, usual, frozenset())


def _rows(ending: Ending, usual: Ending) -> Iterator[str]:
    yield from (f"expected {row}" for row in (usual.rows - ending.rows).elements())
    yield from (f"happened {row}" for row in (ending.rows - usual.rows).elements())


def _found(run: Run, usual: Run, spared: frozenset[str]) -> Iterator[str]:
    known = {_sentence(each) for each in usual.findings}
    for each in run.findings:
        if each.invariant not in spared and _sentence(each) not in known:
            yield _sentence(each)


def _waited(tale: str, run: Run, usual: Run, waits: list[Wait]) -> Iterator[str]:
    """Nothing published or done that the waiting did not make true; and if it waits, staff is called."""
    allowed = usual.ending.events + told_meanwhile(tale, waits)
    for (event, amount), count in (run.ending.events - allowed).items():
        if event not in _OF_WAITING:
            yield f"told {count} times too often while it waits: {event} {amount or ''}"
    for event in sorted({event for event, _ in run.ending.events} & _untold(waits)):
        yield f"told though it is not so: {event}"
    for what, much in (run.ending.money - usual.ending.money).items():
        yield f"PortOne moved money that waits: {what} {much} more"
    yield from _found(run, usual, _NOT_YET)
    if WRONGLY in run.stopped:
        yield run.stopped
    if not _called(run.ending, usual.ending, waits):
        yield f"it waits and nobody was called: {', '.join(run.ending.attentions) or 'no attention'}"
        yield from _rows(run.ending, usual.ending)


def _untold(waits: list[Wait]) -> frozenset[str]:
    return frozenset[str]().union(*(wait.untold for wait in waits))


def _called(ending: Ending, usual: Ending, waits: list[Wait]) -> bool:
    """Whether all is published in the end, or staff is called because it is not."""
    if {event for event, _ in usual.events - ending.events} <= _IN_BETWEEN:
        return True
    # one that calls nobody may be what keeps the others from being met at all
    return any(not wait.attentions or wait.attentions & ending.attentions for wait in waits)


def _sentence(finding: Finding) -> str:
    return f"{finding.invariant}: {finding.sentence}"
