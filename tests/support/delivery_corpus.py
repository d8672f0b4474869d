"""A seeded corpus of webhook deliveries: harmless changes, and every way we know to break one."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from portone_local.portone import sign
from tests.support.deliveries import FOREIGN_SECRET, JSON, NEXT_SECRET, SECRET, SENT, Case, delivery
from tests.support.delivery_parts import HOSTILE, READABLE, UNREADABLE

type Change = Callable[[Case, Random], Case]

BODIES = READABLE + UNREADABLE + ((JSON, b"\xff\xfe{}"),)
NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")
UNUSABLE_SECRETS = ("", "whsec_", "=", "====", "not base64!", "whsec_A", f"{SECRET}!")
PASTED_SECRETS = (SECRET.rstrip("="), f"{SECRET}\n", f" {SECRET}\r\n")


def _spelling(case: Case, name: str) -> str:
    return next((key for key in case.headers if key.lower() == name), name)


def _value(case: Case, name: str) -> str:
    return case.headers.get(_spelling(case, name), "")


def _with(case: Case, name: str, value: str) -> Case:
    return replace(case, headers={**case.headers, _spelling(case, name): value})


def _beside(case: Case, rng: Random, entry: str) -> Case:
    pair = [_value(case, "webhook-signature"), entry]
    rng.shuffle(pair)
    return _with(case, "webhook-signature", " ".join(pair))


def _flipped(text: str, rng: Random) -> str:
    if not text:
        return "x"
    at = rng.randrange(len(text))
    return text[:at] + chr(ord(text[at]) ^ (1 << rng.randrange(7))) + text[at + 1 :]


def _signed_anew(case: Case, webhook_id: str, sent: int) -> Case:
    anew = delivery(case.body, webhook_id=webhook_id, sent=sent, content_type=_value(case, "content-type"))
    return replace(anew, secrets=case.secrets, now=case.now)


def _flip_body(case: Case, rng: Random) -> Case:
    body = bytearray(case.body or b"x")
    body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
    return replace(case, body=bytes(body))


def _cut_body(case: Case, rng: Random) -> Case:
    return replace(case, body=case.body[: rng.randrange(len(case.body) + 1)])


def _pad_body(case: Case, rng: Random) -> Case:
    return replace(case, body=case.body + rng.choice((b" ", b"\n", b"\0", b"\xff", b"{}", b" " * 70_000)))


def _swap_body(case: Case, rng: Random) -> Case:
    return replace(case, body=rng.choice(BODIES)[1])


def _hostile_header(case: Case, rng: Random) -> Case:
    return _with(case, rng.choice(NAMES), rng.choice(HOSTILE))


def _hostile_id_signed(case: Case, rng: Random) -> Case:
    return _signed_anew(case, rng.choice([text for text in HOSTILE if text != "\ud800"]), SENT)


def _flip_header(case: Case, rng: Random) -> Case:
    name = rng.choice(NAMES)
    return _with(case, name, _flipped(_value(case, name), rng))


def _cut_header(case: Case, rng: Random) -> Case:
    name = rng.choice(NAMES)
    value = _value(case, name)
    return _with(case, name, value[: rng.randrange(len(value) + 1)])


def _drop_header(case: Case, rng: Random) -> Case:
    name = rng.choice(NAMES)
    return replace(case, headers={key: value for key, value in case.headers.items() if key.lower() != name})


def _repeat_header(case: Case, rng: Random) -> Case:
    name = rng.choice(NAMES)
    value = _value(case, name)
    return _with(case, name, rng.choice((f"{value},{value}", f"{value},", f"x,{value}", f"{value}, {value}")))


def _spell_header_twice(case: Case, rng: Random) -> Case:
    name = rng.choice(NAMES)
    other = rng.choice((_value(case, name), "1", "v1", rng.choice(HOSTILE)))
    return replace(case, headers={**case.headers, name.title(): other})


def _header_case(case: Case, rng: Random) -> Case:
    spell = rng.choice((str.upper, str.title))
    return replace(case, headers={spell(name): value for name, value in case.headers.items()})


def _other_version(case: Case, rng: Random) -> Case:
    return _beside(case, rng, rng.choice(("v1a,abc", "v2,YQ==", "V1,YQ==", "v1a," + case.entry[3:])))


def _other_v1(case: Case, rng: Random) -> Case:
    return _beside(case, rng, sign(FOREIGN_SECRET, "wh_x", SENT, rng.randbytes(8)))


def _malformed_entry(case: Case, rng: Random) -> Case:
    return _beside(case, rng, rng.choice(("v1,A", "v1,", "v1", ",", "", "v2", "v1,a,b", case.entry + "=")))


def _without_padding(case: Case, _rng: Random) -> Case:
    return _with(case, "webhook-signature", _value(case, "webhook-signature").rstrip("="))


def _rename_version(case: Case, rng: Random) -> Case:
    renamed = _value(case, "webhook-signature").replace("v1,", rng.choice(("V1,", "v2,", "v1a,")))
    return _with(case, "webhook-signature", renamed)


def _respell_signature(case: Case, rng: Random) -> Case:
    entry = _value(case, "webhook-signature")
    spelled = (entry.replace("+", "-").replace("/", "_"), entry[:9] + "!" + entry[9:], f"{entry}\n")
    return _with(case, "webhook-signature", rng.choice(spelled))


def _blanks_around(case: Case, rng: Random) -> Case:
    entry = _value(case, "webhook-signature")
    return _with(case, "webhook-signature", rng.choice((f" {entry}", f"{entry} ", f"  {entry}  v2,YQ==")))


def _shift_boundary(case: Case, rng: Random) -> Case:
    webhook_id, sent, body = case.signed
    parts = ((f"{webhook_id}.{sent}", sent, body), (webhook_id[:-1], webhook_id[-1:] + sent, body))
    shifted = rng.choice((*parts, (webhook_id, sent[:5], sent[5:].encode() + body)))
    headers = {**case.headers, "webhook-id": shifted[0], "webhook-timestamp": shifted[1]}
    return replace(case, headers=headers, body=shifted[2])


def _two_secrets(case: Case, rng: Random) -> Case:
    held = [*case.secrets, NEXT_SECRET]
    rng.shuffle(held)
    return replace(case, secrets=tuple(held))


def _secret_without_prefix(case: Case, _rng: Random) -> Case:
    return replace(case, secrets=tuple(secret.removeprefix("whsec_") for secret in case.secrets))


def _foreign_secret(case: Case, _rng: Random) -> Case:
    return replace(case, secrets=(FOREIGN_SECRET,))


def _unusable_secret(case: Case, rng: Random) -> Case:
    return replace(case, secrets=rng.choice(((), *((secret,) for secret in UNUSABLE_SECRETS))))


def _pasted_secret(case: Case, rng: Random) -> Case:
    return replace(case, secrets=(rng.choice(PASTED_SECRETS),))


def _clock_near(case: Case, rng: Random) -> Case:
    return replace(case, now=SENT + rng.choice((-300.0, -299.5, 0.4, 299.0, 300.0)))


def _clock_far(case: Case, rng: Random) -> Case:
    return replace(case, now=SENT + rng.choice((-86400.0, -301.0, -300.5, 300.5, 301.0, 86400.0)))


def _sent_long_ago(case: Case, rng: Random) -> Case:
    return _signed_anew(case, "wh_old", rng.choice((1, SENT - 301, SENT + 301, 99_999_999_999)))


HARMLESS: dict[str, Change] = {
    change.__name__.strip("_"): change
    for change in (
        _header_case, _other_version, _other_v1, _malformed_entry, _blanks_around, _without_padding,
        _two_secrets, _secret_without_prefix, _pasted_secret, _clock_near,
    )
}  # fmt: skip
CHANGES: dict[str, Change] = HARMLESS | {
    change.__name__.strip("_"): change
    for change in (
        _flip_body, _cut_body, _pad_body, _swap_body, _hostile_header, _hostile_id_signed, _flip_header,
        _cut_header, _drop_header, _repeat_header, _spell_header_twice, _rename_version,
        _respell_signature, _shift_boundary, _foreign_secret, _unusable_secret, _clock_far,
        _sent_long_ago,
    )
}  # fmt: skip


def corpus(*, seed: int, size: int) -> Iterator[Case]:
    """`size` deliveries, each changed one to three times; the same for the same `seed`."""
    rng = Random(seed)
    names = sorted(CHANGES)
    for number in range(size):
        content_type, body = rng.choice(BODIES)
        case = delivery(body, webhook_id=f"wh_{number:05}", content_type=content_type)
        # Round robin first, so that a corpus of any size uses every change.
        for name in (names[number % len(names)], *rng.sample(names, rng.randrange(3))):
            case = replace(CHANGES[name](case, rng), changes=(*case.changes, name))
        yield case
