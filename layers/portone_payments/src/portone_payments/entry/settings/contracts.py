"""A channel of ours as the operator writes it: a key, or an object that says whose it is and what it adds."""

from typing import Any

from portone_payments.domain.records.payments import ProductType
from portone_payments.domain.windows.given import Contract, Need

# what only the operator may give a window; all else comes from the order, or from us
HANDED = frozenset(
    {"storeDetails", "bypass", "easyPay", "alipayPlus", "card", "locale", "merpayCategoryId", "windowType"}
)
_ASKED = frozenset(need for need in Need if not need.startswith("channel."))


def contract_of(channel: object) -> Contract:
    """A key, or {key, pgProvider, pgMerchantId} with `window`, `asks` and `productType` (docs/windows.md).

    Raises ValueError for anything else: a mistake must show at the start, not to a buyer.
    """
    said: dict[str, Any] = channel if isinstance(channel, dict) else {"key": channel}
    key, window, asks = said.get("key"), said.get("window", {}), said.get("asks", [])
    if not isinstance(key, str) or not key:
        raise ValueError("CHANNELS maps a pay method to a channel key")
    if not isinstance(window, dict) or not set(window) <= HANDED:
        raise ValueError(f"window of a channel is an object with some of {sorted(HANDED)}")
    if not isinstance(asks, list) or not set(asks) <= _ASKED:
        raise ValueError(f"asks of a channel is a list of some of {sorted(_ASKED)}")
    sold = said.get("productType")
    return Contract(
        key=key,
        pg=said.get("pgProvider"),
        window=window,
        asks=tuple(map(Need, asks)),
        product_type=None if sold is None else ProductType(sold),
    )
