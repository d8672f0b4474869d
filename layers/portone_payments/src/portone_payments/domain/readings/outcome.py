"""What an answer of PortOne to a mutating call means for us: one pure function (rule 3.1)."""

from enum import StrEnum

KEY_WINDOW = 165 * 60
FORGOTTEN = 190 * 60
QUIET = 60


class Outcome(StrEnum):
    """The classes of rule 3.1."""

    ANSWER = "answer"
    NO_EFFECT = "no_effect"
    REFUSED = "refused"
    ALREADY_DONE = "already_done"
    IN_FLIGHT = "in_flight"
    PG_ANSWER = "pg_answer"
    UNKNOWN = "unknown"


OUTSTANDING = "IDEMPOTENCY_OUTSTANDING_REQUEST"
PAYMENT_NOT_FOUND = "PAYMENT_NOT_FOUND"
CASH_RECEIPT_NOT_FOUND = "CASH_RECEIPT_NOT_FOUND"
IDENTITY_VERIFICATION_NOT_FOUND = "IDENTITY_VERIFICATION_NOT_FOUND"
BILLING_KEY_NOT_FOUND = "BILLING_KEY_NOT_FOUND"
ALREADY_DONE = frozenset({"ALREADY_PAID", "PAYMENT_ALREADY_CANCELLED", "BILLING_KEY_ALREADY_DELETED"})
PG_ANSWERS = frozenset({"PG_PROVIDER", "CHANNEL_SPECIFIC"})
CREDENTIAL_TYPES = {401: "UNAUTHORIZED", 403: "FORBIDDEN"}
UNAUTHORIZED = "unauthorized"
# PortOne's errors where our own settings are wrong: nobody declined anything (rule 10.13)
_OURS = frozenset({"channel_not_found", "profile_settings_not_found"})
OUR_FAULTS = _OURS | {kind.lower() for kind in CREDENTIAL_TYPES.values()}

# Every other `type` PortOne documents, by its one HTTP status (facts 10). All of them mean "no effect".
NO_EFFECT_TYPES: dict[int, frozenset[str]] = {
    400: frozenset(
        {
            "INVALID_REQUEST",
            "INVALID_PAYMENT_TOKEN",
            "PROMOTION_PAY_METHOD_DOES_NOT_MATCH",
            "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT",
            "MAX_TRANSACTION_COUNT_REACHED",
            "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT",
            "PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED",
            "MAX_WEBHOOK_RETRY_COUNT_REACHED",
            "MAX_TTL_EXCEEDED",
        }
    ),
    404: frozenset(
        {
            PAYMENT_NOT_FOUND,
            "CHANNEL_NOT_FOUND",
            BILLING_KEY_NOT_FOUND,
            "BILLING_KEY_NOT_ISSUED",
            "PAYMENT_SCHEDULE_NOT_FOUND",
            "PAYMENT_CANCELLATION_NOT_FOUND",
            "WEBHOOK_NOT_FOUND",
            IDENTITY_VERIFICATION_NOT_FOUND,
            "IDENTITY_VERIFICATION_NOT_SENT",
            CASH_RECEIPT_NOT_FOUND,
            "CASH_RECEIPT_NOT_ISSUED",
            "PROMOTION_NOT_FOUND",
            "SESSION_NOT_FOUND",
            "PROFILE_SETTINGS_NOT_FOUND",
        }
    ),
    409: frozenset(
        {
            "ALREADY_PAID_OR_WAITING",
            "INFORMATION_MISMATCH",
            "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT",
            "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT",
            "BILLING_KEY_ALREADY_ISSUED",
            "PAYMENT_SCHEDULE_ALREADY_EXISTS",
            "PAYMENT_SCHEDULE_ALREADY_PROCESSED",
            "PAYMENT_SCHEDULE_ALREADY_REVOKED",
            "PAYMENT_NOT_PAID",
            "PAYMENT_NOT_WAITING_FOR_DEPOSIT",
            "PAYMENT_CANCELLATION_NOT_PENDING",
            "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN",
            "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT",
            "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT",
            "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT",
            "MAX_CANCEL_COUNT_REACHED",
            "IDENTITY_VERIFICATION_ALREADY_SENT",
            "IDENTITY_VERIFICATION_ALREADY_VERIFIED",
            "CASH_RECEIPT_ALREADY_ISSUED",
        }
    ),
}

# errors about a charge's payment method or paymentId: any other refusal of a charge is an error of ours
_NOT_OURS = frozenset({"MAX_TRANSACTION_COUNT_REACHED", BILLING_KEY_NOT_FOUND})
# a payment method that exists, or is not known to be gone: it belongs to another store or secret
KEYS_NOT_FOUND = "billing_keys_not_found"
_OF_CHARGES = {kind.lower() for kinds in NO_EFFECT_TYPES.values() for kind in kinds - _NOT_OURS}
CHARGE_FAULTS = OUR_FAULTS | _OF_CHARGES | {KEYS_NOT_FOUND}


def our_fault(status: int | None, error_type: str | None) -> str | None:
    """The code of an answer that is an error of ours, None for any other; in our spelling."""
    if status in CREDENTIAL_TYPES:
        return CREDENTIAL_TYPES[status].lower()
    code = (error_type or "").lower()
    return code if code in _OURS else None


def charge_fault(status: int | None, error_type: str | None) -> str | None:
    """As `our_fault`, of a charge: its customer sent nothing that PortOne could refuse (rule 10.13)."""
    if outcome_of(status, error_type) is not Outcome.NO_EFFECT or error_type in _NOT_OURS:
        return our_fault(status, error_type)
    return (error_type or "").lower()


def outcome_of(status: int | None, error_type: str | None) -> Outcome:
    """Classify an answer by HTTP status and PortOne's `type`; `status` None means no answer."""
    if status == 200:  # noqa: PLR2004 - PortOne's only success status (facts 1.1)
        return Outcome.ANSWER
    if status in CREDENTIAL_TYPES:
        return Outcome.REFUSED
    if error_type in ALREADY_DONE:
        return Outcome.ALREADY_DONE
    if error_type == OUTSTANDING:
        return Outcome.IN_FLIGHT
    if status == 502 and error_type in PG_ANSWERS:  # noqa: PLR2004 - a decline looks like an outage (facts 6.3)
        return Outcome.PG_ANSWER
    if status in NO_EFFECT_TYPES and error_type in NO_EFFECT_TYPES[status]:
        return Outcome.NO_EFFECT
    return Outcome.UNKNOWN
