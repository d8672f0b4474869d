"""A receiver of webhooks behind a URL: what `webhooks.deliver` is when the shop is served over HTTP."""

import httpx

from portone_local.portone.webhooks import Deliver

TIMEOUT_SECONDS = 30.0
"""PortOne waits this long to connect and as long to read (PortOne facts 8.5)."""


def http_sink(url: str, client: httpx.Client) -> Deliver:
    """Posts each webhook to `url`; the receiver's status, httpx.TransportError when there is none."""

    def deliver(headers: dict[str, str], body: bytes) -> int:
        return client.post(url, headers=headers, content=body, timeout=TIMEOUT_SECONDS).status_code

    return deliver
