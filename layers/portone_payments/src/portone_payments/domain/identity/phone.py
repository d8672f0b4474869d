"""Phone numbers in one form, whatever form a person typed or a PG returned."""

import re

_NOT_DIGITS = re.compile(r"[^0-9]")
_COUNTRY, _WITHOUT_ZERO = "82", 10  # a mobile number without its leading zero has ten digits


def normal_phone(number: str) -> str:
    """Digits with the leading zero of a Korean number: +82 10-1234-5678 is 01012345678."""
    digits = _NOT_DIGITS.sub("", number)
    if digits.startswith(_COUNTRY) and len(digits) > _WITHOUT_ZERO:
        digits = digits.removeprefix(_COUNTRY)
    return "0" + digits if digits.startswith("1") and len(digits) == _WITHOUT_ZERO else digits
