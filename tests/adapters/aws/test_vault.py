"""What the vault encrypts is unreadable outside the context it was made for."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from portone_local.stack.ministack import FAKE_CREDENTIALS, REGION, MiniStack
from portone_local.twins.tables import PlainVault
from portone_payments.adapters.aws.vault import KmsVault
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.ports.world import Vault

CONTEXT = {"webhook": "wh_1"}


@pytest.fixture
def memory_vault() -> Vault:
    return PlainVault()


@pytest.fixture
def moto_vault() -> Iterator[Vault]:
    with mock_aws():
        client = boto3.client("kms", region_name=REGION, **FAKE_CREDENTIALS)
        yield KmsVault(client, client.create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def ministack_vault(ministack: MiniStack) -> Vault:
    client = ministack.client("kms")
    return KmsVault(client, client.create_key()["KeyMetadata"]["Arn"])


@pytest.fixture(params=["memory", "moto", pytest.param("ministack", marks=pytest.mark.ministack)])
def vault(request: pytest.FixtureRequest) -> Vault:
    found: Vault = request.getfixturevalue(f"{request.param}_vault")
    return found


def test_an_encrypted_text_reads_back_in_its_context(vault: Vault) -> None:
    ciphertext = vault.encrypt("billing-key-0001 빌링", context=CONTEXT)

    assert vault.decrypt(ciphertext, context=CONTEXT) == "billing-key-0001 빌링"


def test_a_ciphertext_shows_no_plaintext(vault: Vault) -> None:
    assert "billing-key-0001" not in vault.encrypt("billing-key-0001", context=CONTEXT)


def test_another_context_reads_nothing(vault: Vault) -> None:
    ciphertext = vault.encrypt("billing-key-0001", context=CONTEXT)

    with pytest.raises(StorageUnavailable):
        vault.decrypt(ciphertext, context={"webhook": "wh_2"})


@pytest.mark.parametrize("text", ["", "no base64!", "bm90IGEgY2lwaGVydGV4dA=="])
def test_a_text_that_was_never_encrypted_is_not_read(vault: Vault, text: str) -> None:
    with pytest.raises(StorageUnavailable):
        vault.decrypt(text, context=CONTEXT)
