"""How verifications and persons are shown."""

import re
from collections.abc import Mapping
from typing import Any

from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.errors.identity import VerificationNotFound
from portone_payments.domain.identity.bypass import BypassOptions, built_bypass, bypass_for
from portone_payments.domain.identity.masking import masked
from portone_payments.domain.records.identity import Attempt, AttemptState, Person, SendState
from portone_payments.entry.fields.bypass import BypassBody
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.payments import time_view
from portone_payments.entry.wiring.identity import IdentityDeps
from portone_payments.flows.identity.start import started_mark
from portone_payments.ports.identity import Access

VERIFICATION_ID = re.compile(r"[0-9A-Za-z]{1,64}")


def verification_id(request: Request) -> str:
    """The path's verificationId. Raises `VerificationNotFound` for one that cannot be."""
    found = request.path("verificationId")
    if not VERIFICATION_ID.fullmatch(found):
        raise VerificationNotFound
    return found


def window_view(attempt: Attempt, deps: IdentityDeps, prefill: Mapping[str, str]) -> dict[str, Any]:
    """What `PortOne.requestIdentityVerification` needs, and when it ends (PortOne facts 12.1)."""
    rules = deps.identity.rules
    purpose = rules.purposes[attempt.purpose]
    return {
        "storeId": attempt.store_id,
        "channelKey": rules.channels[attempt.provider],
        "identityVerificationId": attempt.verification_id,
        "customer": {"customerId": attempt.customer_id, **prefill},
        "redirectUrl": deps.identity.identity_redirect_url or None,
        "customData": started_mark(attempt),
        "bypass": bypass_for(attempt.provider, purpose.bypass.get(attempt.provider), min_age=purpose.min_age),
        "expiresAt": time_view(attempt.expires_at),
    }


def bypass_view(body: BypassBody) -> dict[str, Any]:
    """The `bypass` that such options make. Raises `InvalidRequest`."""
    options = BypassOptions(
        title=body.title, min_age=body.min_age, carriers=tuple(body.carriers), extra=body.extra
    )
    return built_bypass(body.provider, options, server_side=body.server_side, media=body.media)


def access_by(
    request: Request,
    now: float,
    *,
    act: str,
    user_id: str,
    reason: str,
    purpose: str | None = None,
) -> Access:
    """What a member of staff is about to do about a person, as the access log records it first."""
    return Access(
        act=act,
        by=request.caller.name,
        user_id=user_id,
        purpose=purpose,
        reason=reason,
        request_id=request.id,
        at=now,
    )


def state_view(attempt: Attempt, now: float) -> dict[str, Any]:
    """Where a verification stands."""
    over = attempt.state is AttemptState.OPEN and attempt.expires_at <= now
    return {
        "verificationId": attempt.verification_id,
        "purpose": attempt.purpose,
        "provider": attempt.provider,
        "state": (AttemptState.EXPIRED if over else attempt.state).value,
        "message": attempt.sending.state.value if attempt.sending else None,
        "expiresAt": time_view(attempt.expires_at),
        "usedAt": time_view(attempt.used_at),
    }


def message_answer(attempt: Attempt, now: float) -> dict[str, Any]:
    """200 when the outcome of the message is known, 202 with a status URL while it is not."""
    view = state_view(attempt, now)
    if attempt.sending is None or attempt.sending.state is not SendState.UNKNOWN:
        return answer(200, view)
    status_url = f"/identity-verifications/{attempt.verification_id}"
    return answer(202, {**view, "statusUrl": status_url}, retry_after="5")


def person_view(person: Person | None, deps: IdentityDeps) -> dict[str, Any]:
    """Who the caller is as far as it is verified, masked."""
    now = deps.clock.now()
    kept = sorted(
        name for name, sealed in (person.purposes if person else {}).items() if sealed.expires_at > now
    )
    shown = [purpose_view(person, name, deps) for name in kept] if person else []
    return {
        "verified": bool(kept),
        "purposes": [each for each in shown if each is not None],
        "checkedAt": time_view(now),
    }


def purpose_view(person: Person, purpose: str, deps: IdentityDeps) -> dict[str, Any] | None:
    """What is known for one purpose, masked; None once its time is over, and where it does not open."""
    try:
        facts = deps.sealer.facts(person, purpose, deps.clock.now())
    except StorageUnavailable as error:
        if not error.lasts:
            raise
        deps.skips.skip("person", person.user_id, error)
        return None
    if facts is None:
        return None
    sealed = person.purposes[purpose]
    return {
        "purpose": purpose,
        "provider": sealed.provider,
        "verifiedAt": time_view(sealed.verified_at),
        "expiresAt": time_view(sealed.expires_at),
        "facts": masked(facts),
        "unverified": list(sealed.unverified),
    }
