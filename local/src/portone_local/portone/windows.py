"""What a PG's window refuses to open without, as PortOne's page of each PG says it (facts 12.1, 12.3).

Written from those pages (`opi/ko/integration/pg/v2`, 2026-08-06) and from nothing that ships: where our own
table is wrong, a buyer of this fake sees it. Parameters are in the words of the browser SDK.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from portone_local.portone.records import Refused

type Device = Literal["PC", "MOBILE", "API"]
_SOMETHING = r".*\S.*"
_KIND = r"(PRODUCT_TYPE_)?(REAL|DIGITAL)"
_ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)"
_SDK_TIME = rf"\d{{8}}|\d{{14}}|\d{{4}}-\d\d-\d\d( \d\d:\d\d:\d\d)?|{_ISO}"
_TWO = ("INICIS_V2", "WELCOME")
_GIFTS = "BOOKNLIFE|SMART_MUNSANG|CULTURELAND"


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing these PGs require at a path such as `customer.email`, of these methods on these devices.

    Empty tuples: of every PG, method, device. `pattern` is what the whole value has to look like.
    """

    path: str
    pgs: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    devices: tuple[Device, ...] = ()
    pattern: str = _SOMETHING

    def concerns(self, pg: str, method: str, device: Device) -> bool:
        """Whether such a window requires it."""
        return (
            (not self.pgs or pg in self.pgs)
            and (not self.methods or method in self.methods)
            and (not self.devices or device in self.devices)
        )

    def met_by(self, parameters: Mapping[str, Any]) -> bool:
        """Whether it is there as it should be."""
        found = _at(parameters, self.path)
        return bool(found) and all(
            isinstance(each, str | int) and re.fullmatch(self.pattern, str(each)) for each in found
        )


_EXPIRY = "virtualAccount.accountExpiry"
_ITEM = "bypass.naverpay.productItems"
PAYING = (
    # the SDK takes a phone to its redirectUrl (facts 12.1)
    Ask("redirectUrl", devices=("MOBILE",), pattern=r"https?://.+"),
    Ask("productType", methods=("MOBILE",), pattern=_KIND),
    Ask("customer.fullName", _TWO),
    Ask("customer.email", _TWO, devices=("PC",)),
    Ask("customer.phoneNumber", _TWO, devices=("PC",)),
    Ask("giftCertificate.giftCertificateType", _TWO, ("GIFT_CERTIFICATE",), ("MOBILE",), _GIFTS),
    Ask("customer.phoneNumber", ("SMARTRO_V2",)),
    Ask("customer.customerId", ("SMARTRO_V2",), ("EASY_PAY",), pattern=r".{1,20}"),
    Ask("customer.fullName", ("EXIMBAY_V2", "INICIS_JP", "KSNET")),
    Ask("customer.email", ("EXIMBAY_V2", "PAYLETTER_GLOBAL", "PAYMENTWALL")),
    Ask("customer.customerId", ("PAYMENTWALL", "HECTO_GLOBAL")),
    Ask("orderDescription", ("KICC_V2",), ("ALIPAY_PLUS",)),
    Ask("storeDetails.businessName", ("HECTO_GLOBAL",)),
    Ask("easyPay.easyPayProvider", ("HECTO_GLOBAL",), ("EASY_PAY",), pattern=r"[A-Z_]+"),
    Ask("bypass.payletter_global.servicename", ("PAYLETTER_GLOBAL",), ("ALIPAY", "ALIPAY_PLUS", "EASY_PAY")),
    Ask("customer.customerId", ("GALAXIA",), pattern=r".{1,20}"),
    Ask("customer.phoneNumber", ("GALAXIA",), ("TRANSFER",)),
    *(
        Ask(f"{_ITEM}.{each}", ("NAVERPAY",))
        for each in ("categoryType", "categoryId", "uid", "name", "count")
    ),
    Ask("bypass.kcp_v2.shop_user_id", ("KCP_V2",), ("MOBILE", "GIFT_CERTIFICATE")),
    Ask("bypass.nice_v2.MallUserID", ("NICE_V2",), ("GIFT_CERTIFICATE",)),
    Ask("giftCertificate.giftCertificateType", ("NICE_V2",), ("GIFT_CERTIFICATE",), pattern="CULTURELAND"),
    Ask("country", ("TOSSPAYMENTS",), ("PAYPAL",), pattern=r"[A-Z]{2}"),
    Ask("customer.email", ("TOSSPAYMENTS",), ("PAYPAL",)),
    Ask("currency", ("TOSSPAYMENTS",), ("PAYPAL",), pattern=r"(CURRENCY_)?USD"),
    Ask("uiType", ("PAYPAL_V2",), pattern="PAYPAL_SPB"),
    Ask("paymentId", ("TOSSPAYMENTS",), pattern=r"[0-9A-Za-z_-]{6,64}"),
    Ask("paymentId", ("KCP_V2", "SMARTRO_V2"), pattern=r"[0-9A-Za-z]{1,40}"),
    Ask("paymentId", ("KPN", "PAYLETTER_GLOBAL"), pattern=r"[0-9A-Za-z]+"),
    Ask("paymentId", _TWO, pattern=r"[ -~]+"),
    *(
        Ask(f"products.{each}", ("EXIMBAY_V2",), ("EASY_PAY", "TRANSFER", "ALIPAY", "ALIPAY_PLUS", "PAYPAL"))
        for each in ("id", "name", "amount", "quantity", "link")
    ),
)
_ISSUING = ("NICE_V2", "NAVERPAY", *_TWO)
SAVING = (
    Ask("redirectUrl", devices=("MOBILE",), pattern=r"https?://.+"),
    Ask("issueId", (*_ISSUING, "KCP_V2"), pattern=r"[ -~]+"),
    Ask("issueId", ("SMARTRO_V2",), pattern=r"[0-9A-Za-z]+"),
    Ask("issueId", ("NICE_V2",), pattern=r"[0-9A-Za-z]{1,40}"),
    Ask("issueName", (*_ISSUING, "KAKAOPAY", "GALAXIA")),
    Ask("issueName", ("KCP_V2",), devices=("MOBILE",)),
    Ask("customer.fullName", (*_TWO, "KPN")),
    Ask("customer.email", _TWO, devices=("PC",)),
    Ask("customer.phoneNumber", _TWO, devices=("PC",)),
    Ask("customer.customerId", ("KPN", "TOSSPAY_V2", "GALAXIA")),
    Ask("customer.customerId", ("SMARTRO_V2",), pattern=r".{1,20}"),
    Ask("uiType", ("PAYPAL_V2",), pattern="PAYPAL_RT"),
)
SAVING_AND_PAYING = (
    Ask("redirectUrl", devices=("MOBILE",), pattern=r"https?://.+"),
    Ask("productType", _TWO, pattern=_KIND),
    *(Ask(f"customer.{each}", _TWO) for each in ("fullName", "email", "phoneNumber")),
    Ask("customer.email", ("EXIMBAY_V2", "PAYLETTER_GLOBAL")),
    Ask("customer.fullName", ("EXIMBAY_V2",)),
    Ask("customer.customerId", ("GALAXIA",), pattern=r".{1,20}"),
)
CHARGING = (
    *(Ask(f"customer.{each}", _TWO) for each in ("name", "email", "phoneNumber")),
    *(Ask(f"customer.{each}", ("EXIMBAY_V2",)) for each in ("name", "email")),
    Ask("productType", ("KSNET",), pattern="PHYSICAL|DIGITAL"),
)
# their pages name no requestIssueBillingKey
_SAVING_NOTHING = ("EXIMBAY_V2", "PAYLETTER_GLOBAL", "HECTO_GLOBAL", "INICIS_JP", "PAYMENTWALL", "TRIPLE_A")
# an account without an end is refused, and how the end is written (pages nice-v2, ksnet, galaxia, smartro-v2)
_EXPIRING = {"NICE_V2": _SDK_TIME, "KSNET": _ISO, "GALAXIA": _ISO}
_FORMS = {**_EXPIRING, "SMARTRO_V2": _ISO}


def check_paying(pg: str, device: Device, parameters: Mapping[str, Any], now: float) -> None:
    """Whether `PortOne.requestPayment` opens. Refused where it does not."""
    method = str(parameters.get("payMethod", ""))
    _check(PAYING, pg, method, device, parameters)
    if method == "VIRTUAL_ACCOUNT":
        _check_expiry(pg, _value(parameters, _EXPIRY) or {}, now)


def check_saving(pg: str, device: Device, parameters: Mapping[str, Any]) -> None:
    """Whether `PortOne.requestIssueBillingKey` opens. Refused where it does not."""
    if pg in _SAVING_NOTHING:
        raise Refused(f"PGProviderError: {pg} issues no billing key without a payment")
    _check(SAVING, pg, str(parameters.get("billingKeyMethod", "")), device, parameters)
    _check_period(pg, device, parameters)


def check_saving_and_paying(pg: str, device: Device, parameters: Mapping[str, Any]) -> None:
    """Whether `PortOne.requestIssueBillingKeyAndPay` opens. Refused where it does not."""
    _check(SAVING_AND_PAYING, pg, str(parameters.get("billingKeyAndPayMethod", "")), device, parameters)
    _check_period(pg, device, parameters)


def charge_lacks(pg: str, customer: Mapping[str, Any], product_type: str | None = None) -> tuple[str, ...]:
    """What a charge of a saved method at this PG does not say, in the API's words."""
    said = {"customer": customer, "productType": product_type}
    asked = (ask for ask in CHARGING if ask.concerns(pg, "", "API"))
    return tuple(ask.path for ask in asked if not ask.met_by(said))


def _check(
    asks: tuple[Ask, ...], pg: str, method: str, device: Device, parameters: Mapping[str, Any]
) -> None:
    for ask in asks:
        if ask.concerns(pg, method, device) and not ask.met_by(parameters):
            raise Refused(f"PGProviderError: {pg} wants {ask.path}")


def _check_expiry(pg: str, expiry: Mapping[str, Any], now: float) -> None:
    due = expiry.get("dueDate")
    if pg in _EXPIRING and not expiry:
        raise Refused(f"PGProviderError: {pg} wants {_EXPIRY}")
    if due is None:
        return
    if not re.fullmatch(_FORMS.get(pg, _SDK_TIME), str(due)):
        raise Refused(f"PGProviderError: {pg} does not read {_EXPIRY}.dueDate")
    if re.fullmatch(_ISO, str(due)) and datetime.fromisoformat(str(due)).timestamp() <= now:
        raise Refused(f"PGProviderError: {_EXPIRY}.dueDate is over")


def _check_period(pg: str, device: Device, parameters: Mapping[str, Any]) -> None:
    """Inicis and Welcome require a period on phones: both ends, or one of two intervals."""
    period = parameters.get("offerPeriod")
    if pg not in _TWO or (period is None and device != "MOBILE"):
        return
    span = (period or {}).get("range") or {}
    whole = span.get("from") and span.get("to") and span["from"] < span["to"]
    if not (whole or (period or {}).get("interval") in {"1m", "1y"}):
        raise Refused(f"PGProviderError: {pg} wants offerPeriod")


def _at(node: Any, path: str) -> list[Any]:
    """Every value at a path; of a list, that of each element, None where one has none."""
    name, _, rest = path.partition(".")
    found = list(_values(node, name))
    return found if not rest else [value for each in found for value in _at(each, rest)]


def _values(node: Any, name: str) -> Iterator[Any]:
    value = node.get(name) if isinstance(node, Mapping) else None
    if isinstance(value, list):
        yield from value
    else:
        yield value


def _value(node: Any, path: str) -> Any:
    return _at(node, path)[0]
