"""What is sealed opens in its context only, as what its record says it is, and is noise without its key."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_local.stack.identity import MemoryKms
from portone_local.stack.ministack import MiniStack
from portone_payments.adapters.aws.envelope import BLOCK, KmsEnvelope
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.ports.identity import Wrapped

type Rearranged = Callable[[bytes, bytes], bytes]
CONTEXT = {"user": "user-1", "purpose": "signup"}
TAG = 16  # bytes, behind the text


@pytest.fixture(params=["memory", pytest.param("ministack", marks=pytest.mark.ministack)])
def kms(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return MemoryKms()
    found: MiniStack = request.getfixturevalue("ministack")
    return found.client("kms")


@pytest.fixture
def envelope() -> KmsEnvelope:
    return KmsEnvelope(MemoryKms(), "key/example")


def a_key(kms: Any) -> str:
    """A key of KMS, or a name for one in memory."""
    return kms.create_key()["KeyMetadata"]["Arn"] if hasattr(kms, "create_key") else "key/example"


def changed(sealed: Wrapped, part: str, change: Callable[[bytes], bytes]) -> Wrapped:
    """With other bytes in one of its parts."""
    bytes_of = base64.b64decode(getattr(sealed, part))
    return replace(sealed, **{part: base64.b64encode(change(bytes_of)).decode()})


def does_not_open(envelope: KmsEnvelope, sealed: Wrapped, context: dict[str, str] = CONTEXT) -> bool:
    """Whether it is refused for good, so that the rest of a record goes on."""
    try:
        envelope.open(sealed, context=context)
    except StorageUnavailable as error:
        return error.lasts
    return False


@pytest.mark.parametrize("text", ["", "홍길동", '{"ci":"x"}', "y" * (3 * BLOCK)])
def test_a_sealed_text_opens_again(kms: Any, text: str) -> None:
    envelope = KmsEnvelope(kms, a_key(kms))

    assert envelope.open(envelope.seal(text, context=CONTEXT), context=CONTEXT) == text


@given(text=st.text(max_size=400))
def test_any_text_survives_sealing_and_opening(text: str) -> None:
    envelope = KmsEnvelope(MemoryKms(), "key/example")

    assert envelope.open(envelope.seal(text, context=CONTEXT), context=CONTEXT) == text


@pytest.mark.parametrize("other", [{"user": "user-2"}, {"purpose": "adult"}])
def test_a_sealed_text_opens_for_no_other_user_and_no_other_purpose(kms: Any, other: dict[str, str]) -> None:
    envelope = KmsEnvelope(kms, a_key(kms))
    sealed = envelope.seal("홍길동", context=CONTEXT)

    with pytest.raises(StorageUnavailable):
        envelope.open(sealed, context=CONTEXT | other)


def test_a_sealed_text_is_bound_to_its_context_even_without_kms() -> None:
    class Careless(MemoryKms):
        """Unwraps whatever the context."""

        def decrypt(self, **asked: Any) -> dict[str, bytes]:
            plain, _ = self._wrapped[asked["CiphertextBlob"]]
            return {"Plaintext": plain}

    envelope = KmsEnvelope(Careless(), "key/example")
    sealed = envelope.seal("홍길동", context=CONTEXT)

    assert envelope.open(sealed, context=dict(reversed(CONTEXT.items()))) == "홍길동"
    assert does_not_open(envelope, sealed, CONTEXT | {"user": "user-2"})


def test_a_new_identity_key_opens_what_the_former_one_sealed(kms: Any) -> None:
    sealed = KmsEnvelope(kms, a_key(kms)).seal("홍길동", context=CONTEXT)

    assert KmsEnvelope(kms, a_key(kms)).open(sealed, context=CONTEXT) == "홍길동"


def test_two_seals_of_one_text_have_nothing_in_common(envelope: KmsEnvelope) -> None:
    first, second = (envelope.seal("홍길동", context=CONTEXT) for _ in range(2))

    assert first.key != second.key
    assert first.nonce != second.nonce
    assert first.text[:40] != second.text[:40]


def test_a_sealed_text_does_not_show_its_length(envelope: KmsEnvelope) -> None:
    lengths = {len(envelope.seal("x" * n, context=CONTEXT).text) for n in (0, 1, 500, 900)}

    assert len(lengths) == 1


@pytest.mark.parametrize("part", ["key", "text", "nonce"])
@pytest.mark.parametrize("at", [0, 11, -1])
def test_a_changed_bit_is_noticed(envelope: KmsEnvelope, part: str, at: int) -> None:
    def flipped(parts: bytes) -> bytes:
        other = bytearray(parts)
        other[at] ^= 1
        return bytes(other)

    assert does_not_open(envelope, changed(envelope.seal("홍길동", context=CONTEXT), part, flipped))


def cut(first: bytes, _: bytes) -> bytes:
    return first[:-TAG][:-BLOCK] + first[-TAG:]


def swapped(first: bytes, _: bytes) -> bytes:
    return first[BLOCK : 2 * BLOCK] + first[:BLOCK] + first[2 * BLOCK :]


def doubled(first: bytes, _: bytes) -> bytes:
    return first[:BLOCK] + first


def spliced(first: bytes, second: bytes) -> bytes:
    return first[:BLOCK] + second[BLOCK:]


@pytest.mark.parametrize("rearranged", [cut, swapped, doubled, spliced])
def test_no_piece_can_be_cut_off_moved_or_taken_from_another_text(
    envelope: KmsEnvelope, rearranged: Rearranged
) -> None:
    first, second = (envelope.seal(each * 3 * BLOCK, context=CONTEXT) for each in "xy")
    other = base64.b64decode(second.text)

    assert does_not_open(envelope, changed(first, "text", lambda text: rearranged(text, other)))


@pytest.mark.parametrize("parts", [("nonce",), ("key",), ("text",), ("key", "text"), ("text", "nonce")])
def test_an_older_text_replaces_a_newer_one_only_with_all_its_parts(
    envelope: KmsEnvelope, parts: tuple[str, ...]
) -> None:
    older, newer = (envelope.seal(name, context=CONTEXT) for name in ("홍길동", "김철수"))

    assert does_not_open(envelope, replace(newer, **{name: getattr(older, name) for name in parts}))


@pytest.mark.parametrize("length", [0, 1, TAG - 1, TAG, TAG + 1])
def test_a_too_short_text_does_not_open(envelope: KmsEnvelope, length: int) -> None:
    sealed = envelope.seal("홍길동", context=CONTEXT)

    assert does_not_open(envelope, changed(sealed, "text", lambda text: text[:length]))
    assert does_not_open(envelope, changed(sealed, "nonce", lambda nonce: nonce[:length]))


@pytest.mark.parametrize(
    "wrapped",
    [Wrapped("", "", ""), Wrapped("not base64!", "AA==", "AA=="), Wrapped("AA==", "AA==", "AA==")],
)
def test_a_text_that_was_never_sealed_does_not_open(envelope: KmsEnvelope, wrapped: Wrapped) -> None:
    assert does_not_open(envelope, wrapped)


def test_no_repr_shows_key_or_text(envelope: KmsEnvelope) -> None:
    sealed = envelope.seal("홍길동", context=CONTEXT)

    assert sealed.key not in repr(sealed)
    assert sealed.text not in repr(sealed)
