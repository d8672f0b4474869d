"""The shapes of answers about verifications and persons."""

from typing import Any, Literal, NotRequired, TypedDict

from pydantic import with_config

from portone_local.openapi.shapes import CLOSED, Cursor, Time

type YesNo = Literal["yes", "no"]
type Stage = Literal["OPEN", "USED", "EXPIRED"]
type MessageState = Literal["UNKNOWN", "SENT", "FAILED", "CONFIRMED"]


@with_config(CLOSED)
class Prefill(TypedDict):
    """What the window shows already."""

    customer_id: str
    full_name: NotRequired[str]
    phone_number: NotRequired[str]


@with_config(CLOSED)
class VerificationWindow(TypedDict):
    """Everything `PortOne.requestIdentityVerification` needs."""

    store_id: str
    channel_key: str
    identity_verification_id: str
    customer: Prefill
    redirect_url: str | None
    custom_data: str
    bypass: dict[str, dict[str, Any]]
    expires_at: Time


@with_config(CLOSED)
class Facts(TypedDict, total=False):
    """What is known of a person; for the person itself masked."""

    name: str
    birth_date: str
    gender: str
    phone: str
    operator: str
    foreigner: YesNo
    adult: YesNo


@with_config(CLOSED)
class VerifiedFor(TypedDict):
    """What a verification showed; `unverified` names facts the person may have typed."""

    purpose: str
    provider: str
    verified_at: Time
    expires_at: Time
    facts: Facts
    unverified: list[str]


@with_config(CLOSED)
class VerificationState(TypedDict):
    """Where a verification stands; `message` is what is known of the server-side flow's last call."""

    verification_id: str
    purpose: str
    provider: str
    state: Stage
    message: MessageState | None
    expires_at: Time
    used_at: Time | None


@with_config(CLOSED)
class OpenVerificationState(VerificationState):
    """The outcome is not known yet; only the person presses again."""

    status_url: str


@with_config(CLOSED)
class Verification(VerificationState):
    """A verification, with what it showed once it is used."""

    verified: VerifiedFor | None


@with_config(CLOSED)
class MyVerification(TypedDict):
    """Who the caller is as far as it is verified."""

    verified: bool
    purposes: list[VerifiedFor]
    checked_at: Time


@with_config(CLOSED)
class BypassPreview(TypedDict):
    """A PG's own options as they would be sent."""

    bypass: dict[str, dict[str, Any]]


@with_config(CLOSED)
class StaffAct(TypedDict):
    """What staff did about a person; `reason` is null where it can no longer be read."""

    act: str
    by: str
    at: Time
    reason: str | None


@with_config(CLOSED)
class ClearFacts(TypedDict):
    """What is known of a person, in clear, and what staff did about them, oldest first."""

    facts: Facts
    history: list[StaffAct]


@with_config(CLOSED)
class ReplacePermit(TypedDict):
    """Until when the user may verify as another person."""

    permitted_until: Time


@with_config(CLOSED)
class HeldAccount(TypedDict):
    """An account, and since when it is known to be the person's."""

    user_id: str
    since: Time


@with_config(CLOSED)
class Duplicates(TypedDict):
    """Accounts that are one person, the oldest first, at most ten; `more`: there are others."""

    accounts: list[HeldAccount]
    more: bool
    since: Time


@with_config(CLOSED)
class DuplicateAccounts(TypedDict):
    """A page of accounts that staff has to decide about."""

    duplicates: list[Duplicates]
    cursor: Cursor


@with_config(CLOSED)
class Decided(TypedDict):
    """Which accounts may stay, and in which there is nobody any more."""

    kept: list[str]
    ended: list[str]


@with_config(CLOSED)
class Erased(TypedDict):
    """Nothing of the person can be read any more; `found`: whether anything could."""

    erased: Literal[True]
    found: bool
