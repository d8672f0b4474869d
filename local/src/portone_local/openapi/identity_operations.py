"""What the document says of the identity functions."""

from portone_local.openapi import identity_answers
from portone_local.openapi.operations import BODY, PAGE, READ, WRITTEN, Errors, Operation
from portone_payments.domain.errors import common as errors
from portone_payments.domain.errors import identity as identity_errors

_CALLED: Errors = (errors.ProviderUnavailable, errors.ProviderRefused, errors.SecretsUnavailable)
_OWN: Errors = (identity_errors.VerificationNotFound,)
_OPEN: Errors = (*_OWN, identity_errors.VerificationExpired, identity_errors.VerificationUsed)
_STATE = {200: identity_answers.VerificationState, 202: identity_answers.OpenVerificationState}

IDENTITY_OPERATIONS = {
    "start_verification": Operation(
        body="StartBody",
        answers={200: identity_answers.VerificationWindow},
        errors=(*BODY, identity_errors.VerificationLimit, *WRITTEN),
    ),
    "get_verification": Operation(
        answers={200: identity_answers.Verification},
        errors=(*_OWN, *READ),
    ),
    "verify_identity": Operation(
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
    "send_verification": Operation(
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
    "resend_verification": Operation(
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
    "confirm_verification": Operation(
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
    "get_my_identity": Operation(answers={200: identity_answers.MyVerification}, errors=READ),
    "preview_bypass": Operation(
        body="BypassBody", answers={200: identity_answers.BypassPreview}, errors=BODY
    ),
    "reveal_identity": Operation(
        body="RevealBody",
        answers={200: identity_answers.ClearFacts},
        errors=(*BODY, identity_errors.IdentityNotFound, *READ),
    ),
    "allow_replacement": Operation(
        body="ReplaceBody",
        answers={200: identity_answers.ReplacePermit},
        errors=(*BODY, identity_errors.IdentityNotFound, *WRITTEN),
    ),
    "list_duplicates": Operation(
        query=PAGE,
        answers={200: identity_answers.DuplicateAccounts},
        errors=(errors.InvalidRequest, *READ),
    ),
    "decide_duplicates": Operation(
        body="DecideBody",
        answers={200: identity_answers.Decided},
        errors=(
            *BODY,
            identity_errors.IdentityNotFound,
            identity_errors.IdentityDuplicatesChanged,
            *WRITTEN,
        ),
    ),
    "erase_identity": Operation(
        body="EraseBody", answers={200: identity_answers.Erased}, errors=(*BODY, *WRITTEN)
    ),
}
