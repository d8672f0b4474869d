"""Who may call a route, and whom the operator named: IAM principals and claims of tokens (I6).

A handler demands this of the event it gets: a line that is missing in the template opens nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from portone_payments.flows.shared.ownership import Requester

_NAME = r"[\w+=.@-]{1,64}"
_ARN = re.compile(
    rf"arn:aws[a-z-]*:(?:iam|sts)::(?P<account>\d{{12}}):"
    rf"(?:user/(?:\S+/)?(?P<user>{_NAME})|assumed-role/(?P<role>{_NAME})/(?P<session>{_NAME}))",
    re.ASCII,
)
_PATTERN = re.compile(
    r"(?:arn:aws[a-z-]*:iam::(?P<account>\d{12}):)?(?P<kind>user|role)/(?:[\w+=.@-]+/)*(?P<name>[\w+=.@*-]{1,64})",
    re.ASCII,
)


class Right(StrEnum):
    """What a caller is to a route."""

    OWNER = "owner"
    """A user of the app, by token."""
    SHOP = "shop"
    """The shop's backend, by IAM."""
    STAFF = "staff"
    """By IAM under /ops, by token elsewhere."""
    PRIVACY = "privacy"
    """Staff that may also see personal data in clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, as what and by which routes.

    `name` is a user's id, or for staff and the shop the routes and the caller: what a user chooses is never
    the name of an IAM principal. `person` tells members of staff apart.
    """

    right: Right
    door: str
    name: str
    person: str = ""

    @property
    def owner(self) -> bool:
        """Whether this is a user, who sees only their own records."""
        return self.right is Right.OWNER

    @property
    def by(self) -> str:
        """How a history names them."""
        if self.owner:
            return "app"
        return f"{'shop' if self.right is Right.SHOP else 'staff'}:{self.name}"

    @property
    def requester(self) -> Requester:
        """As flows of refunds and receipts know callers."""
        if self.owner:
            return Requester(name=self.name, owner=True)
        return Requester(name=self.name, owner=False, door=self.door, person=self.person)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who signed a request: a user, or a session of a role."""

    account: str
    kind: str
    name: str
    session: str = ""

    @classmethod
    def of(cls, arn: object) -> "Principal | None":
        """From the ARN in an HTTP API's event; None for what is neither, such as root or a federated user."""
        found = _ARN.fullmatch(arn) if isinstance(arn, str) else None
        if found is None:
            return None
        if found["user"]:
            return cls(found["account"], "user", found["user"])
        return cls(found["account"], "role", found["role"], found["session"])

    def __str__(self) -> str:
        return f"user/{self.name}" if self.kind == "user" else f"assumed-role/{self.name}/{self.session}"


@dataclass(frozen=True, slots=True)
class PrincipalPattern:
    """A user or role of this account; `*` in a name stands for any characters."""

    account: str | None
    kind: str
    name: str

    def fits(self, principal: Principal) -> bool:
        """Whether the signer is this principal; paths do not count, as names are unique without them."""
        return (
            self.account in {None, principal.account}
            and self.kind == principal.kind
            and fnmatchcase(principal.name, self.name)
        )


def patterns_in(text: str, variable: str) -> tuple[PrincipalPattern, ...]:
    """`role/shop-backend,user/kim` or whole ARNs. Raises ValueError, also for a name that is all stars."""
    return tuple(_patterns(text, variable))


def _patterns(text: str, variable: str) -> Iterator[PrincipalPattern]:
    for each in filter(None, (part.strip() for part in text.split(","))):
        found = _PATTERN.fullmatch(each)
        if found is None or not found["name"].strip("*"):
            raise ValueError(f"{variable}: {each} is no user/NAME or role/NAME")
        yield PrincipalPattern(found["account"], found["kind"], found["name"])


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRules:
    """Who has a right: `claims` are `name=value` of a token; an empty setting names no caller."""

    user_claim: str = "sub"
    claims: Mapping[Right, str] = field(default_factory=dict)
    principals: Mapping[Right, tuple[PrincipalPattern, ...]] = field(default_factory=dict)

    def names(self, right: Right, principal: Principal) -> bool:
        """Whether the operator gave this right to the signer."""
        return any(pattern.fits(principal) for pattern in self.principals.get(right, ()))


def read_caller_rules(env: Mapping[str, str]) -> CallerRules:
    """As the template sets them. Raises ValueError for a principal that cannot exist."""
    named = {right: f"{right.upper()}_PRINCIPALS" for right in (Right.SHOP, Right.STAFF, Right.PRIVACY)}
    return CallerRules(
        user_claim=env.get("USER_CLAIM") or "sub",
        claims={right: env.get(f"{right.upper()}_CLAIM", "") for right in (Right.STAFF, Right.PRIVACY)},
        principals={right: patterns_in(env.get(name, ""), name) for right, name in named.items()},
    )
