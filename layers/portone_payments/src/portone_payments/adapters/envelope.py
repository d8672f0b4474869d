"""Envelope encryption without a cipher library: data keys of KMS, as long as what they seal, used once.

Each piece of a text is XORed with a fresh random data key of its length (a one-time pad), and the rest of
that key authenticates it (HMAC-SHA-256), together with the context, its number and the keys of all pieces:
none can be cut off, put elsewhere or taken from another text. KMS wraps the key under the identity key, bound
to the context. Pieces have one size: a sealed text does not show how long a name is. Without its wrapped key
it is noise.
"""

import base64
import hmac
import json
from collections.abc import Iterable
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
        pieces = _pieces(plaintext.encode())
        made = [self._data_key(context) for _ in pieces]
        wrapped = [key for key, _ in made]
        texts = [
            sealed_with(data_key, piece, _bound(context, wrapped, number))
            for number, (piece, (_, data_key)) in enumerate(zip(pieces, made, strict=True))
        ]
        return Wrapped(_joined(wrapped), _joined(texts))

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
        padded = b"".join(
            opened_with(self._unwrapped(key, context), text, _bound(context, keys, number))
            for number, (key, text) in enumerate(pieces)
        )
        length = int.from_bytes(padded[:LENGTH])
        return padded[LENGTH : LENGTH + length].decode()

    def _data_key(self, context: dict[str, str]) -> tuple[bytes, bytes]:
        """A new one, wrapped and plain."""
        with answered("kms"):
            made = self._client.generate_data_key(
                KeyId=self._key_arn, NumberOfBytes=DATA_KEY, EncryptionContext=context
            )
        return made["CiphertextBlob"], made["Plaintext"]

    def _unwrapped(self, key: bytes, context: dict[str, str]) -> bytes:
        with answered("kms"):
            answer = self._client.decrypt(CiphertextBlob=key, EncryptionContext=context)
        plain: bytes = answer["Plaintext"]
        return plain


def sealed_with(data_key: bytes, piece: bytes, bound: bytes) -> bytes:
    """One piece under a data key that is used for nothing else, authenticated with what it is bound to."""
    hidden = _xor(piece, data_key[:PIECE])
    return hidden + _mac(data_key, hidden, bound)


def opened_with(data_key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """The piece. Raises `StorageUnavailable` when a bit of it was changed, or what it is bound to."""
    hidden, mac = sealed[:PIECE], sealed[PIECE:]
    if len(data_key) != DATA_KEY or not hmac.compare_digest(mac, _mac(data_key, hidden, bound)):
        raise StorageUnavailable(service="kms", reason="sealed_text_changed")
    return _xor(hidden, data_key[:PIECE])


def _pieces(plain: bytes) -> list[bytes]:
    padded = len(plain).to_bytes(LENGTH) + plain
    count = -(-len(padded) // PIECE)
    whole = padded.ljust(count * PIECE, b"\0")
    return [whole[at : at + PIECE] for at in range(0, len(whole), PIECE)]


def _bound(context: dict[str, str], keys: list[bytes], number: int) -> bytes:
    """The context, which piece it is, and of which text: no two texts have the same data keys."""
    return json.dumps([context, number, [key.hex() for key in keys]], sort_keys=True).encode()


def _joined(parts: Iterable[bytes]) -> str:
    return ".".join(base64.b64encode(part).decode() for part in parts)


def _mac(data_key: bytes, hidden: bytes, bound: bytes) -> bytes:
    return hmac.digest(data_key[PIECE:], bound + b"\0" + hidden, "sha256")


def _xor(left: bytes, right: bytes) -> bytes:
    mixed = int.from_bytes(left) ^ int.from_bytes(right)
    return mixed.to_bytes(len(left))
