"""Provider x what it gives x policy: a missing field is a matter of policy, never of an empty string."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from portone_payments.domain.errors.identity import IdentityIncomplete, UnderAge
from portone_payments.domain.identity.rules import MATRIX, Field, Gives, Known, Purpose, Require, recognised
from portone_payments.domain.readings.payment import Channel
from portone_payments.domain.readings.verification import Customer

NOW = 1_767_323_045.0  # 2026-01-02 in Korea
OPTIONAL = {
    "birth_date": "1990-05-17",
    "gender": "FEMALE",
    "ci": "example-ci",
    "di": "example-di",
    "phone": "01000000000",
    "operator": "SKT",
}
FIELDS = {
    "birth_date": Field.BIRTH_DATE,
    "gender": Field.GENDER,
    "phone": Field.PHONE,
    "operator": Field.OPERATOR,
}
SUBSETS = [
    frozenset(name for name, there in zip(OPTIONAL, choice, strict=True) if there)
    for choice in product([True, False], repeat=len(OPTIONAL))
]
ABSENT = [None, "", "  "]


def a_channel(provider: str) -> Channel:
    return Channel(test=False, pg_provider=provider, pg_merchant_id="merchant", key="channel")


def a_customer(given: frozenset[str], absent: str | None = None, **changes: str) -> Customer:
    said: dict[str, Any] = {name: value if name in given else absent for name, value in OPTIONAL.items()}
    return Customer(name="Example", **(said | changes))


def a_purpose(require: Require, needs: frozenset[Field] = frozenset(), min_age: int = 0) -> Purpose:
    return Purpose(name="example", require=require, needs=needs, keeps=frozenset(Field), min_age=min_age)


def known(customer: Customer, channel: Channel, purpose: Purpose) -> Known:
    typed = {each for each, gives in MATRIX[channel.pg_provider].items() if gives is Gives.SELF_DECLARED}
    return recognised(customer, channel, purpose, typed, NOW)


def known_or_missing(customer: Customer, channel: Channel, purpose: Purpose) -> Known | str:
    try:
        return known(customer, channel, purpose)
    except IdentityIncomplete as error:
        return str(error.data["field"])


@pytest.mark.parametrize("absent", ABSENT)
@pytest.mark.parametrize("require", Require)
@pytest.mark.parametrize("provider", MATRIX)
def test_every_present_identifier_identifies_the_person_and_no_absent_one(
    provider: str, require: Require, absent: str | None
) -> None:
    for given in SUBSETS:
        found = known_or_missing(a_customer(given, absent), a_channel(provider), a_purpose(require))

        identified = {"ci"} & given or (require is Require.ANY and {"di"} & given)
        assert isinstance(found, Known) == bool(identified)
        if isinstance(found, Known):
            assert {str(each.kind) for each in found.identifiers} == given & {"ci", "di"}
            assert all(part for each in found.identifiers for part in each.parts)
            assert "" not in found.facts.values()
        else:
            assert found == require.value


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("provider", MATRIX)
def test_what_a_purpose_needs_must_be_given_and_not_typed_by_the_person(provider: str, field: str) -> None:
    purpose = a_purpose(Require.ANY, needs=frozenset({FIELDS[field]}))
    typed = MATRIX[provider][FIELDS[field]] is Gives.SELF_DECLARED
    for given in SUBSETS:
        if "ci" in given:
            found = known_or_missing(a_customer(given), a_channel(provider), purpose)

            assert isinstance(found, Known) == (field in given and not typed)


@pytest.mark.parametrize("provider", MATRIX)
def test_values_typed_by_the_person_are_marked(provider: str) -> None:
    everything = a_customer(frozenset(OPTIONAL))

    found = known(everything, a_channel(provider), a_purpose(Require.CI))

    assert set(found.unverified) == ({"gender"} if provider == "INICIS_UNIFIED" else set())


def test_a_di_belongs_to_its_provider_and_merchant() -> None:
    dis = {
        known(a_customer(frozenset({"di"})), channel, a_purpose(Require.ANY)).identifiers
        for channel in (
            a_channel("DANAL"),
            a_channel("KCP_V2"),
            Channel(test=False, pg_provider="DANAL", pg_merchant_id="other"),
        )
    }

    assert len(dis) == 3


def test_typed_values_identify_nobody_and_prove_no_age() -> None:
    everything, purpose = a_customer(frozenset(OPTIONAL)), a_purpose(Require.ANY)
    channel = a_channel("DANAL")

    with pytest.raises(IdentityIncomplete) as nobody:
        recognised(everything, channel, purpose, frozenset(Field), NOW)
    with pytest.raises(IdentityIncomplete) as ageless:
        recognised(everything, channel, replace(purpose, min_age=19), {Field.BIRTH_DATE}, NOW)
    typed = recognised(everything, channel, purpose, {Field.BIRTH_DATE}, NOW)

    assert (nobody.value.data["field"], ageless.value.data["field"]) == ("any", "birthDate")
    assert typed.facts["adult"] == "yes"
    assert typed.unverified == ("adult", "birthDate")


@pytest.mark.parametrize(
    ("born", "expected"),
    [("2007-01-02", "adult"), ("2007-01-03", "under age"), ("", "birthDate"), ("not a date", "birthDate")],
)
def test_an_age_limit_refuses_the_young_and_those_without_a_birth_date(born: str, expected: str) -> None:
    customer = a_customer(frozenset({"ci"}), birth_date=born)
    purpose = a_purpose(Require.CI, min_age=19)

    try:
        found = known_or_missing(customer, a_channel("DANAL"), purpose)
    except UnderAge:
        found = "under age"

    assert (found if isinstance(found, str) else "adult") == expected


def test_only_what_the_purpose_keeps_is_kept() -> None:
    purpose = Purpose(name="adult", require=Require.CI, needs=frozenset())

    found = known(a_customer(frozenset(OPTIONAL)), a_channel("DANAL"), purpose)

    assert found.facts == {"adult": "yes"}


def test_an_impossible_value_is_dropped() -> None:
    customer = a_customer(frozenset(OPTIONAL), ci="x" * 201)

    assert known_or_missing(customer, a_channel("DANAL"), a_purpose(Require.CI)) == "ci"


def test_no_repr_names_the_person() -> None:
    found = known(a_customer(frozenset(OPTIONAL)), a_channel("DANAL"), a_purpose(Require.CI))

    shown = repr((a_customer(frozenset(OPTIONAL)), found))
    assert [value for value in (*OPTIONAL.values(), "Example") if value in shown] == []
