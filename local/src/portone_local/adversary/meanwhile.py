"""What a story publishes once more than undisturbed, because a reading in doubt leaves its charge open.

Each is true of what happened: the doubt keeps the money from being counted, and people go on meanwhile.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from portone_local.adversary.ending import Row
from portone_local.adversary.waits import QUARANTINED, Wait

_AFTER_THE_OUTCOME = "a charge under way finishes first, and then it ends (rule 8.1)"
_AFTER_A_DAY = (
    "a day of doubt later the end goes through, and what nobody knows to be paid is void (rule 10.3)"
)

MEANWHILE: Mapping[tuple[str, str], str] = {
    ("cancel", "subscription.ending"): _AFTER_THE_OUTCOME,
    ("close an account", "subscription.ending"): _AFTER_THE_OUTCOME,
    ("close an account", "invoice.voided"): _AFTER_A_DAY,
    ("end with what is paid", "invoice.voided"): _AFTER_A_DAY,
}
"""The events by the story that publishes them, and why."""


def told_meanwhile(tale: str, waits: Iterable[Wait]) -> Counter[Row]:
    """What a story that waits for these reasons may publish once more."""
    if not any(wait.attentions == QUARANTINED for wait in waits):
        return Counter()
    return Counter((event, 0) for name, event in MEANWHILE if name == tale)
