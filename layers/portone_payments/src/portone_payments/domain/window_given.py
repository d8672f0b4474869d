"""What an order, or who saves a method, gives for the window of a PG, and what of it can be missing."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from portone_payments.domain.buyer import NOBODY, Buyer
from portone_payments.domain.records import Order, OrderProduct, ProductType

ACCOUNT_DAYS = 30  # of an order without an end; Toss Payments takes 90 at most


class Need(StrEnum):
    """What has to be given for a window, in the words of PUT /orders."""

    PRODUCT_TYPE = "productType"
    NAME = "buyer.name"
    EMAIL = "buyer.email"
    PHONE = "buyer.phone"
    PRODUCTS = "products"
    CATEGORY_TYPE = "products.categoryType"
    CATEGORY_ID = "products.categoryId"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is known when a window opens. `account_until` in epoch seconds UTC: no deposit after it."""

    customer_id: str = ""
    buyer: Buyer = NOBODY
    product_type: ProductType | None = None
    products: tuple[OrderProduct, ...] = ()
    last_day_of_use: str | None = None
    country: str | None = None
    account_until: int | None = None

    def lacks(self, need: Need) -> bool:
        """Whether it is missing; what a product should say is missing where any does not say it."""
        match need:
            case Need.PRODUCT_TYPE:
                return self.product_type is None
            case Need.NAME:
                return not self.buyer.name
            case Need.EMAIL:
                return not self.buyer.email
            case Need.PHONE:
                return not self.buyer.phone
            case Need.PRODUCTS:
                return not self.products
            case Need.CATEGORY_TYPE:
                return not all(each.category_type for each in self.products)
            case Need.CATEGORY_ID:
                return not all(each.category_id for each in self.products)
            case Need.COUNTRY:
                return self.country is None


def given_by(order: Order, buyer: Buyer, *, customer_id: str = "", offered_until: int = 0) -> Given:
    """What an order gives; `offered_until` is when its payment stops being offered."""
    latest = offered_until + int(timedelta(days=ACCOUNT_DAYS).total_seconds())
    return Given(
        customer_id=customer_id,
        buyer=buyer,
        product_type=order.product_type if isinstance(order.product_type, ProductType) else None,
        products=order.products,
        last_day_of_use=order.last_day_of_use,
        country=order.country,
        account_until=latest if order.expires_at is None else min(order.expires_at, latest),
    )
