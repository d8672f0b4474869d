"""Closed sets and amounts at the door: what the models take is what docs/openapi.json says, one name each."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from portone_payments.domain.refunds.banks import BANKS

type Currency = Literal["JPY", "KRW", "USD"]
type OrderMethod = Literal[
    "CARD",
    "VIRTUAL_ACCOUNT",
    "TRANSFER",
    "MOBILE",
    "EASY_PAY",
    "GIFT_CERTIFICATE",
    "PAYPAL",
    "ALIPAY",
    "ALIPAY_PLUS",
]
type BillingMethod = Literal["CARD", "MOBILE", "EASY_PAY", "PAYPAL", "TRANSFER"]
type ProductKind = Literal["PHYSICAL", "DIGITAL"]
type OfferInterval = Literal["1m", "1y"]
type GiftCertificate = Literal["BOOKNLIFE", "CULTURELAND", "SMART_MUNSANG"]
type Platform = Literal["web", "ios", "android", "react-native", "flutter"]
type Media = Literal["web", "mobile"]
type Carrier = Literal["SKT", "KT", "LGU", "SKT_MVNO", "KT_MVNO", "LGU_MVNO"]
type SendMethod = Literal["SMS", "APP"]
type IdentityProvider = Literal["DANAL", "KCP", "KCP_V2", "INICIS_UNIFIED"]
type ReceiptType = Literal["PERSONAL", "CORPORATE"]
type ChangeWhen = Literal["now", "period_end"]
# the least and the most of any currency; each has its own sane maximum (domain.money)
type AskedAmount = Annotated[int, Field(ge=1, le=10_000_000_000, description="minor units")]
type PartOfAmount = Annotated[int, Field(ge=0, le=10_000_000_000, description="minor units")]

# by PortOne's REST names and by those of the app's SDK (PortOne facts 12.4)
BANK_NAMES = BANKS | {f"{bank}_BANK" for bank in BANKS}


def _bank(name: str) -> str:
    if name not in BANK_NAMES:
        raise PydanticCustomError("unknown_bank", "no bank by this name")
    return name


type Bank = Annotated[str, AfterValidator(_bank), Field(json_schema_extra={"enum": sorted(BANK_NAMES)})]
