"""Template parameters of a local stack, and the fake PortOne that goes with them."""

import json
from typing import Any

from portone_local.gateway.sigv4 import SHOP, STAFF
from portone_local.portone import EXAMPLE_STORE, LIVE_CHANNEL, TEST_CHANNEL, FakePortOne, Unknowns
from portone_local.portone.identity.pg import DANAL_CHANNEL, INICIS_CHANNEL, KCP_CHANNEL
from portone_local.stack.token_issuer import AUDIENCE, TokenIssuer
from portone_local.twins.clock import Clock

STAFF_CLAIM = {"role": "payments-staff"}
IDENTITY = (DANAL_CHANNEL, KCP_CHANNEL, INICIS_CHANNEL)
# CI or a DI is enough to sign up; the adult check requires a CI and stores only the answer
PURPOSES: dict[str, dict[str, Any]] = {
    "signup": {"require": "any", "needs": ["name"], "keeps": ["phone", "operator", "gender", "foreigner"]},
    "adult": {"require": "ci", "needs": [], "minAge": 19, "bypass": {"DANAL": {"title": "Example shop"}}},
}
METHODS = ("CARD", "EASY_PAY", "TRANSFER", "MOBILE", "VIRTUAL_ACCOUNT", "GIFT_CERTIFICATE")


def parameters_of(issuer: TokenIssuer, settings: dict[str, str]) -> dict[str, str]:
    """Template parameters of a local stack; `settings` are theirs in snake case, such as `store_id`."""
    live = settings.get("mode") == "live"
    channel = LIVE_CHANNEL if live else TEST_CHANNEL
    [(claim, value)] = STAFF_CLAIM.items()
    defaults = {
        "Stage": "stg" if live else "dev",
        "StoreId": EXAMPLE_STORE,
        "Channels": json.dumps(dict.fromkeys(METHODS, channel.key)),
        "BillingChannels": json.dumps({"*": channel.key}),
        "JwtIssuer": issuer.url,
        "JwtAudience": AUDIENCE,
        "ShopPrincipals": f"user/{SHOP.name}",
        "StaffPrincipals": f"user/{STAFF.name},user/colleague-*,role/Ops",
        "ManualApproval": "on",
        "StaffClaim": f"{claim}={value}",
        "RedirectUrl": "https://shop.example/paid",
        "AppScheme": "shopapp",
        "IdentityChannels": json.dumps({each.pg_provider: each.key for each in IDENTITY}),
        "IdentityMerchants": json.dumps({each.pg_provider: [each.pg_merchant_id] for each in IDENTITY}),
        "IdentityPurposes": json.dumps(PURPOSES),
        "PrivacyPrincipals": f"user/{STAFF.name}",
        "PrivacyClaim": f"{claim}={value}",
    }
    return defaults | {camel_case(name): value for name, value in settings.items()}


def camel_case(name: str) -> str:
    """`portone_url` as `PortOneUrl`."""
    return "".join(part.capitalize() for part in name.split("_")).replace("Portone", "PortOne")


def fake_portone(
    parameters: dict[str, str], clock: Clock, seed: int, unknowns: Unknowns | None = None
) -> FakePortOne:
    """A PortOne with this store; a window opened without naming a channel gets the one of the mode."""
    live_first = (LIVE_CHANNEL, TEST_CHANNEL)
    channels = live_first if parameters.get("Mode") == "live" else live_first[::-1]
    return FakePortOne(
        clock=clock, seed=seed, store_id=parameters["StoreId"], channels=channels, unknowns=unknowns
    )
