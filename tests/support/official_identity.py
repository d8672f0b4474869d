"""PortOne's official client of verifications, and each step of a course with it."""

from collections.abc import Callable

from portone_server_sdk import identity_verification as sdk
from portone_server_sdk.errors import (
    ChannelNotFoundError,
    ForbiddenError,
    IdentityVerificationAlreadySentError,
    IdentityVerificationAlreadyVerifiedError,
    IdentityVerificationNotFoundError,
    IdentityVerificationNotSentError,
    InvalidRequestError,
    MaxTransactionCountReachedError,
    PgProviderError,
    UnauthorizedError,
)

from portone_local.portone import FakePortOne
from portone_local.portone.identity.people import ADULT
from portone_local.portone.identity.pg import DANAL_CHANNEL
from tests.support.identity_calls import IP_ADDRESS, VERIFICATION_ID

type Client = sdk.IdentityVerificationClient

type Step = Callable[[FakePortOne, Client], None]


def send_officially(
    client: Client, *, phone: str = ADULT.phone, channel: str | None = DANAL_CHANNEL.key
) -> None:
    """The official client has a code sent."""
    customer = sdk.SendIdentityVerificationBodyCustomer(
        id="user-1",
        name=ADULT.name,
        phone_number=phone,
        identity_number=ADULT.birth_and_sex,
        ip_address=IP_ADDRESS,
    )
    client.send_identity_verification(
        identity_verification_id=VERIFICATION_ID,
        channel_key=channel or "",
        customer=customer,
        custom_data="data",
        bypass={"danal": {"CPTITLE": "Example shop"}},
        operator=ADULT.operator,
        method="SMS",
    )


def verified(fake: FakePortOne, _: Client) -> None:
    """One that went through the window."""
    fake.buyer.verify_identity(VERIFICATION_ID)


def left(fake: FakePortOne, _: Client) -> None:
    """One that was begun and left."""
    fake.buyer.verify_identity(VERIFICATION_ID, half_way=True)


def tried(fake: FakePortOne, _: Client) -> None:
    """One whose person was refused."""
    for _try in range(fake.identity_rules.attempts):
        fake.buyer.verify_identity(VERIFICATION_ID, pg_code="9999")


def sent(_: FakePortOne, client: Client) -> None:
    """One whose code was sent."""
    send_officially(client)


def get(_: FakePortOne, client: Client) -> None:
    """Read it."""
    client.get_identity_verification(identity_verification_id=VERIFICATION_ID)


def resent(_: FakePortOne, client: Client) -> None:
    """Have its code sent again."""
    client.resend_identity_verification(identity_verification_id=VERIFICATION_ID)


def confirmed(_: FakePortOne, client: Client) -> None:
    """Hand over a code."""
    client.confirm_identity_verification(identity_verification_id=VERIFICATION_ID, otp="wrong")


def refusing(operation: str, kind: str) -> Step:
    """One that PortOne will refuse."""
    return lambda fake, _: fake.console.refuse_next(operation, kind)


def with_field(name: str, value: str) -> Step:
    """One with something wrong in a field."""
    return lambda _, client: setattr(client, name, value)


REFUSALS: dict[str, tuple[type[Exception], tuple[Step, ...]]] = {
    "get, unknown": (IdentityVerificationNotFoundError, (get,)),
    "get, another secret": (UnauthorizedError, (with_field("_secret", "example-other-secret"), get)),
    "send, channel": (
        ChannelNotFoundError,
        (lambda _, client: send_officially(client, channel="channel-key-other"),),
    ),
    "send, invalid": (
        InvalidRequestError,
        (lambda _, client: send_officially(client, phone="010-9000-0001"),),
    ),
    "send, nobody": (PgProviderError, (lambda _, client: send_officially(client, phone="01099999999"),)),
    "send, twice": (IdentityVerificationAlreadySentError, (sent, sent)),
    "send, verified": (IdentityVerificationAlreadyVerifiedError, (verified, sent)),
    "send, too often": (MaxTransactionCountReachedError, (tried, sent)),
    "send, unknown": (
        IdentityVerificationNotFoundError,
        (refusing("send_identity_verification", "IDENTITY_VERIFICATION_NOT_FOUND"), sent),
    ),
    "resend, unknown": (IdentityVerificationNotFoundError, (resent,)),
    "resend, not sent": (IdentityVerificationNotSentError, (left, resent)),
    "resend, verified": (IdentityVerificationAlreadyVerifiedError, (verified, resent)),
    "resend, PG": (
        PgProviderError,
        (sent, refusing("resend_identity_verification", "PG_PROVIDER"), resent),
    ),
    "confirm, unknown": (IdentityVerificationNotFoundError, (confirmed,)),
    "confirm, not sent": (IdentityVerificationNotSentError, (left, confirmed)),
    "confirm, verified": (IdentityVerificationAlreadyVerifiedError, (verified, confirmed)),
    "confirm, wrong code": (PgProviderError, (sent, confirmed)),
    "confirm, another store": (ForbiddenError, (with_field("_store_id", "store-other"), confirmed)),
}
