"""Ways to pay: one list for orders, windows, saved methods and readings (PortOne facts 6.2, 12.1, 17)."""

from enum import StrEnum


class PayMethod(StrEnum):
    """Ways to pay, by the names the app's SDK uses (PortOne facts 12.1); REST types are mapped to them."""

    CARD = "CARD"
    VIRTUAL_ACCOUNT = "VIRTUAL_ACCOUNT"
    TRANSFER = "TRANSFER"
    MOBILE = "MOBILE"
    EASY_PAY = "EASY_PAY"
    GIFT_CERTIFICATE = "GIFT_CERTIFICATE"
    CONVENIENCE_STORE = "CONVENIENCE_STORE"
    PAYPAL = "PAYPAL"
    ALIPAY = "ALIPAY"
    ALIPAY_PLUS = "ALIPAY_PLUS"
    CRYPTO = "CRYPTO"
    UNRECOGNISED = "UNRECOGNISED"


# CRYPTO is paid in a PG's own page and is no payMethod of the window (PortOne facts 17). How a
# payment in a convenience store is shown while it waits is undocumented; it has no refund (docs/windows.md)
ORDERED = frozenset(PayMethod) - {
    PayMethod.CRYPTO,
    PayMethod.CONVENIENCE_STORE,
    PayMethod.UNRECOGNISED,
}
# TRANSFER is Toss Payments' quick account, which is missing in the SDK's own list (PortOne facts 17)
SAVED = frozenset(
    {PayMethod.CARD, PayMethod.MOBILE, PayMethod.EASY_PAY, PayMethod.PAYPAL, PayMethod.TRANSFER}
)
# a window offers these under names of their own, a reading shows them as easy pays (PortOne facts 3.4)
WALLETS = frozenset({PayMethod.PAYPAL, PayMethod.ALIPAY, PayMethod.ALIPAY_PLUS})
