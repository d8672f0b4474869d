"""What can be wrong, each with a stable code. How it looks over HTTP is one table in entry/http.py."""

from typing import ClassVar

from portone_payments.domain.outcomes import Outcome


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


class OrderNotFound(BundleError):
    """No such order, or another user's: the two are indistinguishable."""

    code = "order_not_found"


class PaymentNotFound(BundleError):
    """No such payment, or another user's: the two are indistinguishable."""

    code = "payment_not_found"


class IdempotencyKeyReused(BundleError):
    """The same Idempotency-Key came with another body."""

    code = "idempotency_key_reused"


class OrderHasPayment(BundleError):
    """The order cannot change any more: a payment of it exists."""

    code = "order_has_payment"


class OrderExpired(BundleError):
    """The shop no longer offers this order."""

    code = "order_expired"


class OrderAlreadyPaid(BundleError):
    """The order is paid; there is nothing left to prepare."""

    code = "order_already_paid"


class NoPayMethod(BundleError):
    """Order and rules leave no pay method for this platform."""

    code = "no_pay_method"


class NotRefundable(BundleError):
    """The payment is in no state from which money can go back."""

    code = "not_refundable"


class RefundNotAllowed(BundleError):
    """The shop's policy does not let this caller refund this payment; `reason` says why."""

    code = "refund_not_allowed"


class RefundInProgress(BundleError):
    """Another refund of the payment is under way; this one used nothing up."""

    code = "refund_in_progress"


class RefundAboveBalance(BundleError):
    """More than can still be refunded."""

    code = "refund_above_balance"


class RefundIdReused(BundleError):
    """The same refundId came with another body."""

    code = "refund_id_reused"


class RefundNotFound(BundleError):
    """No such refund of this payment."""

    code = "refund_not_found"


class RefundAccountRequired(BundleError):
    """This pay method is refunded to a bank account, and none (or none that fits) was given."""

    code = "refund_account_required"


class RefundFailed(BundleError):
    """The refund took no effect; `reason` is the stable cause, the same id will not be tried again."""

    code = "refund_failed"


class NotApprovable(BundleError):
    """The payment is not on offer, or not in a state from which it can be approved."""

    code = "not_approvable"


class ApprovalInProgress(BundleError):
    """Another payment token is being approved; this one used nothing up."""

    code = "approval_in_progress"


class OutOfStock(BundleError):
    """The shop's stock hook said no, or did not answer; nothing was charged."""

    code = "out_of_stock"


class InvalidPaymentToken(BundleError):
    """PortOne does not know the payment token, or no longer; nothing was charged."""

    code = "invalid_payment_token"


class InformationMismatch(BundleError):
    """What the buyer authenticated is not what was ordered; nothing was charged."""

    code = "information_mismatch"


class ApprovalFailed(BundleError):
    """The approval took no effect; `reason` is the stable cause, the same token will not be tried again."""

    code = "approval_failed"


class CashReceiptNotAllowed(BundleError):
    """No cash receipt can be issued for this payment; `reason` says why."""

    code = "cash_receipt_not_allowed"


class CashReceiptExists(BundleError):
    """Another cash receipt stands; it has to be cancelled first."""

    code = "cash_receipt_exists"


class CashReceiptNotFound(BundleError):
    """The payment has no cash receipt, or none that stands."""

    code = "cash_receipt_not_found"


class CashReceiptFailed(BundleError):
    """The cash receipt was not issued or not cancelled; `reason` is the stable cause."""

    code = "cash_receipt_failed"


class NothingToResolve(BundleError):
    """The payment does not need a person, or not this decision."""

    code = "nothing_to_resolve"


class DiscrepancyNotFound(BundleError):
    """No such discrepancy."""

    code = "discrepancy_not_found"


class VerificationNotFound(BundleError):
    """No such verification, or another user's: the two are indistinguishable."""

    code = "verification_not_found"


class VerificationExpired(BundleError):
    """The quarter of an hour of this verification is over."""

    code = "verification_expired"


class VerificationUsed(BundleError):
    """The verification was used, and what it showed is no longer kept."""

    code = "verification_used"


class VerificationPending(BundleError):
    """The person has not finished the verification."""

    code = "verification_pending"


class VerificationFailed(BundleError):
    """The PG did not verify the person; `reason` is the stable cause."""

    code = "verification_failed"


class VerificationMismatch(BundleError):
    """What was verified is not what was started here; `reason` says in what."""

    code = "verification_mismatch"


class VerificationNotSent(BundleError):
    """Nothing was sent yet that could be repeated or confirmed."""

    code = "verification_not_sent"


class VerificationLimit(BundleError):
    """Too many verifications in a day, for this user or to this phone."""

    code = "verification_limit"


class SendFailed(BundleError):
    """The message to the person was not sent; `reason` is the stable cause."""

    code = "send_failed"


class OtpRefused(BundleError):
    """The PG refused the code; it may be typed again."""

    code = "otp_refused"


class IdentityIncomplete(BundleError):
    """The PG did not give what the purpose needs; `field` says what."""

    code = "identity_incomplete"


class UnderAge(BundleError):
    """The person is younger than the purpose allows."""

    code = "under_age"


class IdentityDuplicate(BundleError):
    """Another account holds this person; nothing hints at which."""

    code = "identity_duplicate"


class DifferentPerson(BundleError):
    """The account belongs to another person; only staff may replace."""

    code = "different_person"


class IdentityNotFound(BundleError):
    """Nothing is kept of this user's identity."""

    code = "identity_not_found"


class Unauthenticated(BundleError):
    """The request carries no identity the authorizer vouched for."""

    code = "unauthenticated"


class Forbidden(BundleError):
    """The caller is known and may not do this."""

    code = "forbidden"


class SignatureRejected(BundleError):
    """The delivery is not signed by PortOne with a secret we hold."""

    code = "signature_rejected"


class ApprovalRefused(BundleError):
    """PortOne asked whether to approve a payment, and the answer is no (PortOne facts 4.3)."""

    code = "approval_refused"


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
    """Others changed the same record each time we tried; the same request may be sent again."""

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


class StorageUnavailable(BundleError):
    """DynamoDB, SQS or KMS did not answer; the same request may be sent again."""

    code = "storage_unavailable"
    retryable = True


class PortOneError(Exception):
    """PortOne did not do what we asked; `outcome` says what we know. Never a message text or a URL."""

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
