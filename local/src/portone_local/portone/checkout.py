"""What a buyer's browser hands to PortOne, and the example channels and methods that the fake knows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

from pydantic import ConfigDict

FIRST_CHANNEL = "first"
METHODS = frozenset(
    (
        *("CARD", "EASY_PAY", "TRANSFER", "MOBILE", "VIRTUAL_ACCOUNT", "GIFT_CERTIFICATE"),
        *("CONVENIENCE_STORE", "CRYPTO", "PAYPAL", "ALIPAY", "ALIPAY_PLUS"),
    )
)
_NO_OTHER_FIELD = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Channel:
    """A contract with a PG as it stands in the console; `key` None leaves `channel.key` out of answers."""

    __pydantic_config__: ClassVar = _NO_OTHER_FIELD

    type: Literal["LIVE", "TEST"] = "LIVE"
    pg_provider: str = "TOSSPAYMENTS"
    pg_merchant_id: str = "example-merchant"
    key: str | None = "channel-key-example-live"
    id: str | None = "channel-id-example-live"
    name: str | None = "example live"

    def as_answer(self) -> dict[str, str]:
        """SelectedChannel of an answer (PortOne facts 3.3)."""
        optional = {"id": self.id, "key": self.key, "name": self.name}
        return {
            "type": self.type,
            "pgProvider": self.pg_provider,
            "pgMerchantId": self.pg_merchant_id,
            **{name: value for name, value in optional.items() if value is not None},
        }


LIVE_CHANNEL = Channel()
TEST_CHANNEL = Channel(
    type="TEST", key="channel-key-example-test", id="channel-id-example-test", name="example test"
)


def default_customer() -> dict[str, Any]:
    """A buyer made up by us."""
    return {"id": "customer-1", "name": "홍길동", "phoneNumber": "01000000000", "email": "buyer@shop.example"}


@dataclass(frozen=True)
class Promotion:
    """A PortOne promotion; below `minimum` of order value, minor units, it gives no discount."""

    __pydantic_config__: ClassVar = _NO_OTHER_FIELD

    id: str = "promotion-example"
    minimum: int = 0


@dataclass(frozen=True)
class Checkout:
    """Parameters of one `PortOne.requestPayment`, in the words of PortOne's answers.

    `amount` and `currency` default to what was pre-registered. `method` is one of METHODS, payMethods of the
    browser SDK with CRYPTO, or a whole method object of an answer. `channel` is a
    Channel, the key of one the fake was given, or None for an answer without it. `tampered` lets an amount or
    currency through that differs from the pre-registered one. Minor units; `discount` is part of `amount`,
    the promotion's where there is one; `vat` None is computed. `handed`: what the browser handed over, for
    the channel's PG to judge; without it there was no browser.
    """

    __pydantic_config__: ClassVar = _NO_OTHER_FIELD

    amount: int | None = None
    currency: str | None = None
    tax_free: int = 0
    vat: int | None = None
    discount: int = 0
    promotion: Promotion | None = None
    order_name: str = "Example order"
    custom_data: str | None = None
    customer: dict[str, Any] = field(default_factory=default_customer)
    method: str | dict[str, Any] = "CARD"
    channel: Channel | str | None = FIRST_CHANNEL
    store_id: str | None = None
    platform: Literal["PC", "MOBILE", "API"] = "MOBILE"
    tampered: bool = False
    handed: dict[str, Any] | None = field(default=None, compare=False, repr=False)

    def vat_or_computed(self) -> int:
        """VAT as given, else an eleventh of what is not tax-free, minor units."""
        taxable = (self.amount or 0) - self.tax_free
        return taxable // 11 if self.vat is None else self.vat

    @classmethod
    def from_browser(cls, parameters: Mapping[str, Any], **changes: Any) -> Self:
        """From the browser SDK's words (PortOne facts 12.4); `changes` are fields altered on the way.

        With another `method` the entry of `payMethods` the buyer chose is laid on top, as docs/api.md says.
        """
        parameters = _chosen(parameters, changes.get("method"))
        customer = parameters.get("customer") or {}
        renamed = {"customerId": "id", "fullName": "name"}
        custom_data = parameters.get("customData")
        values: dict[str, Any] = {
            "amount": parameters["totalAmount"],
            "currency": str(parameters["currency"]).removeprefix("CURRENCY_"),
            "tax_free": parameters.get("taxFreeAmount") or 0,
            "vat": parameters.get("vatAmount"),
            "order_name": parameters["orderName"],
            "custom_data": None
            if custom_data is None
            else json.dumps(custom_data, ensure_ascii=False, separators=(",", ":")),
            "customer": {renamed.get(name, name): value for name, value in customer.items()},
            "method": parameters.get("payMethod", "CARD"),
            "channel": parameters.get("channelKey", FIRST_CHANNEL),
            "store_id": parameters.get("storeId"),
            "handed": dict(parameters),
        }
        return cls(**(values | changes))


def _chosen(parameters: Mapping[str, Any], method: object) -> Mapping[str, Any]:
    if not isinstance(method, str):
        return parameters
    offers = (each for each in parameters.get("payMethods", ()) if each["payMethod"] == method)
    return {**parameters, **next(offers, {"payMethod": method})}


@dataclass(frozen=True)
class Decline:
    """What the PG said no with; an unreadable one leaves no trace in GET, a silent one sends no webhook."""

    __pydantic_config__: ClassVar = _NO_OTHER_FIELD

    reason: str = "카드사에서 거절되었습니다"
    pg_code: str = "3000"
    pg_message: str = "한도초과"
    readable: bool = True
    silent: bool = False

    def as_answer(self) -> dict[str, str]:
        """PaymentFailure of an answer."""
        return {"reason": self.reason, "pgCode": self.pg_code, "pgMessage": self.pg_message}


NO = Decline()


def method_answer(name: str, *, issued_at: str, expires_at: str, number: str) -> dict[str, Any]:
    """PaymentMethod of an answer for a payMethod name (PortOne facts 3.4); one of METHODS."""
    card = {
        "type": "PaymentMethodCard",
        "card": {"issuer": "SHINHAN_CARD", "brand": "LOCAL", "type": "CREDIT", "number": "000000******0000"},
        "approvalNumber": "00000000",
        "installment": {"month": 0, "isInterestFree": False},
    }
    examples: dict[str, dict[str, Any]] = {
        "CARD": card,
        "EASY_PAY": {"type": "PaymentMethodEasyPay", "provider": "KAKAOPAY", "easyPayMethod": card},
        "TRANSFER": {"type": "PaymentMethodTransfer", "bank": "SHINHAN"},
        "MOBILE": {"type": "PaymentMethodMobile", "phoneNumber": "01000000000"},
        "VIRTUAL_ACCOUNT": {
            "type": "PaymentMethodVirtualAccount",
            "bank": "SHINHAN",
            "accountNumber": number,
            "accountType": "NORMAL",
            "remitteeName": "Example shop",
            "issuedAt": issued_at,
            "expiredAt": expires_at,
        },
        "GIFT_CERTIFICATE": {
            "type": "PaymentMethodGiftCertificate",
            "giftCertificateType": "CULTURELAND",
            "approvalNumber": "00000000",
        },
        "CONVENIENCE_STORE": {
            "type": "PaymentMethodConvenienceStore",
            "convenienceStoreBrand": "LAWSON",
            "confirmationNumber": number[-6:],
            "receiptNumber": number,
            "paymentDeadline": expires_at,
        },
        "CRYPTO": {"type": "PaymentMethodCrypto"},
        "PAYPAL": {"type": "PaymentMethodEasyPay", "provider": "PAYPAL"},
        "ALIPAY": {"type": "PaymentMethodEasyPay", "provider": "ALIPAY"},
        "ALIPAY_PLUS": {"type": "PaymentMethodEasyPay", "provider": "ALIPAY"},
    }
    return examples[name]
