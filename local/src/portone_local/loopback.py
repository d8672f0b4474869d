"""Who may speak to a local server: a client of this machine, never a page of somebody else's site."""

from collections.abc import Mapping
from urllib.parse import urlsplit

HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def is_foreign(headers: Mapping[str, str]) -> bool:
    """Whether a request comes by a name that is not this machine's, or from a page of another origin.

    A name that leads here from elsewhere is how a page gets round the browser's rule (DNS rebinding); every
    form and script of a page says its origin when it sends something. `headers` by names in small letters.
    """
    host, origin = headers.get("host", ""), headers.get("origin")
    return _name(f"//{host}") not in HOSTS or origin not in {None, f"http://{host}"}


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
