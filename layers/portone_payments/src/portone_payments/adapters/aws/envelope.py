"""Envelope encryption: a data key of KMS for each text, XChaCha20-Poly1305 (libsodium, by PyNaCl) under it.

KMS wraps the data key under the identity key, bound to the context; the context and the wrapped key are also
the text's associated data. Each text has its own key and its own nonce, and the record that stores it stores
the nonce apart: so the record names its current text, and no older one passes for it. A text is one message,
padded to whole blocks: no part can be cut, moved or copied from another, and its length does not reveal a
name's. Without its wrapped key it cannot be read.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    randombytes,
    sodium_pad,
    sodium_unpad,
)
from nacl.exceptions import CryptoError

from portone_payments.adapters.aws.clients import answered
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.ports.identity import Wrapped

FORMAT = "1"
BLOCK = 1024  # bytes


class KmsEnvelope:
    """The real `Envelope`, over a low-level boto3 KMS client.

    Unwrapping names no key, so that texts under an earlier identity key stay readable; the function's role
    limits which keys those may be. `random` returns so many bytes.
    """

    def __init__(self, client: Any, key_arn: str, random: Callable[[int], bytes] = randombytes) -> None:
        self._client = client
        self._key_arn = key_arn
        self._random = random

    def seal(self, plaintext: str, *, context: dict[str, str]) -> Wrapped:
        """The sealed text. Raises `StorageUnavailable`."""
        with answered("kms"):
            made = self._client.generate_data_key(
                KeyId=self._key_arn,
                NumberOfBytes=crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
                EncryptionContext=context,
            )
        wrapped = made["CiphertextBlob"]
        nonce = self._random(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
        text = crypto_aead_xchacha20poly1305_ietf_encrypt(
            sodium_pad(plaintext.encode(), BLOCK), _bound(context, wrapped), nonce, made["Plaintext"]
        )
        return Wrapped(*(base64.b64encode(each).decode() for each in (wrapped, text, nonce)))

    def open(self, wrapped: Wrapped, *, context: dict[str, str]) -> str:
        """The plaintext, in the context it was sealed in. Raises `StorageUnavailable`."""
        parts = (wrapped.key, wrapped.text, wrapped.nonce)
        try:
            key, text, nonce = (base64.b64decode(each, validate=True) for each in parts)
        except ValueError:
            raise StorageUnavailable(service="kms", reason="not_a_ciphertext") from None
        with answered("kms"):
            answer = self._client.decrypt(CiphertextBlob=key, EncryptionContext=context)
        try:
            padded = crypto_aead_xchacha20poly1305_ietf_decrypt(
                text, _bound(context, key), nonce, answer["Plaintext"]
            )
            return sodium_unpad(padded, BLOCK).decode()
        except (CryptoError, ValueError):  # the latter for fewer bytes than a tag has
            raise StorageUnavailable(service="kms", reason="sealed_text_changed") from None


def _bound(context: dict[str, str], wrapped: bytes) -> bytes:
    """The associated data of a text."""
    return json.dumps([FORMAT, context, wrapped.hex()], sort_keys=True).encode()
