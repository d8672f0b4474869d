"""What the operator chose about identity verification, read once from the environment the template sets."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portone_payments.domain.errors import InvalidRequest
from portone_payments.domain.identity import (
    IDENTIFIERS,
    MATRIX,
    Field,
    Gives,
    IdentityRules,
    Matrix,
    Purpose,
    Require,
)
from portone_payments.domain.identity_bypass import KEYS, BypassOptions, built_bypass

_PURPOSE = frozenset({"require", "needs", "keeps", "minAge", "keptDays", "providers", "bypass"})
_BYPASS = frozenset({"title", "minAge", "carriers", "extra"})
_FACTS = frozenset(Field) - IDENTIFIERS


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
    matrix = _matrix(json.loads(env.get("IDENTITY_PROVIDERS") or "{}"))
    channels = json.loads(env.get("IDENTITY_CHANNELS") or "{}")
    _known_providers(channels, matrix)
    said = json.loads(env.get("IDENTITY_PURPOSES") or "{}")
    purposes = {name: _purpose(name, purpose) for name, purpose in said.items()}
    for purpose in purposes.values():
        _check(purpose, frozenset(purpose.providers or channels), matrix)
    return IdentitySettings(
        rules=IdentityRules(
            purposes=purposes,
            channels=channels,
            matrix=matrix,
            live=env.get("MODE", "test") == "live",
            unique=env.get("IDENTITY_UNIQUE", "on") != "off",
            sms_per_user=int(env.get("IDENTITY_SMS_PER_USER") or 10),
            sms_per_phone=int(env.get("IDENTITY_SMS_PER_PHONE") or 5),
        ),
        identity_table=env.get("IDENTITY_TABLE", ""),
        erasures_table=env.get("ERASURES_TABLE", ""),
        identity_backup_days=int(env.get("IDENTITY_BACKUP_DAYS") or 366),
        identity_key_arn=env.get("IDENTITY_KEY_ARN", ""),
        identity_hash_secret_arn=env.get("IDENTITY_HASH_SECRET_ARN", ""),
        identity_access_log=env.get("IDENTITY_ACCESS_LOG", ""),
        identity_redirect_url=env.get("IDENTITY_REDIRECT_URL", ""),
    )


def _matrix(said: Mapping[str, Mapping[str, str]]) -> Matrix:
    """What the PGs give by contract; what is not said stays as PortOne documents it."""
    changed = {
        provider: {**MATRIX.get(provider, {}), **{Field(name): Gives(how) for name, how in row.items()}}
        for provider, row in said.items()
    }
    return {**MATRIX, **changed}


def _known_providers(channels: Mapping[str, str], matrix: Matrix) -> None:
    """A misspelt provider would store attempts that no window can be opened for."""
    for provider in channels:
        if provider not in KEYS or provider not in matrix:
            raise ValueError(f"IDENTITY_CHANNELS: {provider} is none of {sorted(KEYS)}")


def _purpose(name: str, said: Mapping[str, Any]) -> Purpose:
    if not name.replace("-", "").isalnum() or set(said) - _PURPOSE:
        raise ValueError(f"IDENTITY_PURPOSES: {name} has a name or a field that is not known")
    return Purpose(
        name=name,
        require=Require(said.get("require", "ci")),
        needs=_fields(said.get("needs", ["name"])),
        keeps=_fields(said.get("keeps", [])),
        min_age=int(said.get("minAge", 0)),
        kept_days=int(said.get("keptDays", 365)),
        providers=tuple(said.get("providers", ())),
        bypass={provider: _bypass(provider, row) for provider, row in said.get("bypass", {}).items()},
    )


def _bypass(provider: str, said: Mapping[str, Any]) -> BypassOptions:
    if set(said) - _BYPASS:
        raise ValueError(f"IDENTITY_PURPOSES: the bypass of {provider} has a field that is not known")
    options = BypassOptions(
        title=said.get("title", ""),
        min_age=said.get("minAge", 0),
        carriers=tuple(said.get("carriers", ())),
        extra=said.get("extra", {}),
    )
    try:
        built_bypass(provider, options)
    except InvalidRequest as error:
        raise ValueError(f"IDENTITY_PURPOSES: bypass of {provider}: {error.data}") from None
    return options


def _fields(names: list[str]) -> frozenset[Field]:
    found = frozenset(map(Field, names))
    if found - _FACTS:
        raise ValueError("IDENTITY_PURPOSES: identifiers are no facts; `require` is about them")
    return found


def _check(purpose: Purpose, providers: frozenset[str], matrix: Matrix) -> None:
    """A purpose nobody could ever fulfil must not start."""
    born = {Field.BIRTH_DATE} if purpose.min_age else set()
    wanted = purpose.needs | born | ({Field.CI} if purpose.require is Require.CI else set())
    for provider in providers:
        if provider not in KEYS or provider not in matrix:
            raise ValueError(f"IDENTITY_PURPOSES: {purpose.name}: {provider} is none of {sorted(KEYS)}")
        never = {each for each in wanted if _fails(matrix.get(provider, {}).get(each))}
        if never:
            raise ValueError(f"IDENTITY_PURPOSES: {purpose.name}: {provider} never gives {sorted(never)}")


def _fails(gives: Gives | None) -> bool:
    return gives in {Gives.NEVER, Gives.SELF_DECLARED}
