"""Encryption of personal data under a KMS key, bound to a context it can only be read in."""

import base64
import binascii
from typing import Any

from portone_payments.adapters.aws.clients import answered
from portone_payments.domain.errors.common import StorageUnavailable


class KmsVault:
    """The real `Vault`, over a low-level boto3 KMS client; plaintexts of at most 4 kB."""

    def __init__(self, client: Any, key_arn: str) -> None:
        self._client = client
        self._key_arn = key_arn

    def encrypt(self, plaintext: str, *, context: dict[str, str]) -> str:
        """The ciphertext as base64. Raises `StorageUnavailable`."""
        with answered("kms"):
            answer = self._client.encrypt(
                KeyId=self._key_arn, Plaintext=plaintext.encode(), EncryptionContext=context
            )
        return base64.b64encode(answer["CiphertextBlob"]).decode()

    def decrypt(self, ciphertext: str, *, context: dict[str, str]) -> str:
        """The plaintext, in the context it was encrypted in. Raises `StorageUnavailable`."""
        try:
            blob = base64.b64decode(ciphertext, validate=True)
        except binascii.Error:
            raise StorageUnavailable(service="kms", reason="not_a_ciphertext") from None
        with answered("kms"):
            answer = self._client.decrypt(KeyId=self._key_arn, CiphertextBlob=blob, EncryptionContext=context)
        plaintext: bytes = answer["Plaintext"]
        return plaintext.decode()
