"""What is sealed opens in its context only, shows nothing, and is noise without its key."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_local.identity import MemoryKms
from portone_local.ministack import MiniStack
from portone_payments.adapters.envelope import DATA_KEY, PIECE, KmsEnvelope, opened_with, sealed_with
from portone_payments.domain.errors import StorageUnavailable
from portone_payments.ports_identity import Wrapped

type Rearranged = Callable[[list[str], list[str]], list[str]]
CONTEXT = {"user": "user-1", "purpose": "signup"}


@pytest.fixture(params=["memory", pytest.param("ministack", marks=pytest.mark.ministack)])
def kms(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return MemoryKms()
    found: MiniStack = request.getfixturevalue("ministack")
    return found.client("kms")


def a_key(kms: Any) -> str:
    """A key of KMS, or a name for one in memory."""
    return kms.create_key()["KeyMetadata"]["Arn"] if hasattr(kms, "create_key") else "key/example"


@pytest.mark.parametrize("text", ["", "홍길동", '{"ci":"x"}', "y" * (3 * PIECE)])
def test_what_was_sealed_opens_again(kms: Any, text: str) -> None:
    envelope = KmsEnvelope(kms, a_key(kms))

    assert envelope.open(envelope.seal(text, context=CONTEXT), context=CONTEXT) == text


@given(text=st.text(max_size=400))
def test_any_text_comes_back(text: str) -> None:
    envelope = KmsEnvelope(MemoryKms(), "key/example")

    assert envelope.open(envelope.seal(text, context=CONTEXT), context=CONTEXT) == text


@pytest.mark.parametrize("other", [{"user": "user-2"}, {"purpose": "adult"}])
def test_it_opens_for_no_other_user_and_no_other_purpose(kms: Any, other: dict[str, str]) -> None:
    envelope = KmsEnvelope(kms, a_key(kms))
    sealed = envelope.seal("홍길동", context=CONTEXT)

    with pytest.raises(StorageUnavailable):
        envelope.open(sealed, context=CONTEXT | other)


def test_a_new_identity_key_opens_what_the_one_before_sealed(kms: Any) -> None:
    sealed = KmsEnvelope(kms, a_key(kms)).seal("홍길동", context=CONTEXT)

    assert KmsEnvelope(kms, a_key(kms)).open(sealed, context=CONTEXT) == "홍길동"


def test_two_seals_of_one_text_have_nothing_in_common() -> None:
    envelope = KmsEnvelope(MemoryKms(), "key/example")

    first, second = (envelope.seal("홍길동", context=CONTEXT) for _ in range(2))

    assert first.key != second.key
    assert first.text[:40] != second.text[:40]


def test_a_sealed_text_does_not_show_its_length() -> None:
    envelope = KmsEnvelope(MemoryKms(), "key/example")

    lengths = {len(envelope.seal("x" * n, context=CONTEXT).text) for n in (0, 1, 500, 900)}

    assert len(lengths) == 1


@pytest.mark.parametrize("at", [0, PIECE - 1, PIECE, PIECE + 31])
def test_a_changed_bit_is_noticed(at: int) -> None:
    data_key = bytes(range(256)) * 4
    sealed = bytearray(sealed_with(data_key[:DATA_KEY], b"x" * PIECE, b"bound"))
    sealed[at] ^= 1

    with pytest.raises(StorageUnavailable):
        opened_with(data_key[:DATA_KEY], bytes(sealed), b"bound")


def cut(first: list[str], _: list[str]) -> list[str]:
    return first[:-1]


def swapped(first: list[str], _: list[str]) -> list[str]:
    return [first[1], first[0], *first[2:]]


def doubled(first: list[str], _: list[str]) -> list[str]:
    return [*first, first[-1]]


def spliced(first: list[str], second: list[str]) -> list[str]:
    return [*first[:-1], second[-1]]


@pytest.mark.parametrize("rearranged", [cut, swapped, doubled, spliced])
def test_no_piece_is_cut_off_put_elsewhere_or_taken_from_another_text(rearranged: Rearranged) -> None:
    envelope = KmsEnvelope(MemoryKms(), "key/example")
    first, second = (envelope.seal(each * 3 * PIECE, context=CONTEXT) for each in "xy")

    key, text = (
        ".".join(rearranged(left.split("."), right.split(".")))
        for left, right in ((first.key, second.key), (first.text, second.text))
    )

    with pytest.raises(StorageUnavailable):
        envelope.open(Wrapped(key, text), context=CONTEXT)


@pytest.mark.parametrize(
    "wrapped", [Wrapped("", ""), Wrapped("not base64!", "AA=="), Wrapped("AA==", "AA==")]
)
def test_what_was_never_sealed_does_not_open(wrapped: Wrapped) -> None:
    with pytest.raises(StorageUnavailable):
        KmsEnvelope(MemoryKms(), "key/example").open(wrapped, context=CONTEXT)


def test_no_repr_shows_key_or_text() -> None:
    sealed = KmsEnvelope(MemoryKms(), "key/example").seal("홍길동", context=CONTEXT)

    assert sealed.key not in repr(sealed)
    assert sealed.text not in repr(sealed)
