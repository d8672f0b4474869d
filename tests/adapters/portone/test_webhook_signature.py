"""Which deliveries are believed to come from PortOne (PortOne facts 8.4, rule 2)."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from portone_local.portone import sign
from portone_payments.adapters.aws.secret_shape import signing_key
from portone_payments.adapters.portone.webhook import read_delivery, single_headers
from portone_payments.domain.errors.common import SignatureRejected
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.ports.world import WebhookSecrets
from tests.support.deliveries import FOREIGN_SECRET, NEXT_SECRET, SECRET, SENT, Case, delivery
from tests.support.delivery_parts import READABLE

VECTOR_SECRET = "whsec_cG9ydG9uZS1mYWN0LXNoZWV0LXRlc3Qta2V5LTAwMDE="
VECTOR_BODY = (
    b'{"type":"Transaction.Paid","timestamp":"2026-01-02T03:04:05.678Z",'
    b'"data":{"paymentId":"p0001","storeId":"store-1","transactionId":"t-1"}}'
)
VECTOR_HEADERS = {
    "content-type": "application/json",
    "webhook-id": "wh_0001",
    "webhook-timestamp": "1767323045",
    "webhook-signature": "v1,6xaq8SCIYmab171JnaO8aFLEqOMX3aj8yjfTo5qb0hY=",
}
PAID = READABLE[0][1]


def read(case: Case, *, headers: Mapping[str, str] | None = None) -> Delivery:
    given = single_headers({"headers": {**case.headers, **(headers or {})}})
    secrets = WebhookSecrets(signing=case.secrets)
    return read_delivery(
        method="POST", headers=given, body=case.body, secrets=secrets, now=SENT, tolerance=300
    )


def read_vector(*, now: float, tolerance: int = 300, secret: str = VECTOR_SECRET) -> Delivery:
    secrets = WebhookSecrets(signing=(secret,))
    return read_delivery(
        method="POST",
        headers=VECTOR_HEADERS,
        body=VECTOR_BODY,
        secrets=secrets,
        now=now,
        tolerance=tolerance,
    )


def holding(case: Case, *secrets: str) -> Case:
    return replace(case, secrets=secrets)


def test_the_published_vector_is_accepted_at_its_own_time() -> None:
    found = read_vector(now=1767323045)

    assert found == Delivery(
        id="wh_0001",
        type="Transaction.Paid",
        body_hash="f8cacbc82b26f4dd7c51f29ea91cbb40990982f3516dd2b82ba2ce19f61da9c8",
        happened_at=1767323045.678,
        fresh=True,
        payment_id="p0001",
        store_id="store-1",
        transaction_id="t-1",
    )


@pytest.mark.parametrize(("offset", "fresh"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_an_authentic_delivery_outside_the_tolerance_is_kept_but_not_fresh(
    *, offset: int, fresh: bool
) -> None:
    assert read_vector(now=1767323045 + offset).fresh is fresh


def test_the_tolerance_is_the_callers() -> None:
    assert not read_vector(now=1767323045 + 11, tolerance=10).fresh
    assert read_vector(now=1767323045 + 3600, tolerance=3600).fresh


@pytest.mark.parametrize("spell", [str.upper, str.title, str.lower])
def test_header_names_may_be_spelled_in_any_case(spell: Callable[[str], str]) -> None:
    case = delivery(PAID)
    given = single_headers({"headers": {spell(name): value for name, value in case.headers.items()}})

    found = read(delivery(PAID), headers=given)

    assert found.payment_id == "p0001"


@pytest.mark.parametrize("held", [(SECRET, NEXT_SECRET), (NEXT_SECRET, SECRET)])
@pytest.mark.parametrize("signer", [SECRET, NEXT_SECRET])
def test_either_live_secret_verifies(held: tuple[str, ...], signer: str) -> None:
    assert read(holding(delivery(PAID, secret=signer), *held)).fresh


def test_a_secret_verifies_with_and_without_its_prefix() -> None:
    assert read(holding(delivery(PAID), SECRET.removeprefix("whsec_"))).fresh


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "=",
        "whsec_=",
        "changeme",
        "whsec_" + "A" * 44,
        "not base64!",
        SECRET + "!",
        SECRET[:9] + "\n" + SECRET[9:],
        "한글",
    ],
)
def test_an_unusable_secret_verifies_nothing(secret: str) -> None:
    assert signing_key(secret) is None
    with pytest.raises(SignatureRejected):
        read(holding(delivery(PAID), secret))


@pytest.mark.parametrize("pasted", [SECRET.rstrip("="), SECRET + "\n", f"  {SECRET}\r\n"])
def test_a_secret_verifies_as_it_was_pasted(pasted: str) -> None:
    assert read(holding(delivery(PAID), pasted)).fresh


def test_an_unusable_secret_does_not_disturb_the_other() -> None:
    assert read(holding(delivery(PAID), "not base64!", SECRET)).fresh


@pytest.mark.parametrize("secrets", [(), (FOREIGN_SECRET,)])
def test_without_the_signers_secret_nothing_verifies(secrets: tuple[str, ...]) -> None:
    with pytest.raises(SignatureRejected):
        read(holding(delivery(PAID), *secrets))


def test_one_matching_v1_entry_among_others_is_enough() -> None:
    case = delivery(PAID)
    foreign = sign(FOREIGN_SECRET, "wh_0001", SENT, PAID)

    found = read(case, headers={"webhook-signature": f"v1a,abc v2,x {foreign} {case.entry}"})

    assert found.fresh


@pytest.mark.parametrize("malformed", ["v1", "v1,", "v1,A", ",", "v1,a,b", "한글", "v1," + "A" * 43 + "=="])
def test_a_malformed_entry_beside_a_valid_one_is_skipped(malformed: str) -> None:
    case = delivery(PAID)

    before = read(case, headers={"webhook-signature": f"{malformed} {case.entry}"})
    behind = read(case, headers={"webhook-signature": f"{case.entry} {malformed}"})

    assert (before.fresh, behind.fresh) == (True, True)


@pytest.mark.parametrize("spell", ["{0}  v2,x", " {0}", "{0} ", "v2,x  {0}"])
def test_blanks_around_entries_do_not_matter(spell: str) -> None:
    case = delivery(PAID)

    assert read(case, headers={"webhook-signature": spell.format(case.entry)}).fresh


def test_a_mac_verifies_without_its_padding() -> None:
    case = delivery(PAID)

    assert read(case, headers={"webhook-signature": case.entry.rstrip("=")}).fresh


def test_only_sixteen_entries_are_checked() -> None:
    case = delivery(PAID)

    read(case, headers={"webhook-signature": "v2,x " * 15 + case.entry})
    with pytest.raises(SignatureRejected):
        read(case, headers={"webhook-signature": "v2,x " * 16 + case.entry})


@pytest.mark.parametrize("version", ["v1a", "v2", "V1", "v01", ""])
def test_only_version_1_counts(version: str) -> None:
    case = delivery(PAID)

    with pytest.raises(SignatureRejected):
        read(case, headers={"webhook-signature": case.entry.replace("v1", version)})


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
@pytest.mark.parametrize("other", ["{0},{0}", "{0},", ",{0}", "{0}, {0}", "", " {0}", "{0}\n", "\0{0}"])
def test_id_and_timestamp_have_exactly_one_well_formed_value(name: str, other: str) -> None:
    case = delivery(PAID)

    with pytest.raises(SignatureRejected) as refused:
        read(case, headers={name: other.format(case.headers[name])})

    assert refused.value.data["reason"] == name


@pytest.mark.parametrize("other", ["{0},{0}", "{0},", ",{0}", "{0}\n", "\0{0}", "{0}==", "x{0}", "v1, {0}x"])
def test_a_mac_with_anything_around_it_is_invalid(other: str) -> None:
    case = delivery(PAID)

    with pytest.raises(SignatureRejected):
        read(case, headers={"webhook-signature": other.format(case.entry)})


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_two_spellings_of_a_header_with_different_values_are_refused(name: str) -> None:
    with pytest.raises(SignatureRejected):
        read(delivery(PAID), headers={name.title(): "1"})


def test_a_signature_split_over_two_spellings_is_refused() -> None:
    case = delivery(PAID)
    version, mac = case.entry.split(",")

    with pytest.raises(SignatureRejected):
        read(case, headers={"webhook-signature": version, "Webhook-Signature": mac})


@pytest.mark.parametrize("webhook_id", ["x" * 257, "a b", "a,b", "한글", "a\0", "\x7f"])
def test_an_id_unfit_for_a_key_is_refused_even_when_signed(webhook_id: str) -> None:
    with pytest.raises(SignatureRejected):
        read(delivery(PAID, webhook_id=webhook_id))


def test_an_id_of_256_characters_is_accepted() -> None:
    assert read(delivery(PAID, webhook_id="~" * 256)).id == "~" * 256


@pytest.mark.parametrize(
    "timestamp", [f"0{SENT}", f"{SENT}.0", "1e9", "-1", "٣", "\uff11", "9" * 12, "nan", "1_000"]
)
def test_a_timestamp_consists_of_plain_digits(timestamp: str) -> None:
    with pytest.raises(SignatureRejected):
        read(delivery(PAID), headers={"webhook-timestamp": timestamp})


def test_the_signature_covers_the_body_byte_for_byte() -> None:
    case = delivery(PAID)
    spaced = case.body.replace(b":", b": ")

    with pytest.raises(SignatureRejected):
        read(replace(case, body=spaced))


def test_a_body_that_is_not_utf_8_is_refused_even_when_signed() -> None:
    with pytest.raises(SignatureRejected):
        read(delivery(b'{"type":"\xff"}'))


def test_no_secret_and_no_key_show_in_an_error() -> None:
    with pytest.raises(SignatureRejected) as refused:
        read(holding(delivery(PAID), FOREIGN_SECRET))

    told = repr(refused.value) + repr(refused.value.data)
    assert FOREIGN_SECRET.removeprefix("whsec_") not in told
    assert repr(signing_key(FOREIGN_SECRET)) not in told
