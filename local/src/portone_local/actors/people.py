"""Persons who verify themselves on a stack, for the tests of identity verification."""

from typing import Any

from portone_local.gateway.messages import Response
from portone_local.portone import IdentityWindow, Person
from portone_local.portone.identity.people import ADULT
from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack

USER = "user-1"
STRANGER = "user-2"
QUARTER = 15 * 60
REASON = {"purpose": "signup", "reason": "asked for support"}


def start(stack: Stack, user: str = USER, purpose: str = "signup", **body: Any) -> dict[str, Any]:
    """Start a verification; what the app hands to the SDK."""
    answer = stack.app(user).post("/identity-verifications", {"purpose": purpose, **body})
    if answer.status != 200:  # noqa: PLR2004 - OK  # noqa: PLR2004 - anything else is no verification
        raise LookupError(answer.body)
    found: dict[str, Any] = answer.json()
    return found


def id_of(window: dict[str, Any]) -> str:
    """The verification id of a window."""
    return str(window["identityVerificationId"])


def go_through(stack: Stack, window: dict[str, Any], person: Person = ADULT, **changes: Any) -> str:
    """The person goes through the window; the verification id."""
    visit = IdentityWindow.from_browser(window, person=person, **changes)
    stack.portone.buyer.verify_identity(id_of(window), visit)
    return id_of(window)


def done(
    stack: Stack, user: str = USER, person: Person = ADULT, purpose: str = "signup", **changes: Any
) -> str:
    """A verification the person completed and the app has not reported; its id."""
    provider = changes.pop("provider", None)
    window = start(stack, user, purpose, **({"provider": provider} if provider else {}))
    return go_through(stack, window, person, **changes)


def verify(stack: Stack, verification_id: str, user: str = USER) -> Response:
    """The app says done."""
    return stack.app(user).post(f"/identity-verifications/{verification_id}/verify")


def verified(stack: Stack, user: str = USER, person: Person = ADULT, **changes: Any) -> Response:
    """All of it."""
    return verify(stack, done(stack, user, person, **changes), user)


def me(stack: Stack, user: str = USER) -> dict[str, Any]:
    """Who the user is."""
    found: dict[str, Any] = stack.app(user).get("/me/verification").json()
    return found


def code(answer: Response) -> str:
    """The code of a refusal, or the status of what was none."""
    found: dict[str, Any] = answer.json()
    return str(found["error"]["code"]) if "error" in found else str(answer.status)


def typed(person: Person = ADULT, method: str = "SMS", **changes: Any) -> dict[str, Any]:
    """What the person types where there is no SDK."""
    return {
        "method": method,
        "operator": person.operator,
        "name": person.name,
        "phoneNumber": person.phone,
        "birthAndSex": person.birth_and_sex,
    } | changes


def press(stack: Stack, verification_id: str, button: str, body: object = None, user: str = USER) -> Response:
    """Press send, resend or confirm."""
    return stack.app(user).post(f"/identity-verifications/{verification_id}/{button}", body)


def erase(stack: Stack, user: str = USER) -> Response:
    """The shop has a person erased."""
    return stack.shop.post("/identity/erase", {"userId": user})


def reveal(stack: Stack, user: str = USER, **changes: Any) -> Response:
    """Staff looks at clear values."""
    return stack.staff.post("/ops/identity/reveal", {"userId": user} | REASON | changes)


def permit(stack: Stack, user: str = USER) -> Response:
    """Staff lets the user verify as another person."""
    return stack.staff.post("/ops/identity/replace", {"userId": user, "reason": "sold the account"})


def wait(stack: Stack, seconds: float) -> None:
    """Time passes without any action."""
    clock_of(stack).advance(seconds)


def sweep(stack: Stack) -> dict[str, Any]:
    """The timer."""
    found: dict[str, Any] = stack.functions.invoke("IdentitySweep", {})
    return found


def sent(stack: Stack, user: str = USER, provider: str = "DANAL") -> str:
    """A verification whose SMS was sent; its id."""
    verification_id = id_of(start(stack, user, provider=provider))
    answer = press(stack, verification_id, "send", typed(), user)
    if answer.status != 200:  # noqa: PLR2004 - OK
        raise LookupError(answer.body)
    return verification_id


def otp(stack: Stack, verification_id: str) -> dict[str, str]:
    """What the person types who reads the SMS."""
    return {"otp": stack.portone.buyer.otp_of(verification_id)}


def messages(stack: Stack) -> int:
    """What the messages of all verifications amount to at PortOne."""
    return sum(book.messages for book in stack.portone.verifications().values())


def message(answer: Response) -> str:
    """Whether a message was sent and confirmed, as it is answered."""
    return str(answer.json()["message"])


def state(stack: Stack, verification_id: str) -> str:
    """The same, read by the app."""
    return message(stack.app(USER).get(f"/identity-verifications/{verification_id}"))
