"""CustomerInput of a body, and the Customer that answers make of it (PortOne facts 3.5, 6.3)."""

from typing import Any, Literal

from portone_local.portone.desk import Body


class _Separated(Body):
    first: str
    last: str


class _Name(Body):
    full: str | None = None
    separated: _Separated | None = None

    def shown(self) -> str | None:
        """One string."""
        if self.separated:
            return f"{self.separated.first} {self.separated.last}"
        return self.full


class _Address(Body):
    address_line1: str
    address_line2: str
    city: str | None = None
    province: str | None = None
    country: str | None = None

    def shown(self) -> dict[str, Any]:
        """SeparatedAddress of an answer."""
        given = self.model_dump(by_alias=True, exclude_none=True)
        return {"type": "SEPARATED", "oneLine": f"{self.address_line1} {self.address_line2}", **given}


class Customer(Body):
    """CustomerInput."""

    id: str | None = None
    name: _Name | None = None
    birth_year: str | None = None
    birth_month: str | None = None
    birth_day: str | None = None
    country: str | None = None
    gender: Literal["MALE", "FEMALE", "OTHER"] | None = None
    email: str | None = None
    phone_number: str | None = None
    address: _Address | None = None
    zipcode: str | None = None
    business_registration_number: str | None = None

    def shown(self) -> dict[str, Any]:
        """Customer of an answer; a country and a business number are not part of one."""
        own = {"name", "address", "country", "business_registration_number"}
        known = self.model_dump(by_alias=True, exclude_none=True, exclude=own)
        name = self.name.shown() if self.name else None
        if name is not None:
            known["name"] = name
        if self.address:
            known["address"] = self.address.shown()
        return known
