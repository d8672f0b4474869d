"""What the oracle sees of persons: PortOne's books, a dump of the identity table, what callers heard."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portone_local.oracle.journal import Act
from portone_local.portone import Person, VerificationBook
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.domain.records import identity as records

DAY = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityEvidence:
    """A moment of a stack, as far as it is about persons; `shown` is what PortOne answers by id.

    `acts`: what callers heard. `listed`: the groups of accounts that staff sees as perhaps one person's.
    """

    now: float
    live: bool
    unique: bool
    books: Mapping[str, VerificationBook]
    shown: Mapping[str, Mapping[str, Any]]
    items: tuple[Item, ...]
    attempts: Mapping[str, records.Attempt]
    persons: Mapping[str, records.Person]
    claims: Mapping[str, records.Claim]
    shares: tuple[records.Share, ...]
    people: tuple[Person, ...]
    texts: Mapping[str, str]
    acts: tuple[Act, ...] = ()
    listed: tuple[frozenset[str], ...] = ()
