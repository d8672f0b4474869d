"""Who was verified: what a PG gives, what a purpose asks for, and which identifiers stand for the person."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from portone_payments.domain.errors.identity import IdentityIncomplete, UnderAge
from portone_payments.domain.identity.age import ADULT, age_at
from portone_payments.domain.identity.bypass import BypassOptions
from portone_payments.domain.readings.payment import Channel
from portone_payments.domain.readings.verification import Customer

MOST_IDENTIFIERS = 12  # of a person; PGs change their merchant ids, and each has a DI of its own
LONGEST = 200  # characters of a value; CI has 88, DI 66 (PortOne facts 9)


class Field(StrEnum):
    """What a PG may tell of a person, by the names of settings and answers."""

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
    """Whether a PG gives a field. SELF_DECLARED: it may be what the person typed."""

    ALWAYS = "always"
    MAYBE = "maybe"
    NEVER = "never"
    SELF_DECLARED = "selfDeclared"


class Require(StrEnum):
    """What must identify the person. ANY takes a DI alone, which is blind across providers."""

    CI = "ci"
    ANY = "any"


type Matrix = Mapping[str, Mapping[Field, Gives]]


def _gives(**other: Gives) -> dict[Field, Gives]:
    named = {Field[name]: gives for name, gives in other.items()}
    return dict.fromkeys(Field, Gives.ALWAYS) | named


_MAYBE, _TYPED = Gives.MAYBE, Gives.SELF_DECLARED
# PortOne facts 9. Through Inicis, Kakao and Naver may hand on what the person typed, and no answer tells
# which app it was.
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
    """What a verification is for. `needs` must be given, `keeps` is stored where given; age in full years."""

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
    """What the operator chose. `channels` by provider; `unique`: one person, one account.

    `merchants` by provider: under which ids a PG knows the shop, since a DI stands for a person at one alone.

    In 24 hours: messages a user causes, a phone gets, a phone gets by one user; and sends a user tries.
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
    """A value that stands for one person: a CI everywhere, a DI at one merchant of one PG."""

    kind: Field
    parts: tuple[str, ...] = field(repr=False)


def newest(before: Iterable[Identifier], now: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """What stands for a person from now on, each once; of too many DIs the oldest no longer do."""
    known = tuple(dict.fromkeys(now))
    found = (*(each for each in dict.fromkeys(before) if each not in known), *known)
    cis = [each for each in found if each.kind is Field.CI][-2:]
    dis = [each for each in found if each.kind is not Field.CI]
    return (*cis, *dis[-(MOST_IDENTIFIERS - len(cis)) :])


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What may be stored of a verified person. `unverified` names the facts the person may have typed.

    `phone` is one that the PG vouches for; it is kept as a keyed hash. `strange`: nothing but a DI at a
    merchant that nobody named stands for the person.
    """

    identifiers: tuple[Identifier, ...] = field(repr=False)
    facts: Mapping[str, str] = field(repr=False)
    unverified: tuple[str, ...] = ()
    phone: str | None = field(default=None, repr=False)
    strange: bool = False


def recognised(
    customer: Customer, channel: Channel, purpose: Purpose, typed: AbstractSet[Field], now: float
) -> Known:
    """The person, as far as the purpose needs; what may be `typed` stays so in every fact made of it.

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
    """An empty text is no value, and neither is one that no PG would send."""
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
