"""A cash receipt at the fake PortOne, and an order to issue it for."""

from portone_local.portone import Checkout

ORDER = Checkout(amount=11_000, tax_free=1_100)

RECEIPT = {
    "paymentId": "account",
    "channelKey": "channel-key-example-live",
    "type": "PERSONAL",
    "orderName": "Example order",
    "currency": "KRW",
    "amount": {"total": 11_000, "taxFree": 1_100},
    "customer": {"identityNumber": "01000000000"},
}
