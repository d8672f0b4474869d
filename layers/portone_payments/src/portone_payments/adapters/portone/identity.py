"""The PortOne client for identity verifications (ports_identity.IdentityPortOne, PortOne facts 9)."""

from functools import partial

from portone_payments.adapters.portone.call import PortOneCalls
from portone_payments.adapters.portone.identity_wire import (
    confirm_body,
    confirmed_of,
    send_body,
    verification_of,
)
from portone_payments.adapters.portone.texts import nothing_of
from portone_payments.domain.readings.outcome import IDENTITY_VERIFICATION_NOT_FOUND
from portone_payments.domain.readings.verification import VerificationReading
from portone_payments.ports.identity import SendCommand
from portone_payments.ports.world import Deadline

_ALL = "identity-verifications"


class IdentityClient(PortOneCalls):
    """PortOne's verifications. Every method raises PortOneError, which never quotes a person's data."""

    def get_identity_verification(
        self, verification_id: str, *, deadline: Deadline
    ) -> VerificationReading | None:
        """PortOne's reading now, None for 404 IDENTITY_VERIFICATION_NOT_FOUND."""
        return self._find(
            (_ALL, verification_id),
            read=partial(verification_of, verification_id),
            absent=IDENTITY_VERIFICATION_NOT_FOUND,
            deadline=deadline,
        )

    def send_identity_verification(
        self, verification_id: str, order: SendCommand, *, key: str, deadline: Deadline
    ) -> None:
        """Let the PG send an SMS or notify its app; documented for Danal and KCP."""
        self._send(
            "POST",
            (_ALL, verification_id, "send"),
            body=send_body(order, self._store_id),
            key=key,
            read=nothing_of,
            deadline=deadline,
        )

    def resend_identity_verification(self, verification_id: str, *, key: str, deadline: Deadline) -> None:
        """Send the SMS once more."""
        self._send(
            "POST",
            (_ALL, verification_id, "resend"),
            query={"storeId": self._store_id},
            key=key,
            read=nothing_of,
            deadline=deadline,
        )

    def confirm_identity_verification(
        self, verification_id: str, otp: str | None, *, key: str, deadline: Deadline
    ) -> VerificationReading:
        """Confirm with the code of the SMS, None where the app was used; returns the verification."""
        return self._send(
            "POST",
            (_ALL, verification_id, "confirm"),
            body=confirm_body(otp, self._store_id),
            key=key,
            read=partial(confirmed_of, verification_id),
            deadline=deadline,
        )
