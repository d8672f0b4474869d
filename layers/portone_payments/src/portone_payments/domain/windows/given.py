"""The data that an order, or a user saving a method, gives for a PG's window, and what may be missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from portone_payments.domain.records.payments import Order, OrderProduct, ProductType
from portone_payments.domain.windows.buyer import NOBODY, Buyer

ACCOUNT_DAYS = 30  # of an order without an end; Toss Payments takes 90 at most


class Need(StrEnum):
    """What has to be given for a window, in the words of PUT /orders; `channel.` is said in Channels."""

    PRODUCT_TYPE = "productType"
    NAME = "buyer.name"
    EMAIL = "buyer.email"
    PHONE = "buyer.phone"
    BIRTH_DATE = "buyer.birthDate"
    PRODUCTS = "products"
    CATEGORY_TYPE = "products.categoryType"
    CATEGORY_ID = "products.categoryId"
    PRODUCT_AMOUNT = "products.amount"
    PRODUCT_LINK = "products.link"
    COUNTRY = "country"
    GIFT = "giftCertificateType"
    OFFER_PERIOD = "offerPeriod"
    BUSINESS_NAME = "channel.window.storeDetails.businessName"
    SERVICE_NAME = "channel.window.bypass.payletter_global.servicename"
    WALLET = "channel.window.easyPay.easyPayProvider"
    MERPAY_CATEGORY = "channel.window.merpayCategoryId"
    SOLD = "channel.productType"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A channel of ours, and what its contract with the PG adds to the PG's documentation.

    `window`: further parameters of its windows, by the SDK's names; `asks`: data it requires of each order;
    `product_type`: what the PG's merchant id may sell.
    """

    key: str
    pg: str | None = None
    window: Mapping[str, object] = field(default_factory=dict)
    asks: tuple[Need, ...] = ()
    product_type: ProductType | None = None

    def said(self, path: str) -> object:
        """The configured parameter at a path such as `storeDetails.businessName`, None without one."""
        found: object = self.window
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is known when a window opens. `account_until` in epoch seconds UTC: no deposit after it.

    `in_app`: it opens in an app, so on a phone; a page may be open on a phone or a PC. `offer_period`: the
    period that a saved method pays for, in the SDK's form. `contract`: the channel of the window.
    """

    customer_id: str = ""
    order_name: str = ""
    buyer: Buyer = NOBODY
    product_type: ProductType | None = None
    products: tuple[OrderProduct, ...] = ()
    last_day_of_use: str | None = None
    country: str | None = None
    account_until: int | None = None
    gift: str | None = None
    offer_period: Mapping[str, object] | None = None
    in_app: bool = False
    contract: Contract | None = None

    def lacks(self, need: Need) -> bool:
        """Whether it is missing; a field of products is missing where any product lacks it."""
        return not _SAID[need](self)

    def told(self, path: str) -> object:
        """The parameter at a path that its channel passes to every window."""
        return self.contract and self.contract.said(path)

    def sold(self) -> ProductType | None:
        """The product type of its channel's merchant id."""
        return self.contract.product_type if self.contract else None


_SAID: Mapping[Need, Callable[[Given], object]] = {
    # a merchant id accepts phone bills for one product type alone
    Need.PRODUCT_TYPE: lambda given: given.product_type and given.sold() in {None, given.product_type},
    Need.NAME: lambda given: given.buyer.name,
    Need.EMAIL: lambda given: given.buyer.email,
    Need.PHONE: lambda given: given.buyer.phone,
    Need.BIRTH_DATE: lambda given: given.buyer.birth_date,
    Need.PRODUCTS: lambda given: given.products,
    Need.CATEGORY_TYPE: lambda given: all(each.category_type for each in given.products),
    Need.CATEGORY_ID: lambda given: all(each.category_id for each in given.products),
    Need.PRODUCT_AMOUNT: lambda given: all(each.amount is not None for each in given.products),
    Need.PRODUCT_LINK: lambda given: all(each.link for each in given.products),
    Need.COUNTRY: lambda given: given.country,
    Need.GIFT: lambda given: given.gift,
    Need.OFFER_PERIOD: lambda given: given.offer_period,
    Need.BUSINESS_NAME: lambda given: given.told("storeDetails.businessName"),
    Need.SERVICE_NAME: lambda given: given.told("bypass.payletter_global.servicename"),
    Need.WALLET: lambda given: given.told("easyPay.easyPayProvider"),
    Need.MERPAY_CATEGORY: lambda given: (
        given.told("easyPay.easyPayProvider") != "MERPAY" or given.told("merpayCategoryId")
    ),
    Need.SOLD: lambda given: given.sold(),
}


def given_by(
    order: Order, buyer: Buyer, *, customer_id: str = "", offered_until: int = 0, in_app: bool = False
) -> Given:
    """The data of an order; `offered_until` is when the offer of its payment ends."""
    latest = offered_until + int(timedelta(days=ACCOUNT_DAYS).total_seconds())
    return Given(
        customer_id=customer_id,
        order_name=order.name,
        buyer=buyer,
        product_type=order.product_type if isinstance(order.product_type, ProductType) else None,
        products=order.products,
        last_day_of_use=order.last_day_of_use,
        country=order.country,
        gift=order.gift_certificate_type,
        in_app=in_app,
        account_until=latest if order.expires_at is None else min(order.expires_at, latest),
    )
