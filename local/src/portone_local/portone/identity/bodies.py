"""Bodies of `send` and `confirm` (PortOne facts 9)."""

from typing import Any, Literal

from pydantic import Field

from portone_local.portone.desk import Body
from portone_local.portone.exchange import ApiError
from portone_local.portone.identity.pg import INICIS, KCP


class _Customer(Body):
    """SendIdentityVerificationBodyCustomer."""

    name: str = Field(min_length=1, repr=False)
    phone_number: str = Field(pattern=r"^\d{9,11}$", repr=False)
    ip_address: str = Field(min_length=1, repr=False)
    identity_number: str | None = Field(default=None, pattern=r"^\d{7}$", repr=False)
    id: str | None = None

    def announced(self) -> dict[str, Any]:
        """Who is to be verified, in the words of the answers."""
        given = {"name": self.name, "phoneNumber": self.phone_number, "identityNumber": self.identity_number}
        return {name: value for name, value in given.items() if value is not None}

    def shown(self) -> dict[str, str]:
        """What an answer shows as requestedCustomer."""
        shown = {"id": self.id, "name": self.name, "phoneNumber": self.phone_number}
        return {name: value for name, value in shown.items() if value is not None}


class SendBody(Body):
    """SendIdentityVerificationBody; documented for Danal and KCP."""

    channel_key: str
    customer: _Customer
    operator: Literal["SKT", "KT", "LGU", "SKT_MVNO", "KT_MVNO", "LGU_MVNO"]
    method: Literal["SMS", "APP"]
    store_id: str | None = None
    custom_data: str | None = None
    bypass: dict[str, Any] = Field(default_factory=dict)

    def check(self, provider: str) -> None:
        """ApiError INVALID_REQUEST for what this PG does not take."""
        kcp = self.bypass.get("kcpV2", {}).get("media_type") in {"MC01", "MC02"}
        if provider == INICIS or (provider == KCP and not kcp):
            raise ApiError("INVALID_REQUEST", "the channel does not take this over REST")
        if self.method == "SMS" and self.customer.identity_number is None:
            raise ApiError("INVALID_REQUEST", "SMS needs identityNumber")


class ConfirmBody(Body):
    """ConfirmIdentityVerificationBody."""

    store_id: str | None = None
    otp: str | None = Field(default=None, repr=False)
