"""The fake's verifications and the official client's calls, held against PortOne's OpenAPI document."""

from collections.abc import Callable, Iterator

import httpx
import pytest
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

from portone_local.clock import MovableClock
from portone_local.portone import (
    EXAMPLE_SECRET,
    EXAMPLE_STORE,
    FakePortOne,
    IdentityUnknowns,
    Optionals,
    Unknowns,
    operations,
)
from portone_local.portone.api import Exchange
from portone_local.portone.contract import Contract
from portone_local.portone.identity.people import ADULT
from portone_local.portone.identity.pg import DANAL, DANAL_CHANNEL, INICIS, KCP
from portone_local.testing.identity_calls import IP_ADDRESS, VERIFICATION_ID, confirm, read, resend, send

type Client = sdk.IdentityVerificationClient
type Step = Callable[[FakePortOne, Client], None]

STATES: dict[str, Callable[[FakePortOne], object]] = {
    "READY": lambda fake: fake.buyer.verify_identity(VERIFICATION_ID, half_way=True),
    "FAILED": lambda fake: fake.buyer.verify_identity(VERIFICATION_ID, pg_code="9999"),
    "VERIFIED": lambda fake: fake.buyer.verify_identity(VERIFICATION_ID, custom_data="data"),
}
SETTINGS = IdentityUnknowns.all_settings()


def recorded(fake: FakePortOne) -> list[Exchange]:
    seen: list[Exchange] = []
    fake.api.watchers.append(seen.append)
    return seen


@pytest.fixture
def official(base_url: str) -> Iterator[Client]:
    """The official client over real HTTP; it cannot be closed from outside."""
    client = sdk.IdentityVerificationClient(secret=EXAMPLE_SECRET, store_id=EXAMPLE_STORE, base_url=base_url)
    yield client
    client._sync_client.close()


def send_officially(
    client: Client, *, phone: str = ADULT.phone, channel: str | None = DANAL_CHANNEL.key
) -> None:
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


@pytest.mark.parametrize("optionals", Optionals)
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_answered_as_the_document_says(
    contract: Contract,
    clock: MovableClock,
    client_of: Callable[[FakePortOne], httpx.Client],
    state: str,
    optionals: Optionals,
) -> None:
    fake = FakePortOne(clock=clock, seed=3, optionals=optionals)
    seen = recorded(fake)
    STATES[state](fake)
    client = client_of(fake)

    answer = read(client)
    client.get("/identity-verifications")

    assert answer["status"] == state
    assert [problem for exchange in seen for problem in contract.problems(exchange)] == []


@pytest.mark.parametrize("provider", [DANAL, KCP, INICIS])
@pytest.mark.parametrize("app", ["PASS", "KAKAO", "NAVER"])
def test_every_pg_is_answered_as_the_document_says(
    contract: Contract, portone: FakePortOne, client: httpx.Client, provider: str, app: str
) -> None:
    seen = recorded(portone)
    portone.identity_rules.danal_extra = True
    portone.buyer.verify_identity(VERIFICATION_ID, provider=provider, app=app)

    read(client)

    assert contract.problems(seen[0]) == []


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_the_whole_course_keeps_to_the_document_under_every_setting(
    contract: Contract,
    clock: MovableClock,
    client_of: Callable[[FakePortOne], httpx.Client],
    settings: IdentityUnknowns,
) -> None:
    fake = FakePortOne(clock=clock, seed=7, unknowns=Unknowns(identity=settings))
    seen, client = recorded(fake), client_of(fake)

    send(client, channelKey="channel-key-other")
    send(client)
    send(client)
    resend(client)
    code = fake.buyer.otp_of(VERIFICATION_ID)
    confirm(client, otp="wrong")
    confirm(client, otp=code)
    confirm(client, otp=code)
    read(client)
    client.get("/identity-verifications", params={"requestBody": '{"page":{"number":0,"size":10}}'})

    assert {exchange.route.operation for exchange in seen if exchange.route} == {
        name for name in operations() if "identity" in name
    }
    assert [problem for exchange in seen for problem in contract.problems(exchange)] == []


def test_the_official_client_goes_the_whole_way_unchanged(
    portone: FakePortOne, official: Client, contract: Contract
) -> None:
    seen = recorded(portone)

    send_officially(official)
    official.resend_identity_verification(identity_verification_id=VERIFICATION_ID)
    ready = official.get_identity_verification(identity_verification_id=VERIFICATION_ID)
    answer = official.confirm_identity_verification(
        identity_verification_id=VERIFICATION_ID, otp=portone.buyer.otp_of(VERIFICATION_ID)
    )
    verified = official.get_identity_verification(identity_verification_id=VERIFICATION_ID)

    assert isinstance(ready, sdk.ReadyIdentityVerification)
    assert isinstance(verified, sdk.VerifiedIdentityVerification)
    assert answer.identity_verification == verified
    assert verified.verified_customer.ci == ADULT.ci
    assert [problem for exchange in seen for problem in contract.problems(exchange)] == []


def test_the_official_client_lists_unchanged(portone: FakePortOne, official: Client) -> None:
    portone.buyer.verify_identity(VERIFICATION_ID)

    page = official.get_identity_verifications()

    assert [type(item).__name__ for item in page.items] == ["VerifiedIdentityVerification"]


def verified(fake: FakePortOne, _: Client) -> None:
    fake.buyer.verify_identity(VERIFICATION_ID)


def left(fake: FakePortOne, _: Client) -> None:
    fake.buyer.verify_identity(VERIFICATION_ID, half_way=True)


def tried(fake: FakePortOne, _: Client) -> None:
    for _try in range(fake.identity_rules.attempts):
        fake.buyer.verify_identity(VERIFICATION_ID, pg_code="9999")


def sent(_: FakePortOne, client: Client) -> None:
    send_officially(client)


def get(_: FakePortOne, client: Client) -> None:
    client.get_identity_verification(identity_verification_id=VERIFICATION_ID)


def resent(_: FakePortOne, client: Client) -> None:
    client.resend_identity_verification(identity_verification_id=VERIFICATION_ID)


def confirmed(_: FakePortOne, client: Client) -> None:
    client.confirm_identity_verification(identity_verification_id=VERIFICATION_ID, otp="wrong")


def refusing(operation: str, kind: str) -> Step:
    return lambda fake, _: fake.console.refuse_next(operation, kind)


def with_field(name: str, value: str) -> Step:
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


@pytest.mark.parametrize(("error", "steps"), REFUSALS.values(), ids=REFUSALS)
def test_the_official_client_understands_each_error(
    portone: FakePortOne, official: Client, error: type[Exception], steps: tuple[Step, ...]
) -> None:
    for step in steps[:-1]:
        step(portone, official)

    with pytest.raises(error):
        steps[-1](portone, official)


def test_each_documented_error_of_an_operation_is_played(contract: Contract) -> None:
    documented = {
        kind
        for operation in ("getIdentityVerification", "sendIdentityVerification")
        for kind in contract.error_types(operation)
    } | set(contract.error_types("confirmIdentityVerification"))

    played = {error.__name__ for error, _ in REFUSALS.values()}

    assert {"".join(part.capitalize() for part in kind.split("_")) + "Error" for kind in documented} == played
