"""The PGs behind verifications: the fields each gives (PortOne facts 9), what it refuses."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict

from portone_local.portone.checkout import Channel
from portone_local.portone.identity.people import Person
from portone_local.portone.unknowns import IdentityUnknowns

type App = Literal["PASS", "TOSS", "KAKAO", "NAVER"]

DANAL, KCP, INICIS = "DANAL", "KCP_V2", "INICIS_UNIFIED"
DANAL_CHANNEL = Channel(
    pg_provider=DANAL,
    pg_merchant_id="example-cpid",
    key="channel-key-example-danal",
    id="channel-id-example-danal",
    name="example danal",
)
KCP_CHANNEL = Channel(
    pg_provider=KCP,
    pg_merchant_id="example-site",
    key="channel-key-example-kcp",
    id="channel-id-example-kcp",
    name="example kcp",
)
INICIS_CHANNEL = Channel(
    pg_provider=INICIS,
    pg_merchant_id="example-mid",
    key="channel-key-example-inicis",
    id="channel-id-example-inicis",
    name="example inicis",
)
TEST_DANAL_CHANNEL = Channel(
    type="TEST",
    pg_provider=DANAL,
    pg_merchant_id="example-test-cpid",
    key="channel-key-example-danal-test",
    id="channel-id-example-danal-test",
    name="example danal test",
)
IDENTITY_CHANNELS = (DANAL_CHANNEL, KCP_CHANNEL, INICIS_CHANNEL, TEST_DANAL_CHANNEL)

_KST = dt.timezone(dt.timedelta(hours=9))

# what went wrong, as each PG would spell it; KCP's and Inicis' identity codes are in no document we hold
MISMATCH, TOO_YOUNG, UNFINISHED, TOO_MANY_CODES = "3035", "9016", "9032", "3041"
WRONG_CODE, LATE_CODE, TOO_MANY_TRIES = "9013", "9993", "9991"


@dataclass
class IdentityRules:
    """What contracts and PGs set; change it at any time.

    `danal_extra`: Danal's extra contract for phone, operator and isForeigner. `code_life`: seconds an OTP
    lives. `wrong_codes`: so many end an attempt. `codes`: SMS per attempt. `attempts`: sends per id before
    MAX_TRANSACTION_COUNT_REACHED. PortOne states none of these numbers.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    danal_extra: bool = False
    code_life: float = 180.0
    wrong_codes: int = 5
    codes: int = 4
    attempts: int = 5


def told_of(
    person: Person, channel: Channel, app: App, rules: IdentityRules, unknowns: IdentityUnknowns
) -> dict[str, Any]:
    """The verifiedCustomer as that PG gives it: what it leaves out is not there."""
    everything: dict[str, Any] = {
        "name": person.name,
        "birthDate": person.birth_date,
        "gender": person.gender,
        "phoneNumber": person.phone,
        "operator": person.operator,
        "isForeigner": person.is_foreigner,
        "ci": person.ci,
        "di": person.di(channel.pg_provider, channel.pg_merchant_id),
    }
    missing = _gaps(channel.pg_provider, app, rules, unknowns)
    return {name: value for name, value in everything.items() if name not in missing}


def self_declared(channel: Channel, app: App) -> frozenset[str]:
    """The fields that people type in themselves, unchecked by anybody (PortOne facts 9)."""
    typed = {"KAKAO": {"gender", "isForeigner"}, "NAVER": {"isForeigner"}}
    return frozenset(typed.get(app, ()) if channel.pg_provider == INICIS else ())


def years_of(person: Person, at: float) -> int:
    """Full years of age at epoch second `at`, by the calendar in Korea."""
    today, born = dt.datetime.fromtimestamp(at, _KST).date(), dt.date.fromisoformat(person.birth_date)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def refused_by(person: Person, asked: Mapping[str, Any], channel: Channel, at: float) -> str | None:
    """The PG's code when `person` is not the announced one, or younger than Danal was configured to allow."""
    locked = {"name": person.name, "phoneNumber": person.phone, "identityNumber": person.birth_and_sex}
    customer = asked.get("customer", {})
    if any(customer.get(name) not in (None, held) for name, held in locked.items()):
        return MISMATCH
    least = asked.get("bypass", {}).get("danal", {}).get("AGELIMIT")
    if channel.pg_provider == DANAL and least is not None and years_of(person, at) < int(least):
        return TOO_YOUNG
    return None


def _gaps(provider: str, app: App, rules: IdentityRules, unknowns: IdentityUnknowns) -> frozenset[str]:
    extra = frozenset({"phoneNumber", "operator", "isForeigner"})
    no_ci = frozenset() if unknowns.ci_is_given else frozenset({"ci"})
    if provider == DANAL:
        return no_ci if rules.danal_extra else no_ci | extra
    if provider == INICIS:
        return frozenset({"di", "operator", *(["ci"] if app == "KAKAO" else [])})
    return no_ci
