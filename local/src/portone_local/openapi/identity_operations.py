"""What the document says of the identity functions."""

from portone_local.openapi import identity_answers
from portone_local.openapi.operations import BODY, PAGE, READ, STAFF, USER, WRITTEN, Errors, Operation
from portone_payments.domain import errors, identity_errors

_CALLED: Errors = (errors.ProviderUnavailable, errors.ProviderRefused, errors.SecretsUnavailable)
_OWN: Errors = (*USER, identity_errors.VerificationNotFound)
_OPEN: Errors = (*_OWN, identity_errors.VerificationExpired, identity_errors.VerificationUsed)
_STATE = {200: identity_answers.VerificationState, 202: identity_answers.OpenVerificationState}

IDENTITY_OPERATIONS = {
    "identity_start": Operation(
        body="StartBody",
        answers={200: identity_answers.VerificationWindow},
        errors=(*BODY, *USER, identity_errors.VerificationLimit, *WRITTEN),
    ),
    "identity_status": Operation(
        answers={200: identity_answers.Verification},
        errors=(*_OWN, *READ),
    ),
    "identity_verify": Operation(
        answers={200: identity_answers.Verification},
        errors=(
            *_OPEN,
            identity_errors.VerificationPending,
            identity_errors.VerificationFailed,
            identity_errors.VerificationMismatch,
            identity_errors.IdentityIncomplete,
            identity_errors.UnderAge,
            identity_errors.IdentityDuplicate,
            identity_errors.DifferentPerson,
            identity_errors.VerificationLimit,
            *_CALLED,
            *WRITTEN,
        ),
    ),
    "identity_send": Operation(
        body="SendBody",
        answers=_STATE,
        errors=(
            *BODY,
            *_OPEN,
            identity_errors.SendFailed,
            identity_errors.VerificationLimit,
            *_CALLED,
            *WRITTEN,
        ),
    ),
    "identity_resend": Operation(
        answers=_STATE,
        errors=(
            *_OPEN,
            identity_errors.VerificationNotSent,
            identity_errors.SendFailed,
            identity_errors.VerificationLimit,
            *_CALLED,
            *WRITTEN,
        ),
    ),
    "identity_confirm": Operation(
        body="OtpBody",
        answers=_STATE,
        errors=(
            *BODY,
            *_OPEN,
            identity_errors.VerificationNotSent,
            identity_errors.VerificationFailed,
            identity_errors.OtpRefused,
            identity_errors.VerificationLimit,
            *_CALLED,
            *WRITTEN,
        ),
    ),
    "identity_me": Operation(answers={200: identity_answers.MyVerification}, errors=(*USER, *READ)),
    "identity_bypass": Operation(
        body="BypassBody", answers={200: identity_answers.BypassPreview}, errors=(*BODY, *STAFF)
    ),
    "identity_reveal": Operation(
        body="RevealBody",
        answers={200: identity_answers.ClearFacts},
        errors=(*BODY, *STAFF, identity_errors.IdentityNotFound, *READ),
    ),
    "identity_replace": Operation(
        body="ReplaceBody",
        answers={200: identity_answers.ReplacePermit},
        errors=(*BODY, *STAFF, identity_errors.IdentityNotFound, *WRITTEN),
    ),
    "identity_duplicates": Operation(
        query=PAGE,
        answers={200: identity_answers.DuplicateAccounts},
        errors=(errors.InvalidRequest, *STAFF, *READ),
    ),
    "identity_decide": Operation(
        body="DecideBody",
        answers={200: identity_answers.Decided},
        errors=(
            *BODY,
            *STAFF,
            identity_errors.IdentityNotFound,
            identity_errors.IdentityDuplicatesChanged,
            *WRITTEN,
        ),
    ),
    "identity_erase": Operation(
        body="EraseBody", answers={200: identity_answers.Erased}, errors=(*BODY, *WRITTEN)
    ),
}
