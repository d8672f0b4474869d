"""Errors of identity verifications, each with a stable code."""

from portone_payments.domain.errors.common import BundleError, TooManyRequests


class VerificationNotFound(BundleError):
    """No such verification, or another user's: the two are indistinguishable."""

    code = "verification_not_found"


class VerificationExpired(BundleError):
    """The quarter of an hour of this verification is over."""

    code = "verification_expired"


class VerificationUsed(BundleError):
    """The verification was used, and its result is no longer stored."""

    code = "verification_used"


class VerificationPending(BundleError):
    """The person has not finished the verification."""

    code = "verification_pending"


class VerificationFailed(BundleError):
    """The PG did not verify the person; `reason` is the stable cause."""

    code = "verification_failed"


class VerificationMismatch(BundleError):
    """The verification is not the one that was started here; `reason` says what differs."""

    code = "verification_mismatch"


class VerificationNotSent(BundleError):
    """No message was sent yet that could be repeated or confirmed."""

    code = "verification_not_sent"


class VerificationLimit(TooManyRequests):
    """Too many verifications in a day, for this user or to this phone."""

    code = "verification_limit"


class SendFailed(BundleError):
    """The message to the person was not sent; `reason` is the stable cause."""

    code = "send_failed"


class OtpRefused(BundleError):
    """The PG refused the code; it may be typed again."""

    code = "otp_refused"


class IdentityIncomplete(BundleError):
    """The PG did not give a field that the purpose needs; `field` names it."""

    code = "identity_incomplete"


class UnderAge(BundleError):
    """The person is younger than the purpose allows."""

    code = "under_age"


class IdentityDuplicate(BundleError):
    """Another account holds this person; nothing hints at which."""

    code = "identity_duplicate"


class IdentityDuplicatesChanged(BundleError):
    """These accounts are not, or no longer, duplicates for staff to decide about."""

    code = "identity_duplicates_changed"


class DifferentPerson(BundleError):
    """The account belongs to another person; only staff may replace."""

    code = "different_person"


class IdentityNotFound(BundleError):
    """No identity of this user is stored."""

    code = "identity_not_found"
