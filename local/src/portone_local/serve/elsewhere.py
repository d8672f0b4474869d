"""Another PortOne endpoint than the fake, named by the environment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_WEBHOOK_SECRET
from portone_payments.entry.settings import refuse_unsafe_url

NEEDED = ("PORTONE_API_SECRET", "STORE_ID", "CHANNELS")


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
    _check(url, env["CHANNELS"])
    return Endpoint(
        url=url,
        api_secret=env["PORTONE_API_SECRET"],
        webhook_secret=env.get("PORTONE_WEBHOOK_SECRET") or EXAMPLE_WEBHOOK_SECRET,
        parameters={"StoreId": env["STORE_ID"], "Channels": env["CHANNELS"], "PortOneUrl": url},
    )


def _check(url: str, channels: str) -> None:
    try:
        refuse_unsafe_url("test", url)
    except ValueError as error:
        raise NotReady(str(error)) from None
    try:
        named = json.loads(channels)
    except ValueError:
        named = None
    if not isinstance(named, dict) or not named:
        raise NotReady('CHANNELS is a JSON object from pay method to channel key, such as {"CARD":"..."}')
