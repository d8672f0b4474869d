"""How a verification looks in `GET /identity-verifications/{id}`: the union of PortOne facts 9."""

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

from portone_local.portone.answers import PaymentAnswers, drop
from portone_local.portone.identity.records import IdentityAttempt, IdentityRecord, IdentityStatus

_MAY_BE_ABSENT = (
    *("channel.id", "channel.key", "channel.name", "channel"),
    *("failure.reason", "failure.pgCode", "failure.pgMessage"),
    *("requestedCustomer.id", "requestedCustomer.name", "requestedCustomer.phoneNumber"),
    *("requestedCustomer.birthYear", "requestedCustomer.birthMonth", "requestedCustomer.birthDay"),
    *(f"verifiedCustomer.{name}" for name in ("id", "birthDate", "gender", "phoneNumber", "operator")),
    *(f"verifiedCustomer.{name}" for name in ("isForeigner", "ci", "di")),
)


@dataclass(frozen=True)
class IdentityAnswers:
    """Renders verifications; `common` draws what is left open, as it does for payments."""

    common: PaymentAnswers

    def __call__(self, record: IdentityRecord, at: float) -> dict[str, Any] | None:
        """The verification as GET answers it at epoch second `at`; None while nothing can be read."""
        attempt = record.shown
        if attempt is None:
            return None
        name = record.verification_id
        answer = self._in_all(name, attempt, at) | self._by_status(name, attempt)
        for path in _MAY_BE_ABSENT:
            self.common.leave_out(answer, path, name)
        for path in attempt.without:
            drop(answer, path)
        return answer

    def _in_all(self, name: str, attempt: IdentityAttempt, at: float) -> dict[str, Any]:
        stamp = partial(self.common.stamp, name)
        data = {} if attempt.custom_data is None else {"customData": attempt.custom_data}
        return {
            "status": attempt.status.value,
            "id": name,
            "channel": attempt.channel.as_answer(),
            "requestedAt": stamp("requestedAt", attempt.requested_at),
            "updatedAt": stamp("updatedAt", at),
            "statusChangedAt": stamp("statusChangedAt", attempt.changed_at),
            "version": "V2",
            **data,
        }

    def _by_status(self, name: str, attempt: IdentityAttempt) -> dict[str, Any]:
        if attempt.status is IdentityStatus.VERIFIED:
            return {
                "verifiedCustomer": dict(attempt.given),
                "verifiedAt": self.common.stamp(name, "verifiedAt", attempt.changed_at),
                "pgTxId": f"pg-{attempt.tx_id}",
                "pgRawResponse": json.dumps({"RETURNCODE": "0000", **attempt.given}, ensure_ascii=False),
            }
        asked = {"requestedCustomer": dict(attempt.customer)}
        return asked | ({"failure": dict(attempt.failure)} if attempt.failure else {})
