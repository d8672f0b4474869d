"""Envelope encryption without a cipher library: data keys of KMS, as long as what they seal, used once.

Each piece of a text is XORed with a fresh random data key of its length (a one-time pad), and the rest of
that key authenticates it (HMAC-SHA-256). KMS wraps the key under the identity key, bound to the context.
Pieces have one size: a sealed text does not show how long a name is. Without its wrapped key it is noise.
"""

import base64
import hmac
import json
from typing import Any

from portone_payments.adapters.aws import answered
from portone_payments.domain.errors import StorageUnavailable
from portone_payments.ports_identity import Wrapped

PIECE = 960
MAC_KEY = 32
DATA_KEY = PIECE + MAC_KEY  # bytes; KMS gives at most 1,024
LENGTH = 4


class KmsEnvelope:
    """The real `Envelope`, over a low-level boto3 KMS client.

    Unwrapping names no key, so that what an earlier identity key wrapped stays readable; which keys those may
    be, the function's role says.
    """

    def __init__(self, client: Any, key_arn: str) -> None:
        self._client = client
        self._key_arn = key_arn

    def seal(self, plaintext: str, *, context: dict[str, str]) -> Wrapped:
        """The sealed text. Raises `StorageUnavailable`."""
        sealed = [self._piece(piece, context) for piece in _pieces(plaintext.encode())]
        return Wrapped(
            *(
                ".".join(base64.b64encode(part).decode() for part in parts)
                for parts in zip(*sealed, strict=True)
            )
        )

    def open(self, wrapped: Wrapped, *, context: dict[str, str]) -> str:
        """The plaintext, in the context it was sealed in. Raises `StorageUnavailable`."""
        try:
            keys, texts = (
                [base64.b64decode(part, validate=True) for part in each.split(".")]
                for each in (wrapped.key, wrapped.text)
            )
            pieces = list(zip(keys, texts, strict=True))
        except ValueError:
            raise StorageUnavailable(service="kms", reason="not_a_ciphertext") from None
        padded = b"".join(self._opened(key, text, context) for key, text in pieces)
        length = int.from_bytes(padded[:LENGTH])
        return padded[LENGTH : LENGTH + length].decode()

    def _piece(self, piece: bytes, context: dict[str, str]) -> tuple[bytes, bytes]:
        with answered("kms"):
            made = self._client.generate_data_key(
                KeyId=self._key_arn, NumberOfBytes=DATA_KEY, EncryptionContext=context
            )
        return made["CiphertextBlob"], sealed_with(made["Plaintext"], piece, context)

    def _opened(self, key: bytes, text: bytes, context: dict[str, str]) -> bytes:
        with answered("kms"):
            answer = self._client.decrypt(CiphertextBlob=key, EncryptionContext=context)
        return opened_with(answer["Plaintext"], text, context)


def sealed_with(data_key: bytes, piece: bytes, context: dict[str, str]) -> bytes:
    """One piece under a data key that is used for nothing else."""
    hidden = _xor(piece, data_key[:PIECE])
    return hidden + _mac(data_key, hidden, context)


def opened_with(data_key: bytes, sealed: bytes, context: dict[str, str]) -> bytes:
    """The piece. Raises `StorageUnavailable` when a bit of it was changed."""
    hidden, mac = sealed[:PIECE], sealed[PIECE:]
    if len(data_key) != DATA_KEY or not hmac.compare_digest(mac, _mac(data_key, hidden, context)):
        raise StorageUnavailable(service="kms", reason="sealed_text_changed")
    return _xor(hidden, data_key[:PIECE])


def _pieces(plain: bytes) -> list[bytes]:
    padded = len(plain).to_bytes(LENGTH) + plain
    count = -(-len(padded) // PIECE)
    whole = padded.ljust(count * PIECE, b"\0")
    return [whole[at : at + PIECE] for at in range(0, len(whole), PIECE)]


def _mac(data_key: bytes, hidden: bytes, context: dict[str, str]) -> bytes:
    bound = json.dumps(context, sort_keys=True).encode()
    return hmac.digest(data_key[PIECE:], bound + b"\0" + hidden, "sha256")


def _xor(left: bytes, right: bytes) -> bytes:
    mixed = int.from_bytes(left) ^ int.from_bytes(right)
    return mixed.to_bytes(len(left))
