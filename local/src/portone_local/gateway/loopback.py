"""Who may call a local server: a client of this machine, never a page of another site."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
CONTROL = {"x-local-control": "yes"}
"""What says that a call which moves the stack itself is meant: no form of a page can send it."""
NOSNIFF = {"x-content-type-options": "nosniff"}
_OF_NO_OTHER_SITE = frozenset({None, "none", "same-origin"})
REFUSED = "only this machine is answered, and no page of another site"
UNMEANT = f"say that you mean it: {', '.join(map(': '.join, CONTROL.items()))}"


def is_foreign(
    headers: Mapping[str, str], *, pages: Collection[str] = (), hosts: Collection[str] = ()
) -> bool:
    """Whether a request comes by a name that is not this machine's, or from a page of another origin.

    A name that leads here from elsewhere is how a page gets round the browser's rule (DNS rebinding). Forms
    and scripts of a page say its origin when they send something; of its pictures and links browsers say that
    they are another site's. `headers` by names in small letters; `pages` are origins that may call, `*` any;
    `hosts` names besides this machine's.
    """
    host, origin = headers.get("host", ""), headers.get("origin")
    known = _name(f"//{host}") in {*HOSTS, *hosts}
    if origin is not None and ("*" in pages or origin in pages):
        return not known
    own = origin in {None, f"http://{host}"} and headers.get("sec-fetch-site") in _OF_NO_OTHER_SITE
    return not known or not own


def is_unmeant(headers: Mapping[str, str]) -> bool:
    """Whether a call of a control route may be a page's: another origin's, or without the header."""
    return is_foreign(headers) or any(headers.get(name) != value for name, value in CONTROL.items())


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
