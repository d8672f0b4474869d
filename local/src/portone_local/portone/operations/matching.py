"""How PortOne's lists look into things: by texts, cards, PG companies. What is not documented is guessed.

A text is found where it is part of the field, in capitals or not; of several texts each has to be found.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from portone_local.portone.desk import Body, Moment

_NAMED_OTHERWISE = {
    "UPLUS": "TOSSPAYMENTS",
    "NAVERCO": "NAVERPAY",
    "TOSS_BRANDPAY": "TOSSPAYMENTS",
    "HECTO_GLOBAL": "SETTLE",
    "PINPAY": "JTNET",
}
COMPANIES = frozenset(
    (
        *("INICIS", "NICE", "KCP", "DANAL", "TOSSPAYMENTS", "MOBILIANS", "KICC", "SMARTRO", "DAOU"),
        *("BLUEWALNUT", "PAYPAL", "ALIPAY", "EXIMBAY", "PAYMENTWALL", "SETTLE", "GALAXIA", "NAVERPAY"),
        *("KAKAOPAY", "SMILEPAY", "KAKAO", "TOSSPAY", "CHAI", "PAYCO", "PAYPLE", "SYRUP", "KSNET", "WELCOME"),
        *("JTNET", "KPN", "HYPHEN", "PAYLETTER", "TRIPLE_A", "INNOPAY"),
    )
)


def one_of(names: Collection[str]) -> AfterValidator:
    """A text of a closed set."""

    def check(value: str) -> str:
        if value not in names:
            raise ValueError("not one of the values the document lists")
        return value

    return AfterValidator(check)


type Company = Annotated[str, one_of(COMPANIES)]


class Span(Body):
    """DateTimeRange: both ends are required."""

    since: Moment = Field(alias="from")
    until: Moment

    def holds(self, text: str | None) -> bool:
        """Whether a time of an answer lies in it."""
        return text is not None and self.since <= dt.datetime.fromisoformat(text) <= self.until


def company_of(provider: str) -> str:
    """The PG company behind a PG module such as `KCP_V2`."""
    if provider in COMPANIES or provider in _NAMED_OTHERWISE:
        return _NAMED_OTHERWISE.get(provider, provider)
    return next((part for part in provider.split("_") if part in COMPANIES), "")


def texts_at(thing: Any, path: Sequence[str]) -> Iterator[str]:
    """Every text or number at a path of an answer, through lists too."""
    if isinstance(thing, list):
        for each in thing:
            yield from texts_at(each, path)
    elif not path:
        if isinstance(thing, (str, int)):
            yield str(thing)
    elif isinstance(thing, Mapping) and path[0] in thing:
        yield from texts_at(thing[path[0]], path[1:])


def is_found(answer: Mapping[str, Any], paths: Sequence[str], text: str) -> bool:
    """Whether a field at one of `paths` contains `text`; `Kind:path` is a field of that method alone."""
    kind = str(answer.get("method", {}).get("type", ""))
    for path in paths:
        wanted, _, dotted = path.rpartition(":")
        if wanted in ("", kind) and any(
            text.casefold() in each.casefold() for each in texts_at(answer, dotted.split("."))
        ):
            return True
    return False


def all_fit(pairs: Sequence[tuple[Any, Any]], lists: Sequence[tuple[Collection[Any] | None, Any]]) -> bool:
    """Whether each value requested is the one stored, and one of each list that is not empty."""
    return all(asked in (None, held) for asked, held in pairs) and all(
        not asked or held in asked for asked, held in lists
    )
