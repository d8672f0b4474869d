"""The seeded corpus of malformed deliveries, cross-checked with two verifiers that are not ours."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import time_machine
from portone_server_sdk import webhook as sdk
from standardwebhooks import Webhook

from portone_payments.adapters.portone.webhook import MAX_BODY, raw_body, read_delivery, single_headers
from portone_payments.domain.errors.common import InvalidRequest, PayloadTooLarge, SignatureRejected
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.ports.world import WebhookSecrets
from tests.support.deliveries import Case, function_url_event
from tests.support.delivery_corpus import CHANGES, HARMLESS, corpus

SIZE = int(os.environ.get("CORPUS_CASES", "20000"))
SEED = 20260102

# Where both other verifiers accept and we do not: by the change that leads there, and why.
STRICTER = {
    "unusable_secret": "they drop what is not Base64 and verify with the rest",
    "hostile_id_signed": "the id becomes a database key: printable ASCII without space or comma, 256 at most",
    "respell_signature": "they decode a signature with foreign characters in it or around it",
    "malformed_entry": "they decode a MAC that is padded twice",
    "cut_header": "what is left of an entry is no Base64 of a whole MAC",
    "flip_header": "the last Base64 character of a MAC has two bits that decoding ignores",
}
# Where one of the two refuses and we do not; PortOne's JavaScript library takes both (PortOne facts 17).
LAXER = {
    "without_padding": "the padding of a MAC says nothing",
    "cut_header": "only the padding was cut off",
    "flip_header": "what was flipped is another entry, or what parted two",
    "respell_signature": "what was respelled is another entry",
    "malformed_entry": "each entry is judged by itself, whatever stands before it",
    "pasted_secret": "a secret without its padding, or with the line feed of a paste",
    "blanks_around": "two blanks between entries are one",
    "repeat_header": "each entry of a header given twice is judged by itself",
    "spell_header_twice": "each entry of a header given twice is judged by itself",
}


@dataclass
class Verdicts:
    """What the three verifiers answered for each case; None where ours refused, `raised` what it raised."""

    ours: list[tuple[Case, Delivery | None]] = field(default_factory=list)
    raised: list[tuple[Case, Exception]] = field(default_factory=list)
    library: list[bool] = field(default_factory=list)
    official: list[bool] = field(default_factory=list)

    def fresh(self) -> Iterator[tuple[Case, bool, bool]]:
        for (case, found), library, official in zip(self.ours, self.library, self.official, strict=True):
            if found and found.fresh:
                yield case, library, official


def ours(case: Case, found: Verdicts) -> Delivery | None:
    event = function_url_event(case.headers, case.body, encode="flip_body" in case.changes)
    try:
        return read_delivery(
            method="POST",
            headers=single_headers(event),
            body=raw_body(event),
            secrets=WebhookSecrets(signing=case.secrets),
            now=case.now,
            tolerance=300,
        )
    except (SignatureRejected, InvalidRequest, PayloadTooLarge):
        return None
    except Exception as error:  # noqa: BLE001 - the test below wants them all
        found.raised.append((case, error))
        return None


def any_secret(case: Case, verify: Callable[[str, str, dict[str, str]], bool]) -> bool:
    try:
        text = case.body.decode()
    except UnicodeDecodeError:
        return False
    headers = single_headers({"headers": case.headers})
    return any(verify(secret, text, headers) for secret in case.secrets)


def library(secret: str, text: str, headers: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(text, headers, json_parse=False)
    except Exception:  # noqa: BLE001 - it lets ValueError, binascii.Error and more through
        return False
    return True


def official(secret: str, text: str, headers: dict[str, str]) -> bool:
    try:
        sdk.verify(secret, text, headers)
    except (sdk.WebhookVerificationError, sdk.InvalidInputError, UnicodeEncodeError):
        return False
    except (ValueError, RecursionError):
        # BODY_READ_AFTER_MATCH: it verifies first, then fails to read the body.
        return True
    return True


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    found = Verdicts()
    with time_machine.travel(datetime(2026, 1, 2, tzinfo=UTC), tick=False) as clock:
        for case in corpus(seed=SEED, size=SIZE):
            clock.move_to(case.now)
            found.ours.append((case, ours(case, found)))
            found.library.append(any_secret(case, library))
            found.official.append(any_secret(case, official))
    return found


def test_the_corpus_is_large_uses_every_change_and_repeats_itself(verdicts: Verdicts) -> None:
    used = {name for case, _ in verdicts.ours for name in case.changes}

    assert len(verdicts.ours) >= 10_000
    assert used == set(CHANGES)
    assert [case for case, _ in verdicts.ours[:500]] == list(corpus(seed=SEED, size=500))


def test_nothing_but_a_documented_refusal_is_raised(verdicts: Verdicts) -> None:
    assert verdicts.raised == []


def test_nothing_forged_is_accepted(verdicts: Verdicts) -> None:
    forged = [case for case, found in verdicts.ours if found and not case.authentic]

    assert forged == []


def test_a_delivery_we_accept_as_fresh_passes_both_other_verifiers_but_for_a_named_reason(
    verdicts: Verdicts,
) -> None:
    accepted = list(verdicts.fresh())

    assert len(accepted) > SIZE / 20
    alone = [case for case, library, official in accepted if not (library and official)]
    assert [case for case in alone if not LAXER.keys() & set(case.changes)] == []


def test_a_delivery_both_other_verifiers_accept_is_refused_only_for_a_named_reason(
    verdicts: Verdicts,
) -> None:
    refused = [
        case
        for (case, found), library, official in zip(
            verdicts.ours, verdicts.library, verdicts.official, strict=True
        )
        if library and official and not found and len(case.body) <= MAX_BODY
    ]

    assert [case for case in refused if not STRICTER.keys() & set(case.changes)] == []
    assert STRICTER.keys() <= {name for case in refused for name in case.changes}


def test_harmless_changes_keep_a_delivery_accepted(verdicts: Verdicts) -> None:
    harmless = [(case, found) for case, found in verdicts.ours if HARMLESS.keys() >= set(case.changes)]
    lost = [case for case, found in harmless if not (found and found.fresh) and case.body[:1] != b"\xff"]

    assert len(harmless) > SIZE / 20
    assert lost == []
