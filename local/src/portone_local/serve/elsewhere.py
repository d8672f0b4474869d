"""Another PortOne endpoint than the fake, named by the environment."""

import json
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field

from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_WEBHOOK_SECRET
from portone_payments.entry.settings.payments import refuse_unsafe_url

NEEDED = ("PORTONE_API_SECRET", "STORE_ID", "CHANNELS")
SECRET = ("PORTONE_API_SECRET", "PORTONE_WEBHOOK_SECRET")
OBJECTS = {
    "CHANNELS": ("Channels", 'from pay method to channel key, such as {"CARD":"..."}'),
    "BILLING_CHANNELS": (
        "BillingChannels",
        'from a way to save a card to channel key, such as {"CARD":"..."}',
    ),
    "IDENTITY_CHANNELS": ("IdentityChannels", 'from PG provider to channel key, such as {"DANAL":"..."}'),
    "IDENTITY_MERCHANTS": (
        "IdentityMerchants",
        'from PG provider to merchant ids, such as {"DANAL":["..."]}',
    ),
}


class NotReady(Exception):
    """Something is missing; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A PortOne: `url` None stands for the fake. `parameters` are template parameters it brings along."""

    url: str | None = None
    api_secret: str = field(default=EXAMPLE_SECRET, repr=False)
    webhook_secret: str = field(default=EXAMPLE_WEBHOOK_SECRET, repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict)


def endpoint(env: Mapping[str, str]) -> Endpoint:
    """Where `PORTONE_URL` points, always in test mode; the fake without it. Raises NotReady."""
    url = env.get("PORTONE_URL", "")
    if not url:
        return Endpoint()
    if missing := [name for name in NEEDED if not env.get(name)]:
        raise NotReady(f"PORTONE_URL needs {', '.join(missing)} as well")
    return Endpoint(
        url=_safe(url),
        api_secret=env["PORTONE_API_SECRET"],
        webhook_secret=env.get("PORTONE_WEBHOOK_SECRET") or EXAMPLE_WEBHOOK_SECRET,
        parameters={"StoreId": env["STORE_ID"], "PortOneUrl": url, **_channels(env)},
    )


def forget(env: MutableMapping[str, str]) -> None:
    """Take its secrets out of an environment: every program started from here would inherit them."""
    for name in SECRET:
        env.pop(name, None)


def _safe(url: str) -> str:
    try:
        refuse_unsafe_url("test", url)
    except ValueError as error:
        raise NotReady(str(error)) from None
    return url


def _channels(env: Mapping[str, str]) -> dict[str, str]:
    """Nothing but the channels that were given: the fake's keys mean nothing to another PortOne."""
    given = {}
    for name, (parameter, what) in OBJECTS.items():
        given[parameter] = env.get(name) or "{}"
        named = _object(given[parameter])
        if named is None or (name in NEEDED and not named):
            raise NotReady(f"{name} is a JSON object {what}")
    return given


def _object(text: str) -> dict[str, object] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
