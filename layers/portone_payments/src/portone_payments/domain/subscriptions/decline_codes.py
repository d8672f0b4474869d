"""Declines that no retry with the same method can heal, by PG, as the PGs publish them.

A code stands here only with the list and the row that say so: the card is lost, stolen, suspended, cancelled
or expired, its number or expiry is wrong, or the PG no longer knows the billing key. Whatever no list says
is soft. No list says what V2 of PortOne passes on (PortOne facts 11.3): forms of one PG stand together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class CodeList:
    """One published list. `modules`: the PG's, as PortOne names them. `hard`: code/row, in order of rows."""

    source: str
    modules: tuple[str, ...]
    hard: str

    @property
    def rows(self) -> Mapping[str, int]:
        """The row of the list in which a code stands."""
        cited = (entry.rpartition("/") for entry in self.hard.split())
        return {code: int(row) for code, _, row in cited}


_TOSS = ("TOSSPAYMENTS", "TOSS_BRANDPAY", "UPLUS")
LISTS = (
    CodeList(
        source="docs.tosspayments.com/reference/error-codes, errors of a confirmation; rows of that table",
        modules=_TOSS,
        hard="""
        INVALID_CARD_EXPIRATION/9 INVALID_STOPPED_CARD/10 INVALID_CARD_LOST_OR_STOLEN/18
        INVALID_CARD_NUMBER/20
        """,
    ),
    CodeList(
        source="tosspayments-code.xlsx of PortOne's code books (the former LG U+ codes), cards",
        modules=_TOSS,
        hard="4/544 14/554 23/563 26/566 9141/805 A0/807 A1/808 A2/809 A7/814 A9/816",
    ),
    CodeList(
        source="github.com/nicepayments/nicepay-manual, common/code.md of 2025-07-21; lines of that file",
        modules=("NICE", "NICE_V2"),
        hard="3011/102 3021/106 A124/314 A126/316 A223/344 U115/504 U309/530",
    ),
    CodeList(
        source="nhnkcp-code.xlsx of PortOne's code books, cards",
        modules=("KCP", "KCP_BILLING", "KCP_DIRECT", "KCP_QUICK", "KCP_V2"),
        hard="CC04/5 CC14/11 CC43/34 CC45/36 CC54/39 CC55/40 8108/261 8484/439",
    ),
    CodeList(
        source="inicis-code.xlsx of PortOne's code books, cards",
        modules=("INICIS", "HTML5_INICIS", "INICIS_UNIFIED", "INICIS_V2"),
        hard="""
        1165/2 500601/78 500638/115 550601/275 550638/302 120001/373 120004/376 120014/386 120023/395
        120026/398 120048/420 1200B2/474 1200FA/506 1200FI/514 1200FW/528 1200IS/629 1201/670 1204/673
        1214/683 1223/692 1226/695 12B2/766 12FA/794 12FI/802 12IS/911
        """,
    ),
    # its interface is documented (paydev.ksnet.co.kr/kspay/webfep/doc), the codes of its declines are not
    CodeList(source="none published", modules=("KSNET",), hard=""),
)


def _by_module() -> Mapping[str, frozenset[str]]:
    modules = set(chain.from_iterable(each.modules for each in LISTS))
    found = {
        module: frozenset(chain.from_iterable(each.rows for each in LISTS if module in each.modules))
        for module in sorted(modules)
    }
    return MappingProxyType({module: codes for module, codes in found.items() if codes})


HARD_CODES: Mapping[str, frozenset[str]] = _by_module()
