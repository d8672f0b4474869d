"""What is left of the words this project had for itself where the field has words of its own."""

import ast
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from portone_local.shape.source import HANDLERS, LOCAL, SHIPPED, TESTS, Source, sources

NOT_COUNTED = ("docs/glossary.md", "CHANGELOG.md", f"{LOCAL}/shape/", "tests/bundle/test_shape.py")
"""The page that explains words, what was written at its time, and what lists the words below."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """Words of ours with what to write instead: `parts` stand anywhere in a name, `names` are whole names."""

    write: str
    parts: str = ""
    names: str = ""

    def __str__(self) -> str:
        """The old words."""
        return " ".join((*self.parts.split(), *self.names.split()))

    def left(self, found: Counter[str]) -> int:
        """How often they stand in what was found."""
        parts, names = set(self.parts.split()), set(self.names.split())
        return sum(often for name, often in found.items() if name in names or parts & set(_parts(name)))


NAMES = (
    Dialect("polling schedule, step, back off", parts="ladder ladders rung rungs climb climbs climbed"),
    Dialect("seen_from", names="seen_in"),
    Dialect("should_close", names="wants_closing"),
    Dialect("refunds.automatic", names="send_back sent_back"),
    Dialect("settlement: attempt_ended, with_attempt", names="settling landed"),
    Dialect("collection, charges.collect", names="collecting"),
    Dialect("ownership, Requester, namespace", names="asking asker Asker"),
    Dialect("approvals.attempt, Attempted", names="trying Approved"),
    Dialect("unmatched webhooks, UnmatchedWebhook", parts="stray strays"),
    Dialect("rate_limit, RateLimiter, release", names="pace Pacer pacer give_back"),
    Dialect("enqueue", parts="nudge nudges nudged"),
    Dialect(
        "BillingKeys, Subscriptions, Persons, CashReceipts, Refunds",
        names="KeyDesk SubscriptionDesk PersonDesk ReceiptDesk RefundDesk desk",
    ),
    Dialect("CancelCommand ...", names="CancelOrder ConfirmOrder ChargeOrder ReceiptOrder SendOrder"),
    Dialect("PrepareRequest, RefundRequest, RefundCheck", names="Wish Wanted RefundWish Asked wish"),
    Dialect("Amend, Publishable, SdkValue", names="Told"),
    Dialect("HistoryLine", names="Entry"),
    Dialect(
        "poll_step, silent_since, has_other_payments, close_wanted, close_asked, quarantined",
        names="rung quiet_at siblings close_tried doubted",
    ),
    Dialect("invoice_key", names="invoice_identity"),
    Dialect("billingKeyId", names="issueId issue_id key_id"),
    Dialect("restore_table", names="put_back"),
)
PROSE = {
    "held": "stored, recorded",
    "told|tells": "reported, notified",
    "asked|asks": "requested, read",
    "wanted|wants": "requested",
    "try|tries|tried": "attempt, attempted",
    "a person": "an operator",
    "(?:go|goes|went|gone|comes|came|sent|sends) back": "refunded, returned",
}
"""Ordinary words, counted in sentences only: docstrings, comments, documents, names of tests."""


def names_left(root: Path) -> dict[Dialect, int]:
    """Each word of ours, and how often it is a name in code, or named in a document."""
    found: Counter[str] = Counter()
    for text in _texts(root):
        found.update(re.findall(r"[A-Za-z_]\w*", text))
    return {each: each.left(found) for each in NAMES}


def prose_left(root: Path) -> dict[Dialect, int]:
    """Each ordinary word that stands for one of the field, and how often a sentence has it."""
    text = "\n".join((*_pages(root), *_sentences(_files(root)))).lower()
    return {
        Dialect(write, names=was.replace("|", " ")): len(re.findall(rf"\b(?:{was})\b", text))
        for was, write in PROSE.items()
    }


def _parts(name: str) -> list[str]:
    """`StrayKeeper` and `stray_keeper` are stray, keeper."""
    return [part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)]


def _files(root: Path) -> list[Source]:
    files = sources(root, SHIPPED, HANDLERS, LOCAL, TESTS)
    return [each for each in files if not each.path.startswith(NOT_COUNTED)]


def _pages(root: Path) -> list[str]:
    pages = (*root.glob("*.md"), *(root / "docs").rglob("*.md"))
    return [page.read_text() for page in pages if not str(page.relative_to(root)).startswith(NOT_COUNTED)]


def _texts(root: Path) -> list[str]:
    return [*(file.text for file in _files(root)), *_pages(root)]


def _sentences(files: Iterable[Source]) -> list[str]:
    """Docstrings, comments and the names of tests."""
    found = []
    for file in files:
        found += re.findall(r"(?m)(?:^|\s)#\s(.+)$", file.text)
        documented = [file.tree, *file.classes, *file.functions]
        found += [text for text in map(ast.get_docstring, documented) if text]
        found += [each.name.replace("_", " ") for each in file.functions if each.name.startswith("test_")]
    return found
