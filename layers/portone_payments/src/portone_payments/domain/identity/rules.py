"""The verified person: fields a PG gives, fields a purpose needs, identifiers that stand for the person."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from portone_payments.domain.errors.identity import IdentityIncomplete, UnderAge
from portone_payments.domain.identity.age import ADULT, age_at
from portone_payments.domain.identity.bypass import BypassOptions
from portone_payments.domain.readings.payment import Channel
from portone_payments.domain.readings.verification import Customer

MOST_IDENTIFIERS = 12  # per person; PGs change their merchant ids, and each has a DI of its own
LONGEST = 200  # characters of a value; CI has 88, DI 66 (PortOne facts 9)


class Field(StrEnum):
    """The fields a PG may give of a person, by the names in settings and answers."""

    NAME = "name"
    BIRTH_DATE = "birthDate"
    GENDER = "gender"
    PHONE = "phone"
    OPERATOR = "operator"
    FOREIGNER = "foreigner"
    CI = "ci"
    DI = "di"


IDENTIFIERS = frozenset({Field.CI, Field.DI})
FACTS = tuple(each for each in Field if each not in IDENTIFIERS)


class Gives(StrEnum):
    """Whether a PG gives a field. SELF_DECLARED: the person may have typed it."""

    ALWAYS = "always"
    MAYBE = "maybe"
    NEVER = "never"
    SELF_DECLARED = "selfDeclared"


class Require(StrEnum):
    """Which identifier a person must have. ANY accepts a DI alone, which differs between providers."""

    CI = "ci"
    ANY = "any"


type Matrix = Mapping[str, Mapping[Field, Gives]]


def _gives(**other: Gives) -> dict[Field, Gives]:
    named = {Field[name]: gives for name, gives in other.items()}
    return dict.fromkeys(Field, Gives.ALWAYS) | named


_MAYBE, _TYPED = Gives.MAYBE, Gives.SELF_DECLARED
# PortOne facts 9. Through Inicis, Kakao and Naver may pass on what the person typed, and no answer names
# the app.
MATRIX: Matrix = {
    "DANAL": _gives(CI=_MAYBE, PHONE=_MAYBE, OPERATOR=_MAYBE, FOREIGNER=_MAYBE),
    "KCP": _gives(CI=_MAYBE),
    "KCP_V2": _gives(CI=_MAYBE),
    "INICIS_UNIFIED": _gives(
        CI=_MAYBE, DI=Gives.NEVER, OPERATOR=Gives.NEVER, GENDER=_TYPED, FOREIGNER=_TYPED
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """A verification's purpose. `needs` must be given, `keeps` is stored where given; age in full years."""

    name: str
    require: Require = Require.CI
    needs: frozenset[Field] = frozenset({Field.NAME})
    keeps: frozenset[Field] = frozenset()
    min_age: int = 0
    kept_days: int = 365
    providers: tuple[str, ...] = ()
    bypass: Mapping[str, BypassOptions] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRules:
    """The operator's settings. `channels` by provider; `unique`: one person, one account.

    `merchants` by provider: the ids under which a PG knows the shop; a DI identifies a person at one alone.

    In 24 hours: messages a user causes, a phone gets, a phone gets by one user; and sends a user attempts.
    """

    purposes: Mapping[str, Purpose]
    channels: Mapping[str, str]
    matrix: Matrix = field(default_factory=lambda: MATRIX)
    merchants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    live: bool = False
    unique: bool = True
    sms_per_user: int = 10
    sms_per_phone: int = 5
    sms_per_pair: int = 3
    sends_per_user: int = 30

    def offered(self, purpose: Purpose) -> list[str]:
        """The providers a person may verify with for a purpose."""
        return [each for each in purpose.providers or self.channels if each in self.channels]


@dataclass(frozen=True, slots=True)
class Identifier:
    """A value that identifies one person: a CI everywhere, a DI at one merchant of one PG."""

    kind: Field
    parts: tuple[str, ...] = field(repr=False)


def newest(before: Iterable[Identifier], now: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """The identifiers of a person from now on, each once; of too many DIs the oldest are dropped."""
    known = tuple(dict.fromkeys(now))
    found = (*(each for each in dict.fromkeys(before) if each not in known), *known)
    cis = [each for each in found if each.kind is Field.CI][-2:]
    dis = [each for each in found if each.kind is not Field.CI]
    return (*cis, *dis[-(MOST_IDENTIFIERS - len(cis)) :])


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The data of a verified person that may be stored. `unverified` names facts the person may have typed.

    `phone` is one that the PG verified; it is stored as a keyed hash. `strange`: only a DI at a merchant that
    is not configured identifies the person.
    """

    identifiers: tuple[Identifier, ...] = field(repr=False)
    facts: Mapping[str, str] = field(repr=False)
    unverified: tuple[str, ...] = ()
    phone: str | None = field(default=None, repr=False)
    strange: bool = False


def recognised(
    customer: Customer, channel: Channel, purpose: Purpose, typed: AbstractSet[Field], now: float
) -> Known:
    """The person, as far as the purpose needs; a fact derived from a `typed` field is unverified too.

    Raises `IdentityIncomplete`, `UnderAge`; `now` in seconds.
    """
    given = {each: value for each, value in _given(customer) if value}
    identifiers = tuple(_identifiers(given.keys() - typed, given, channel))
    if not any(each.kind is Field.CI or purpose.require is Require.ANY for each in identifiers):
        raise IdentityIncomplete(field=purpose.require.value)
    born = {Field.BIRTH_DATE} if purpose.min_age else set[Field]()
    for each in sorted(purpose.needs | born):
        if each not in given or each in typed:
            raise IdentityIncomplete(field=each.value)
    age = age_at(given.get(Field.BIRTH_DATE), now)
    _check_age(age, purpose)
    wanted = purpose.needs | purpose.keeps
    kept: dict[str, str] = {each.value: given[each] for each in FACTS if each in given and each in wanted}
    unverified: list[str] = [each.value for each in typed if each.value in kept]
    if age is not None:
        kept["adult"] = "yes" if age >= ADULT else "no"
        unverified += ["adult"] if Field.BIRTH_DATE in typed else []
    return Known(
        identifiers=identifiers,
        facts=kept,
        unverified=tuple(sorted(unverified)),
        phone=None if Field.PHONE in typed else given.get(Field.PHONE),
    )


def _given(customer: Customer) -> Iterator[tuple[Field, str | None]]:
    yield Field.NAME, _sane(customer.name)
    yield Field.BIRTH_DATE, _sane(customer.birth_date)
    yield Field.GENDER, _sane(customer.gender)
    yield Field.PHONE, _sane(customer.phone)
    yield Field.OPERATOR, _sane(customer.operator)
    yield Field.CI, _sane(customer.ci)
    yield Field.DI, _sane(customer.di)
    if customer.is_foreigner is not None:
        yield Field.FOREIGNER, "yes" if customer.is_foreigner else "no"


def _sane(value: str | None) -> str | None:
    """The value, or None for an empty text and for one that no PG would send."""
    stripped = (value or "").strip()
    return stripped if 0 < len(stripped) <= LONGEST else None


def _identifiers(
    told: AbstractSet[Field], given: Mapping[Field, str], channel: Channel
) -> Iterator[Identifier]:
    if Field.CI in told:
        yield Identifier(Field.CI, (given[Field.CI],))
    if Field.DI in told:
        yield Identifier(Field.DI, (channel.pg_provider, channel.pg_merchant_id, given[Field.DI]))


def _check_age(age: int | None, purpose: Purpose) -> None:
    if not purpose.min_age:
        return
    if age is None:
        raise IdentityIncomplete(field=Field.BIRTH_DATE.value)
    if age < purpose.min_age:
        raise UnderAge
