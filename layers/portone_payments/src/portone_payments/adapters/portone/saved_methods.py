"""PortOne's description of a saved payment method, as its owner may see it (PortOne facts 6.2)."""

import re
from typing import Any

from portone_payments.adapters.portone.texts import Sieve, text_of
from portone_payments.domain.readings.billing_key import SavedMethod
from portone_payments.domain.readings.methods import PayMethod

KINDS = {
    "BillingKeyPaymentMethodCard": PayMethod.CARD,
    "BillingKeyPaymentMethodMobile": PayMethod.MOBILE,
    "BillingKeyPaymentMethodEasyPay": PayMethod.EASY_PAY,
    "BillingKeyPaymentMethodPaypal": PayMethod.PAYPAL,
    "BillingKeyPaymentMethodTransfer": PayMethod.TRANSFER,
}
MOST_DIGITS = 12
"""Of a masked number: a card's first eight and last four."""


def saved_method_of(raw: Any) -> SavedMethod | None:
    """The first of a key's `methods`; None where PortOne names none."""
    first = raw[0] if isinstance(raw, list) and raw else None
    if not isinstance(first, dict):
        return None
    method = first.get("method")
    inside = method if isinstance(method, dict) else first
    card, sieve = inside.get("card"), Sieve()
    number = (
        sieve.number(card, "number")
        or sieve.number(inside, "phoneNumber")
        or sieve.number(inside, "accountNumber")
    )
    return SavedMethod(
        kind=KINDS.get(text_of(first, "type") or "", PayMethod.UNRECOGNISED),
        provider=sieve.word(first, "provider"),
        card_name=sieve.name(card, "name"),
        issuer=sieve.word(card, "issuer") or sieve.word(inside, "bank"),
        brand=sieve.word(card, "brand"),
        number=None if number is None else masked(number),
    )


def masked(number: str) -> str:
    """As PortOne masks it; a number it does not mask, or hardly, keeps only its last four digits."""
    digits = len(re.findall(r"\d", number))
    if "*" in number and digits <= MOST_DIGITS:
        return number
    return re.sub(r"\d(?=(?:\D*\d){4})", "*", number)
