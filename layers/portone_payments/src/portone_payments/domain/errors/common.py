"""Errors of requests and of services behind us, each with a stable code.

One table in entry/responses.py maps them to HTTP.
"""

from typing import ClassVar

from portone_payments.domain.readings.outcome import Outcome


class BundleError(Exception):
    """The base of every error this bundle answers with."""

    code: ClassVar[str]
    retryable: ClassVar[bool] = False

    def __init__(self, **data: object) -> None:
        super().__init__(self.code)
        self.data = data


class InvalidRequest(BundleError):
    """A field is missing, unknown, of the wrong type or out of range; `field` and `reason` say which."""

    code = "invalid_request"


class IdempotencyKeyReused(BundleError):
    """The same Idempotency-Key came with another body."""

    code = "idempotency_key_reused"


class TooManyRequests(BundleError):
    """A user has used an allowance up for now; `allowance` names it, nothing was sent."""

    code = "too_many_requests"
    retryable = True


class Unauthenticated(BundleError):
    """The request carries no identity the authorizer vouched for."""

    code = "unauthenticated"


class Forbidden(BundleError):
    """The caller is known and may not do this."""

    code = "forbidden"


class SignatureRejected(BundleError):
    """The delivery is not signed by PortOne with a secret we hold; `reason` NO_MATCH where none matches."""

    code = "signature_rejected"
    NO_MATCH = "no_matching_signature"


class PayloadTooLarge(BundleError):
    """The body is above the size cap."""

    code = "payload_too_large"


class UnsupportedMediaType(BundleError):
    """The content type is not one this route reads."""

    code = "unsupported_media_type"


class MethodNotAllowed(BundleError):
    """The HTTP method is not one this route answers."""

    code = "method_not_allowed"


class Busy(BundleError):
    """Other writes changed the same record at each attempt; the same request may be sent again."""

    code = "busy"
    retryable = True


class ProviderUnavailable(BundleError):
    """PortOne did not answer in time; the same request may be sent again."""

    code = "provider_unavailable"
    retryable = True


class ProviderRefused(BundleError):
    """PortOne refuses our credential or our request: an operator has to look."""

    code = "provider_refused"
    retryable = True


class SecretsUnavailable(BundleError):
    """Secrets Manager did not answer and the last good value is too old."""

    code = "secrets_unavailable"
    retryable = True


# for a text that is malformed, altered, or sealed in another context: KMS's codes and ours
UNREADABLE = frozenset(
    {"not_a_ciphertext", "sealed_text_changed", "InvalidCiphertextException", "IncorrectKeyException"}
)


class StorageUnavailable(BundleError):
    """DynamoDB, SQS or KMS did not answer; the same request may be sent again."""

    code = "storage_unavailable"
    retryable = True

    @property
    def lasts(self) -> bool:
        """Whether a sealed text does not open, now or at a retry."""
        return self.data.get("reason") in UNREADABLE


class PortOneError(Exception):
    """PortOne did not carry out a request; `outcome` says what we know. Never a message text or a URL."""

    def __init__(
        self,
        outcome: Outcome,
        *,
        error_type: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        pg_code: str | None = None,
    ) -> None:
        super().__init__(f"{outcome} {error_type or '-'} {status or '-'} {request_id or '-'}")
        self.pg_code = pg_code
        self.outcome = outcome
        self.error_type = error_type
        self.status = status
        self.request_id = request_id
