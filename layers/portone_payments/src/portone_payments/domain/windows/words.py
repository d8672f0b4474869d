"""Parameters of a PG's window, by the names of the browser SDK (PortOne facts 12.1, 12.4)."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from portone_payments.domain.records.payments import ProductType
from portone_payments.domain.shared.calendar import KST
from portone_payments.domain.windows.given import Given

KOREA = timezone(timedelta(seconds=KST))
type Parameters = dict[str, Any]


def product_type(given: Given) -> Parameters:
    """The product type of a phone bill, in the SDK's words (PortOne facts 12.4)."""
    kinds = {ProductType.PHYSICAL: "REAL", ProductType.DIGITAL: "DIGITAL"}
    return {"productType": kinds[given.product_type]} if given.product_type else {}


def _account_until(given: Given, form: str) -> Parameters:
    due = datetime.fromtimestamp(given.account_until or 0, KOREA)
    return {"virtualAccount": {"accountExpiry": {"dueDate": format(due, form)}}}


def account(given: Given) -> Parameters:
    """The due date of a virtual account, in Korean time, as the SDK documents it."""
    return _account_until(given, "%Y-%m-%d %H:%M:%S")


def account_iso(given: Given) -> Parameters:
    """The same in ISO 8601, for PGs that accept no other form."""
    return _account_until(given, "%Y-%m-%dT%H:%M:%S+09:00")


def naver(given: Given) -> Parameters:
    """Naver's own product list instead of the SDK's, and the last day of use."""
    items = [
        {
            "categoryType": each.category_type,
            "categoryId": each.category_id,
            "uid": each.id,
            "name": each.name,
            "count": each.quantity,
        }
        for each in given.products
    ]
    used = {"useCfmYmdt": given.last_day_of_use.replace("-", "")} if given.last_day_of_use else {}
    return {"bypass": {"naverpay": {"productItems": items, **used}}}


def products(given: Given) -> Parameters:
    """The products, in the SDK's own form."""
    items = [
        {
            "id": each.id,
            "name": each.name,
            "amount": each.amount,
            "quantity": each.quantity,
            "link": each.link,
        }
        for each in given.products
    ]
    return {"products": items}


def payletter_alipay(_given: Given) -> Parameters:
    """Alipay alone: by default its window shows every pay method of the contract."""
    return {"bypass": {"payletter_global": {"pginfo": "ICBAlipay"}}}


def kicc_alipay_plus(given: Given) -> Parameters:
    """The order's name once more, and no wallet in particular: the buyer chooses among all of them."""
    return {"orderDescription": given.order_name, "alipayPlus": {}}


def born(given: Given) -> Parameters:
    """The buyer's day of birth, in three texts."""
    day = given.buyer.birth_date
    return dict(zip(("birthYear", "birthMonth", "birthDay"), day.split("-"), strict=True)) if day else {}


def kcp_member(given: Given) -> Parameters:
    """The customer whom KCP holds liable for goods that are easily resold."""
    return {"bypass": {"kcp_v2": {"shop_user_id": given.customer_id}}}


def nice_member(given: Given) -> Parameters:
    """The same for Nice, which takes one kind of gift certificate."""
    return {
        "bypass": {"nice_v2": {"MallUserID": given.customer_id}},
        "giftCertificate": {"giftCertificateType": "CULTURELAND"},
    }


def gift(given: Given) -> Parameters:
    """The accepted gift certificate; on phones the windows of some PGs require one."""
    return {"giftCertificate": {"giftCertificateType": given.gift}}


def offer_period(given: Given) -> Parameters:
    """The period, or the interval, for which a charged service is provided."""
    return {"offerPeriod": given.offer_period} if given.offer_period else {}


def country(given: Given) -> Parameters:
    """The country the buyer pays from."""
    return {"country": given.country}


def paypal_button(_given: Given) -> Parameters:
    """PayPal's button, drawn by the SDK."""
    return {"uiType": "PAYPAL_SPB"}


def paypal_agreement(_given: Given) -> Parameters:
    """The same, for recurring charges."""
    return {"uiType": "PAYPAL_RT"}


def merged(ours: Parameters, told: Mapping[str, Any]) -> Parameters:
    """Both, merged at every depth; where they disagree the operator's setting of the channel wins."""
    both = dict(ours)
    for name, value in told.items():
        held = both.get(name)
        both[name] = merged(held, value) if isinstance(held, dict) and isinstance(value, Mapping) else value
    return both


def nothing(_given: Given) -> Parameters:
    """No parameters of its own."""
    return {}
