"""The examinations: each finding is right, worth a look, or wrong, and says how to mend it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from portone_local.gateway.routes import routes_of
from portone_local.operator.doctor.issuer import complaint
from portone_local.operator.doctor.patient import DAYS, Patient
from portone_local.template.cloudformation import transformed
from portone_payments.adapters.aws.hashes import HashKeys
from portone_payments.adapters.aws.secret_shape import checked_api_secret, is_strong, signing_key
from portone_payments.domain.errors.common import SecretsUnavailable
from portone_payments.ports.world import Metric

PLACEHOLDER = "REPLACE-ME"
SKEW = 60


class Verdict(StrEnum):
    """How bad it is."""

    RIGHT = "ok"
    LOOK = "look"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Note:
    """One finding; `remedy` says how to mend it."""

    verdict: Verdict
    finding: str
    remedy: str = ""


def examine(patient: Patient) -> Iterator[Note]:
    """Every note on a stack."""
    yield _api_secret(patient)
    yield from _webhook_secret(patient)
    yield _hash_key(patient)
    yield _charge_keys(patient)
    yield _identity_hash_keys(patient)
    yield _clock(patient)
    yield _webhook_version(patient)
    yield _channels(patient)
    yield _issuer(patient)
    yield from _redirects(patient)
    yield _routes(patient)


def _fields(text: str) -> dict[str, str]:
    try:
        fields = json.loads(text)
    except ValueError:
        return {}
    return {name: str(value) for name, value in fields.items()} if isinstance(fields, dict) else {}


def _unreadable(which: str) -> Note:
    remedy = "allow secretsmanager:GetSecretValue on it and kms:Decrypt with its key"
    return Note(Verdict.LOOK, f"the {which} secret cannot be read with these credentials", remedy)


def _api_secret(patient: Patient) -> Note:
    remedy = 'put {"apiSecret":"..."} into the secret ApiSecretArn (PortOne console > API keys > V2)'
    text = patient.secret("ApiSecretArn")
    if text is None:
        return _unreadable("API")
    secret = _fields(text).get("apiSecret", "")
    if not secret or secret == PLACEHOLDER:
        return Note(Verdict.WRONG, "the API secret is missing or still the placeholder", remedy)
    if secret != secret.strip() or not secret.isascii():
        return Note(Verdict.WRONG, "the API secret has blanks around it or is not ASCII", remedy)
    try:
        checked_api_secret(secret)
    except SecretsUnavailable:
        finding = "the API secret is too short, too even, or something else of PortOne's console"
        return Note(Verdict.WRONG, finding, remedy)
    return Note(Verdict.RIGHT, "the API secret is there")


def _webhook_secret(patient: Patient) -> Iterator[Note]:
    remedy = 'put PortOne\'s webhook secret into WebhookSecretArn as "current" (the former one as "previous")'
    text = patient.secret("WebhookSecretArn")
    if text is None:
        yield _unreadable("webhook")
        return
    fields = _fields(text)
    for name in ("current", "previous"):
        secret = fields.get(name, "")
        if secret in {"", PLACEHOLDER}:
            if name == "current":
                yield Note(Verdict.WRONG, "the webhook secret is missing or still the placeholder", remedy)
        elif signing_key(secret) is None:
            finding = f'the webhook secret "{name}" is not Base64 as PortOne gives it, or too short'
            yield Note(Verdict.WRONG, finding, remedy)
        else:
            yield Note(Verdict.RIGHT, f'the webhook secret "{name}" is well-formed')


def _hash_key(patient: Patient) -> Note:
    text = patient.secret("HashKeySecretArn")
    if text is None:
        return _unreadable("hash key")
    key = _fields(text).get("hashKey", "").strip()
    if is_strong(key):
        return Note(Verdict.RIGHT, "the key saved cards are found by is there")
    finding = f"hashKey is {'too weak' if key else 'missing'}"
    return Note(
        Verdict.WRONG, finding, "put back the one it had, from where you keep it: saved cards need it"
    )


def _charge_keys(patient: Patient) -> Note:
    text = patient.secret("ChargeKeysArn")
    if text is None:
        return _unreadable("charge keys")
    keys = {version: key.strip() for version, key in _fields(text).items() if version.isdigit()}
    weak = [version for version, key in keys.items() if not is_strong(key)]
    if keys and not weak:
        return Note(Verdict.RIGHT, "the keys that PGs know users and charges by are there")
    finding = f"the charge keys {', '.join(weak)} are too weak" if weak else "there are no charge keys"
    return Note(
        Verdict.WRONG, finding, "put back those it had: a new one is added beside them, none replaced"
    )


def _identity_hash_keys(patient: Patient) -> Note:
    text = patient.secret("IdentityHashSecretArn")
    if text is None:
        return _unreadable("identity hash keys")
    try:
        HashKeys.parse(json.loads(text))
    except (SecretsUnavailable, ValueError, TypeError, AttributeError):
        remedy = "put back what it had; versions change by make hash-keys alone"
        return Note(Verdict.WRONG, "the keys persons are known by are missing or too weak", remedy)
    return Note(Verdict.RIGHT, "the keys persons are known by are there")


def _clock(patient: Patient) -> Note:
    skew = patient.clock_skew()
    if abs(skew) > SKEW:
        ahead = "behind" if skew < 0 else "ahead of"
        finding = f"this machine is {abs(skew):.0f} s {ahead} the stack"
        return Note(
            Verdict.LOOK,
            finding,
            "set the time: signatures made here may be refused (not by a stack whose clock you moved)",
        )
    return Note(Verdict.RIGHT, f"clocks agree within {SKEW} s")


def _webhook_version(patient: Patient) -> Note:
    remedy = "PortOne console > integration > webhook version > 2024-04-25, for test and live apart"
    old, new = patient.counted(Metric.OLD_VERSION), patient.counted(Metric.READY_HINT)
    if old is None or new is None:
        return Note(Verdict.LOOK, "metrics cannot be read", "allow cloudwatch:GetMetricStatistics")
    if old:
        return Note(Verdict.WRONG, f"{old:.0f} webhooks of the old version 2024-01-01 in {DAYS} days", remedy)
    if not new:
        remedy = "enter the output WebhookUrl in PortOne's console and press its test button"
        return Note(Verdict.LOOK, f"no webhook was seen in {DAYS} days", remedy)
    return Note(Verdict.RIGHT, "webhooks arrive, version 2024-04-25")


def _channels(patient: Patient) -> Note:
    test, live = patient.counted(Metric.TEST_CHANNEL) or 0, patient.counted(Metric.LIVE_CHANNEL) or 0
    seen = f"channels seen in {DAYS} days: {test:.0f} TEST, {live:.0f} LIVE readings"
    if patient.mode == "live" and test:
        return Note(
            Verdict.WRONG, seen, "Mode is live: replace the TEST channel keys in the parameter Channels"
        )
    if patient.mode == "test" and live:
        return Note(
            Verdict.WRONG, seen, "Mode is test but LIVE channels take real money: set Mode or Channels"
        )
    return Note(Verdict.RIGHT, seen)


def _issuer(patient: Patient) -> Note:
    wrong = complaint(patient.issuer, patient.page, live=patient.mode == "live")
    if wrong is None:
        return Note(
            Verdict.RIGHT, "the issuer of the app's tokens can be read, and names itself as JwtIssuer"
        )
    return Note(Verdict.WRONG, wrong, "set JwtIssuer to the iss claim of a token, byte for byte")


def _redirects(patient: Patient) -> Iterator[Note]:
    for name, url in patient.redirects.items():
        if patient.mode == "live" and url and not url.startswith("https://"):
            finding = f"{name} {url} is not https: live functions that hand it out do not start"
            yield Note(Verdict.WRONG, finding, f"set {name} to an https address")


def _routes(patient: Patient) -> Note:
    found, wanted = patient.routes(), {route.key for route in routes_of(transformed())}
    if found is None:
        return Note(Verdict.LOOK, "the API's routes cannot be read", "allow apigateway:GET on /apis/*")
    missing, surplus = sorted(wanted - found), sorted(found - wanted)
    told = f"{len(found)} routes, the template of this clone has {len(wanted)}"
    if missing:
        return Note(Verdict.WRONG, f"{told}; missing: {', '.join(missing)}", "deploy this clone again")
    if surplus:
        return Note(
            Verdict.LOOK, f"{told}; not in it: {', '.join(surplus)}", "an older clone? pull, or deploy"
        )
    return Note(Verdict.RIGHT, told)
