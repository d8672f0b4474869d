"""What is shown to a payer at the PG, as the strictest PG takes it (PortOne facts 12.3)."""

import codecs
from typing import Annotated

from pydantic import StringConstraints

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.entry.fields.texts import Written

NAME_BYTES = 40
EUC_KR = codecs.lookup("euc-kr")  # here, or the first order would import it
type Name = Annotated[str, Written, StringConstraints(min_length=1, max_length=NAME_BYTES)]


def checked_name(name: str, field: str = "name") -> str:
    """Refused, never cut (rule 1.6). Raises `InvalidRequest`."""
    try:
        size = len(EUC_KR.encode(name)[0])
    except UnicodeEncodeError:
        raise InvalidRequest(field=field, reason="not_euc_kr") from None
    if size > NAME_BYTES or not name.isprintable() or not name.strip():
        raise InvalidRequest(field=field, reason="too_long_or_unprintable")
    return name
