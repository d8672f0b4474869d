"""The PG's own options of a verification, built from settings and never from an app (PortOne facts 9.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.identity.age import OLDEST

# PortOne's operators in Danal's spelling; Danal knows the resellers only as one
DANAL_CARRIERS = {
    "SKT": "SKT",
    "KT": "KTF",
    "LGU": "LGT",
    "SKT_MVNO": "MVNO",
    "KT_MVNO": "MVNO",
    "LGU_MVNO": "MVNO",
}
RESELLERS = frozenset(name for name, danal in DANAL_CARRIERS.items() if danal == "MVNO")
KEYS = {"DANAL": "danal", "KCP": "kcpV2", "KCP_V2": "kcpV2", "INICIS_UNIFIED": "inicisUnified"}
MEDIA = {"web": "MC01", "mobile": "MC02"}
_TITLE = 50
_EXTRA = 20
_EXTRA_NAME = re.compile(r"[A-Za-z][0-9A-Za-z_]{0,39}")
_EXTRA_TEXT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BypassOptions:
    """The operator's settings: the name shown, the least age, PortOne's operators, a PG's further options."""

    title: str = ""
    min_age: int = 0
    carriers: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


def built_bypass(
    provider: str, options: BypassOptions, *, server_side: bool = False, media: str = "mobile"
) -> dict[str, Any]:
    """The `bypass` of a request, empty where no option is set. Raises `InvalidRequest`."""
    if provider not in KEYS:
        raise InvalidRequest(field="provider", reason="unknown")
    said = _danal(options, server_side=server_side) if provider == "DANAL" else _others(provider, options)
    if KEYS[provider] == "kcpV2" and server_side:
        said |= {"media_type": _media(media)}
    return {KEYS[provider]: said} if said else {}


def _danal(options: BypassOptions, *, server_side: bool) -> dict[str, Any]:
    if len(options.title) > _TITLE or not options.title.isprintable():
        raise InvalidRequest(field="title", reason="too_long_or_unprintable")
    if not 0 <= options.min_age <= OLDEST:
        raise InvalidRequest(field="minAge", reason="out_of_range")
    said: dict[str, Any] = _extra(options)
    if options.title:
        said["CPTITLE"] = options.title
    if options.min_age:
        said["AGELIMIT"] = options.min_age
    carriers = danal_carriers(options.carriers)
    if carriers and not server_side:
        said["IsCarrier"] = carriers
    return said


def _others(provider: str, options: BypassOptions) -> dict[str, Any]:
    """The options of other PGs, which document no title, age or carriers; nothing undocumented is sent."""
    for name, value in (("title", options.title), ("carriers", options.carriers)):
        if value:
            raise InvalidRequest(field=name, reason=f"not_of_{provider.lower()}")
    return _extra(options)


def danal_carriers(carriers: tuple[str, ...]) -> str:
    """PortOne's operators as Danal's `IsCarrier`. Raises `InvalidRequest` for one Danal does not know."""
    unknown = set(carriers) - set(DANAL_CARRIERS)
    if unknown:
        raise InvalidRequest(field="carriers", reason="unknown")
    resellers = RESELLERS & set(carriers)
    if resellers and resellers != RESELLERS:
        raise InvalidRequest(field="carriers", reason="resellers_only_together")
    return ";".join(dict.fromkeys(DANAL_CARRIERS[name] for name in carriers))


def _extra(options: BypassOptions) -> dict[str, Any]:
    if len(options.extra) > _EXTRA:
        raise InvalidRequest(field="extra", reason="too_many")
    for name, value in options.extra.items():
        sane = isinstance(value, bool | int) or (isinstance(value, str) and len(value) <= _EXTRA_TEXT)
        if not _EXTRA_NAME.fullmatch(name) or not sane or name in {"CPTITLE", "AGELIMIT", "IsCarrier"}:
            raise InvalidRequest(field="extra", reason="malformed")
    return dict(options.extra)


def _media(media: str) -> str:
    if media not in MEDIA:
        raise InvalidRequest(field="media", reason="unknown")
    return MEDIA[media]


def bypass_for(
    provider: str,
    options: BypassOptions | None,
    *,
    min_age: int,
    server_side: bool = False,
    media: str = "mobile",
) -> dict[str, Any]:
    """The bypass of a purpose; Danal gets its least age too. Raises as `built_bypass`."""
    chosen = options or BypassOptions()
    if provider == "DANAL" and not chosen.min_age:
        chosen = replace(chosen, min_age=min_age)
    return built_bypass(provider, chosen, server_side=server_side, media=media)
