"""PortOne's official client verifies at the fake unchanged, and understands each of its errors."""

from collections.abc import Iterator

import pytest
from portone_server_sdk import identity_verification as sdk

from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_STORE, FakePortOne
from portone_local.portone.contract import Contract
from portone_local.portone.identity.people import ADULT
from tests.support.asking import recorded
from tests.support.identity_calls import VERIFICATION_ID
from tests.support.official_identity import REFUSALS, Client, Step, send_officially


@pytest.fixture
def official(base_url: str) -> Iterator[Client]:
    """The official client over real HTTP; it cannot be closed from outside."""
    client = sdk.IdentityVerificationClient(secret=EXAMPLE_SECRET, store_id=EXAMPLE_STORE, base_url=base_url)
    yield client
    client._sync_client.close()


def test_the_official_client_completes_a_verification_unchanged(
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


@pytest.mark.parametrize(("error", "steps"), REFUSALS.values(), ids=REFUSALS)
def test_the_official_client_understands_each_error(
    portone: FakePortOne, official: Client, error: type[Exception], steps: tuple[Step, ...]
) -> None:
    for step in steps[:-1]:
        step(portone, official)

    with pytest.raises(error):
        steps[-1](portone, official)
