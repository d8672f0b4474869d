"""What the operator chose about identity verification, read once from the environment the template sets."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.identity.age import OLDEST
from portone_payments.domain.identity.bypass import DANAL_CARRIERS, KEYS, BypassOptions, built_bypass
from portone_payments.domain.identity.rules import (
    FACTS,
    MATRIX,
    Field,
    Gives,
    IdentityRules,
    Matrix,
    Purpose,
    Require,
)
from portone_payments.entry.settings.payments import refuse_plain_redirect
from portone_payments.entry.settings.said import Said, switch, whole

_PURPOSE = frozenset({"require", "needs", "keeps", "minAge", "keptDays", "providers", "bypass"})
_BYPASS = frozenset({"title", "minAge", "carriers", "extra"})
_FIELDS = frozenset(map(str, Field))
PURPOSES = "IDENTITY_PURPOSES"
MERCHANTS = "IDENTITY_MERCHANTS"
PROVIDERS = frozenset(KEYS) & frozenset(MATRIX)
LONGEST_KEPT = 3_650  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySettings:
    """One field per environment variable, but `rules`, which several make up."""

    rules: IdentityRules
    identity_table: str = ""
    erasures_table: str = ""
    identity_backup_days: int = 366
    identity_key_arn: str = ""
    identity_hash_secret_arn: str = ""
    identity_access_log: str = ""
    identity_redirect_url: str = ""


def read_identity_settings(env: Mapping[str, str] = os.environ) -> IdentitySettings:
    """The settings of this function. Raises ValueError for a combination that must not start."""
    refuse_plain_redirect(env.get("MODE", "test"), env.get("IDENTITY_REDIRECT_URL", ""))
    matrix = _matrix(Said.of(env, "IDENTITY_PROVIDERS"))
    offered = Said.of(env, "IDENTITY_CHANNELS").parts(PROVIDERS)
    channels = {provider: key.text() for provider, key in offered.items()}
    said = Said.of(env, PURPOSES).parts()
    purposes = {name: _purpose(name, purpose) for name, purpose in said.items()}
    merchants = _merchants(Said.of(env, MERCHANTS))
    for purpose in purposes.values():
        _check(purpose, purpose.providers or channels, matrix)
        _check_merchants(
            purpose, [each for each in purpose.providers or channels if each in channels], matrix, merchants
        )
    return IdentitySettings(
        rules=IdentityRules(
            purposes=purposes,
            channels=channels,
            matrix=matrix,
            merchants=merchants,
            live=env.get("MODE", "test") == "live",
            unique=switch(env, "IDENTITY_UNIQUE", "on"),
            sms_per_user=whole(env, "IDENTITY_SMS_PER_USER", 10, least=1),
            sms_per_phone=whole(env, "IDENTITY_SMS_PER_PHONE", 5, least=1),
        ),
        identity_table=env.get("IDENTITY_TABLE", ""),
        erasures_table=env.get("ERASURES_TABLE", ""),
        identity_backup_days=whole(env, "IDENTITY_BACKUP_DAYS", 366, least=35),
        identity_key_arn=env.get("IDENTITY_KEY_ARN", ""),
        identity_hash_secret_arn=env.get("IDENTITY_HASH_SECRET_ARN", ""),
        identity_access_log=env.get("IDENTITY_ACCESS_LOG", ""),
        identity_redirect_url=env.get("IDENTITY_REDIRECT_URL", ""),
    )


def _matrix(said: Said) -> Matrix:
    """What the PGs give by contract; what is not set stays as PortOne documents it."""
    changed = {
        provider: {
            **MATRIX[provider],
            **{Field(name): how.word(Gives) for name, how in row.parts(_FIELDS).items()},
        }
        for provider, row in said.parts(PROVIDERS).items()
    }
    return {**MATRIX, **changed}


def _purpose(name: str, said: Said) -> Purpose:
    if not name.isascii() or not name.replace("-", "").isalnum():
        raise ValueError(f"{said.where}: a purpose is named by letters, digits and hyphens")
    given = said.parts(_PURPOSE)
    wanted = given.get("needs", Said(said.where, ["name"]))
    return Purpose(
        name=name,
        require=given["require"].word(Require) if "require" in given else Require.CI,
        needs=_facts(wanted),
        keeps=_facts(given["keeps"]) if "keeps" in given else frozenset(),
        min_age=given["minAge"].number(0, OLDEST) if "minAge" in given else 0,
        kept_days=given["keptDays"].number(1, LONGEST_KEPT) if "keptDays" in given else 365,
        providers=tuple(each.one_of(PROVIDERS) for each in given["providers"].listed())
        if "providers" in given
        else (),
        bypass=_bypasses(given["bypass"]) if "bypass" in given else {},
    )


def _bypasses(said: Said) -> dict[str, BypassOptions]:
    return {provider: _bypass(provider, row) for provider, row in said.parts(PROVIDERS).items()}


def _bypass(provider: str, said: Said) -> BypassOptions:
    given = said.parts(_BYPASS)
    options = BypassOptions(
        title=given["title"].text() if "title" in given else "",
        min_age=given["minAge"].number(0, OLDEST) if "minAge" in given else 0,
        carriers=tuple(each.one_of(DANAL_CARRIERS) for each in given["carriers"].listed())
        if "carriers" in given
        else (),
        extra={name: each.value for name, each in given["extra"].parts().items()} if "extra" in given else {},
    )
    try:
        built_bypass(provider, options)
    except InvalidRequest as error:
        raise ValueError(f"{said.where}: {error.data}") from None
    return options


def _facts(said: Said) -> frozenset[Field]:
    """Identifiers are no facts; `require` is about them."""
    return frozenset(Field(each.one_of(FACTS)) for each in said.listed())


def _check(purpose: Purpose, providers: Iterable[str], matrix: Matrix) -> None:
    """A purpose that no verification can fulfil must not start."""
    born = {Field.BIRTH_DATE} if purpose.min_age else set()
    wanted = purpose.needs | born | ({Field.CI} if purpose.require is Require.CI else set())
    for provider in providers:
        never = {each for each in wanted if matrix[provider].get(each) in {Gives.NEVER, Gives.SELF_DECLARED}}
        if never:
            raise ValueError(f"{PURPOSES}: {purpose.name}: {provider} never gives {sorted(never)}")


def _merchants(said: Said) -> Mapping[str, tuple[str, ...]]:
    found = {name: tuple(each.text() for each in ids.listed()) for name, ids in said.parts(PROVIDERS).items()}
    for provider, ids in found.items():
        if not ids:
            raise ValueError(f"{MERCHANTS}: {provider} has no merchant id")
    return found


def _check_merchants(
    purpose: Purpose, providers: Iterable[str], matrix: Matrix, merchants: Mapping[str, tuple[str, ...]]
) -> None:
    """A DI identifies a person at one merchant of a PG; where it is enough, that merchant is named."""
    for provider in providers if purpose.require is Require.ANY else ():
        if provider not in merchants and matrix[provider].get(Field.DI) is not Gives.NEVER:
            raise ValueError(f"{MERCHANTS}: {purpose.name} takes a DI; name the merchant id of {provider}")
