"""I13 about what people are let in as: by what the PG vouches for, judged when it is used (rule 10.14).

Nothing is taken from the shipped code: the age is reckoned anew from what PortOne answers.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from portone_local.oracle.evidence import Finding
from portone_local.oracle.journal import Act, Heard
from portone_local.oracle.persons_seen import IdentityEvidence

KOREA = dt.timezone(dt.timedelta(hours=9))
ADULT = 19
"""Civil Code art. 4; a year more as each birthday begins, on 1 March where there is no 29 February."""


def ages_are_vouched_for(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I13: what was typed stays so in all that is made of it; nobody is admitted younger than required."""
    begun = {act.verification_id: act for act in evidence.acts if act.heard is Heard.STARTED}
    for act in evidence.acts:
        if act.heard is Heard.LET_IN and act.verification_id in begun:
            shown = evidence.shown.get(act.verification_id, {})
            for told in _wrongs(act, begun[act.verification_id], shown):
                yield Finding("I13", None, f"{act.of[0]} {told}")


def _wrongs(act: Act, start: Act, shown: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with one answer, in words."""
    provider = str(shown.get("channel", {}).get("pgProvider", ""))
    typed = start.rules.typed(provider) | act.rules.typed(provider)
    made = typed | ({"adult"} if "birthDate" in typed else set())
    vouched = sorted((made & act.facts.keys()) - set(act.unverified))
    if vouched:
        yield f"is shown what was typed as if it were vouched for: {vouched}"
    ages = [_years(shown.get("verifiedCustomer", {}).get("birthDate"), at) for at in (act.began, act.ended)]
    if act.facts.get("adult") == "yes" and max(ages) < ADULT:
        yield f"is called an adult at {max(ages)}"
    asked = max(start.rules.min_age(act.purpose), act.rules.min_age(act.purpose))
    if asked and ("birthDate" in typed or max(ages) < asked):
        yield f"is let in for {act.purpose}, {asked} years, at {max(ages)}"


def _years(born: str | None, at: float) -> int:
    """Full years at an epoch second UTC, in Korea; -1 without a birth date."""
    try:
        birthday, day = dt.date.fromisoformat(born or ""), dt.datetime.fromtimestamp(at, KOREA).date()
    except ValueError:
        return -1
    before = (day.month, day.day) < (birthday.month, birthday.day)
    return day.year - birthday.year - before
