"""What is handed to the window of a PG, in the words of the browser SDK (PortOne facts 12.1, 12.4)."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from portone_payments.domain.records.payments import ProductType
from portone_payments.domain.shared.calendar import KST
from portone_payments.domain.windows.given import Given

KOREA = timezone(timedelta(seconds=KST))
type Parameters = dict[str, Any]


def product_type(given: Given) -> Parameters:
    """What a phone bill is for, in the SDK's words (PortOne facts 12.4)."""
    kinds = {ProductType.PHYSICAL: "REAL", ProductType.DIGITAL: "DIGITAL"}
    return {"productType": kinds[given.product_type]} if given.product_type else {}


def _account_until(given: Given, form: str) -> Parameters:
    due = datetime.fromtimestamp(given.account_until or 0, KOREA)
    return {"virtualAccount": {"accountExpiry": {"dueDate": format(due, form)}}}


def account(given: Given) -> Parameters:
    """Until when an account takes money, in Korean time, as the SDK documents it."""
    return _account_until(given, "%Y-%m-%d %H:%M:%S")


def account_iso(given: Given) -> Parameters:
    """The same in ISO 8601, for PGs that take no other form."""
    return _account_until(given, "%Y-%m-%dT%H:%M:%S+09:00")


def naver(given: Given) -> Parameters:
    """What Naver wants to know instead of the SDK's products, and the last day of use."""
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
    """What is bought, in the SDK's own words."""
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
    """Its window shows every way to pay there is a contract for, unless it is told which one."""
    return {"bypass": {"payletter_global": {"pginfo": "ICBAlipay"}}}


def kicc_alipay_plus(given: Given) -> Parameters:
    """What is bought once more, and no wallet in particular: the buyer chooses one of them all."""
    return {"orderDescription": given.order_name, "alipayPlus": {}}


def born(given: Given) -> Parameters:
    """The buyer's day of birth, in three texts."""
    day = given.buyer.birth_date
    return dict(zip(("birthYear", "birthMonth", "birthDay"), day.split("-"), strict=True)) if day else {}


def kcp_member(given: Given) -> Parameters:
    """Whom KCP holds responsible for what is easily resold."""
    return {"bypass": {"kcp_v2": {"shop_user_id": given.customer_id}}}


def nice_member(given: Given) -> Parameters:
    """The same for Nice, which takes one kind of gift certificate."""
    return {
        "bypass": {"nice_v2": {"MallUserID": given.customer_id}},
        "giftCertificate": {"giftCertificateType": "CULTURELAND"},
    }


def gift(given: Given) -> Parameters:
    """Which gift certificate is taken; a phone's window of some PGs asks for one of them."""
    return {"giftCertificate": {"giftCertificateType": given.gift}}


def offer_period(given: Given) -> Parameters:
    """For how long, or how often, what is charged is provided."""
    return {"offerPeriod": given.offer_period} if given.offer_period else {}


def country(given: Given) -> Parameters:
    """Where the buyer pays from."""
    return {"country": given.country}


def paypal_button(_given: Given) -> Parameters:
    """PayPal is paid by a button the SDK draws."""
    return {"uiType": "PAYPAL_SPB"}


def paypal_agreement(_given: Given) -> Parameters:
    """The same, for what is charged again."""
    return {"uiType": "PAYPAL_RT"}


def merged(ours: Parameters, told: Mapping[str, Any]) -> Parameters:
    """Both, one in the other; where they disagree what the operator said of the channel."""
    both = dict(ours)
    for name, value in told.items():
        held = both.get(name)
        both[name] = merged(held, value) if isinstance(held, dict) and isinstance(value, Mapping) else value
    return both


def nothing(_given: Given) -> Parameters:
    """No parameters of its own."""
    return {}
