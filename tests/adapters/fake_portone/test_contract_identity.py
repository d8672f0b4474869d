"""The fake's verifications, compared with PortOne's OpenAPI document."""

from collections.abc import Callable

import httpx
import pytest

from portone_local.portone import FakePortOne, IdentityUnknowns, Optionals, Unknowns, operations
from portone_local.portone.contract import Contract
from portone_local.portone.identity.pg import DANAL, INICIS, KCP
from portone_local.twins.clock import MovableClock
from tests.support.asking import recorded
from tests.support.identity_calls import VERIFICATION_ID, confirm, read, resend, send
from tests.support.official_identity import REFUSALS

STATES: dict[str, Callable[[FakePortOne], object]] = {
    "READY": lambda fake: fake.buyer.verify_identity(VERIFICATION_ID, half_way=True),
    "FAILED": lambda fake: fake.buyer.verify_identity(VERIFICATION_ID, pg_code="9999"),
    "VERIFIED": lambda fake: fake.buyer.verify_identity(VERIFICATION_ID, custom_data="data"),
}

SETTINGS = IdentityUnknowns.all_settings()


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


def test_each_documented_error_of_an_operation_is_played(contract: Contract) -> None:
    documented = {
        kind
        for operation in ("getIdentityVerification", "sendIdentityVerification")
        for kind in contract.error_types(operation)
    } | set(contract.error_types("confirmIdentityVerification"))

    played = {error.__name__ for error, _ in REFUSALS.values()}

    assert {"".join(part.capitalize() for part in kind.split("_")) + "Error" for kind in documented} == played
