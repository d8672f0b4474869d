"""A buyer in a body: who buys, or saves a pay method, for windows that require it (PortOne facts 12.1)."""

from typing import Annotated

from pydantic import StringConstraints

from portone_payments.domain.windows.buyer import NOBODY, Buyer
from portone_payments.entry.fields.dates import Day, checked_birth
from portone_payments.entry.fields.texts import Written
from portone_payments.entry.request import Body

type Person = Annotated[str, Written, StringConstraints(min_length=1, max_length=50, pattern=r"\S")]
type Email = Annotated[str, StringConstraints(max_length=100, pattern=r"^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$")]
type Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9-]{7,19}$")]


class BuyerBody(Body):
    """Each only where it is known; sealed at rest, dropped once the order is paid or over."""

    name: Person | None = None
    email: Email | None = None
    phone: Phone | None = None
    birth_date: Day | None = None


def buyer_in(body: BuyerBody | None) -> Buyer:
    """The buyer, an empty one where none was named. Raises `InvalidRequest`."""
    if body is None:
        return NOBODY
    born = body.birth_date and checked_birth(body.birth_date, "buyer.birthDate").isoformat()
    return Buyer(name=body.name, email=body.email, phone=body.phone, birth_date=born)
