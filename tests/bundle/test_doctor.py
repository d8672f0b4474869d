"""`make doctor` reports what is wrong with a stack, and where to fix it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import httpx
import pytest

from portone_local.actors.shop import pay, prepare
from portone_local.gateway.routes import routes_of
from portone_local.operator.doctor.__main__ import main
from portone_local.operator.doctor.examine import Verdict, examine
from portone_local.portone import EXAMPLE_WEBHOOK_SECRET
from portone_local.serve.elsewhere import endpoint
from portone_local.serve.running import the_one
from portone_local.serve.up import served
from portone_local.stack.ministack import FAKE_CREDENTIALS, REGION, MiniStack, free_port
from portone_local.template.cloudformation import transformed
from portone_payments.ports.world import Metric
from tests.support.fixtures import ministack

__all__ = ["ministack"]

CURRENT, HASH_KEY = "whsec_ZXhhbXBsZS13ZWJob29rLXNlY3JldA==", "example-key-of-keyed-hashes-of-no-use"


def webhook_secret(current: object = CURRENT, **more: object) -> dict[str, str]:
    return {"WebhookSecretArn": json.dumps({"current": current} | more)}


def hash_key(key: str) -> dict[str, str]:
    return {"HashKeySecretArn": json.dumps({"hashKey": key})}


def charge_keys(**keys: str) -> dict[str, str]:
    return {"ChargeKeysArn": json.dumps(keys)}


def identity_keys(first: str) -> dict[str, str]:
    return {"IdentityHashSecretArn": json.dumps({"keys": {}, "first": first})}


SOUND = (
    {"ApiSecretArn": '{"apiSecret":"example-portone-api-secret"}'}
    | webhook_secret()
    | hash_key(HASH_KEY)
    | charge_keys(**{"1": HASH_KEY})
    | identity_keys(HASH_KEY)
)

ISSUER = "https://login.shop.example/"
DISCOVERED = f"{ISSUER}.well-known/openid-configuration"
KEYS = f"{ISSUER}jwks"
PAGES = {
    DISCOVERED: (200, json.dumps({"issuer": ISSUER, "jwks_uri": KEYS})),
    KEYS: (200, json.dumps({"keys": [{"kty": "EC"}, {"kty": "RSA"}]})),
}
ROUTES = frozenset(route.key for route in routes_of(transformed()))


@dataclass
class Stub:
    """A stack as it may be found."""

    secrets: Mapping[str, str | None] = field(default_factory=dict)
    counts: dict[str, float] = field(default_factory=dict)
    skew: float = 0.0
    name: str = "payments-example"
    mode: str = "test"
    issuer: str = ISSUER
    redirects: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, tuple[int, str] | None] = field(default_factory=dict)
    found: frozenset[str] | None = ROUTES

    def page(self, url: str) -> tuple[int, str]:
        answer = {**PAGES, **self.pages}[url]
        if answer is None:
            raise httpx.ConnectError("no such host")
        return answer

    def routes(self) -> frozenset[str] | None:
        return self.found

    def secret(self, which: str) -> str | None:
        return {**SOUND, **self.secrets}[which]

    def clock_skew(self) -> float:
        return self.skew

    def counted(self, metric: str) -> float | None:
        return self.counts.get(metric, 0.0)


def noted(stub: Stub, verdict: Verdict) -> list[str]:
    return [note.finding for note in examine(stub) if note.verdict is verdict]


def wrong(stub: Stub) -> list[str]:
    return noted(stub, Verdict.WRONG)


def test_a_sound_stack_has_no_findings() -> None:
    assert wrong(Stub(counts={Metric.READY_HINT: 3})) == []


@pytest.mark.parametrize(
    ("secrets", "finding"),
    [
        (
            {"ApiSecretArn": '{"apiSecret":"REPLACE-ME"}'},
            "the API secret is missing or still the placeholder",
        ),
        ({"ApiSecretArn": "not json"}, "the API secret is missing or still the placeholder"),
        ({"ApiSecretArn": '{"apiSecret":" example"}'}, "the API secret has blanks around it or is not ASCII"),
        (
            webhook_secret("REPLACE-ME"),
            "the webhook secret is missing or still the placeholder",
        ),
        (
            webhook_secret("?"),
            'the webhook secret "current" is not Base64 as PortOne gives it, or too short',
        ),
        (
            webhook_secret("changeme"),
            'the webhook secret "current" is not Base64 as PortOne gives it, or too short',
        ),
        (
            {"ApiSecretArn": '["not an object"]'},
            "the API secret is missing or still the placeholder",
        ),
        (
            webhook_secret(previous=7),
            'the webhook secret "previous" is not Base64 as PortOne gives it, or too short',
        ),
        (hash_key(""), "hashKey is missing"),
        (hash_key("x"), "hashKey is too weak"),
        (
            {"ApiSecretArn": '{"apiSecret":"changeme"}'},
            "the API secret is too short, too even, or something else of PortOne's console",
        ),
        (
            {"ApiSecretArn": '{"apiSecret":"store-00000000-0000-0000-0000-000000000000"}'},
            "the API secret is too short, too even, or something else of PortOne's console",
        ),
        (charge_keys(**{"1": HASH_KEY, "2": "x"}), "the charge keys 2 are too weak"),
        (charge_keys(), "there are no charge keys"),
        (identity_keys("changeme"), "the keys persons are known by are missing or too weak"),
        ({"IdentityHashSecretArn": "[]"}, "the keys persons are known by are missing or too weak"),
    ],
)
def test_a_secret_that_cannot_work_is_named(secrets: dict[str, str], finding: str) -> None:
    assert wrong(Stub(secrets=secrets)) == [finding]


def test_unreadable_secrets_are_a_warning_and_not_missing() -> None:
    stub = Stub(secrets=dict.fromkeys(SOUND), counts={Metric.READY_HINT: 1})

    assert wrong(stub) == []
    assert noted(stub, Verdict.LOOK) == [
        "the API secret cannot be read with these credentials",
        "the webhook secret cannot be read with these credentials",
        "the hash key secret cannot be read with these credentials",
        "the charge keys secret cannot be read with these credentials",
        "the identity hash keys secret cannot be read with these credentials",
    ]


def test_webhooks_of_the_old_version_are_an_error() -> None:
    assert wrong(Stub(counts={Metric.OLD_VERSION: 2})) == [
        "2 webhooks of the old version 2024-01-01 in 14 days"
    ]


@pytest.mark.parametrize(("mode", "metric"), [("live", Metric.TEST_CHANNEL), ("test", Metric.LIVE_CHANNEL)])
def test_a_channel_of_the_other_mode_is_an_error(mode: str, metric: Metric) -> None:
    assert len(wrong(Stub(mode=mode, counts={metric: 1}))) == 1


def test_a_clock_that_is_off_is_a_warning() -> None:
    notes = [note.verdict for note in examine(Stub(skew=120.0, counts={Metric.READY_HINT: 1}))]

    assert notes.count(Verdict.LOOK) == 1


def test_no_finding_shows_a_secret() -> None:
    told = str(list(examine(Stub(secrets=webhook_secret("canary") | hash_key("canary")))))

    assert "canary" not in told


def page_of(**named: object) -> tuple[int, str]:
    return 200, json.dumps(named)


@pytest.mark.parametrize(
    ("stub", "finding"),
    [
        (Stub(issuer="http://login.shop.example"), "is not https: API Gateway asks no other"),
        (Stub(issuer="http://127.0.0.1:1", mode="live"), "whoever listens could sign in as anybody"),
        (
            Stub(mode="live", redirects={"RedirectUrl": "http://shop.example/paid"}),
            "RedirectUrl http://shop.example/paid is not https",
        ),
        (Stub(issuer=ISSUER.rstrip("/")), "every token is refused (401)"),
        (Stub(pages={DISCOVERED: None}), "cannot be reached (ConnectError)"),
        (Stub(pages={DISCOVERED: (404, "")}), "openid-configuration answers 404"),
        (Stub(pages={DISCOVERED: (200, "<html>")}), "is not JSON"),
        (Stub(pages={DISCOVERED: (200, "[]")}), "is no JSON object"),
        (Stub(pages={DISCOVERED: page_of(issuer=ISSUER)}), "names no jwks_uri"),
        (
            Stub(pages={DISCOVERED: page_of(issuer=ISSUER, jwks_uri="http://login.shop.example/")}),
            "is not https",
        ),
        (Stub(pages={KEYS: (500, "")}), "jwks answers 500"),
        (Stub(pages={KEYS: page_of(keys=[{"kty": "EC"}])}), "no RSA key among 1"),
        (Stub(pages={KEYS: page_of(keys="none")}), "no RSA key among 0"),
    ],
)
def test_an_issuer_whose_tokens_cannot_be_checked_is_reported_in_a_sentence(stub: Stub, finding: str) -> None:
    [found] = wrong(stub)

    assert finding in found


def test_routes_the_deployed_api_lacks_are_named() -> None:
    [found] = wrong(Stub(found=ROUTES - {"DELETE /orders/{orderId}"}))

    assert found == (
        f"{len(ROUTES) - 1} routes, the template of this clone has {len(ROUTES)}; "
        "missing: DELETE /orders/{orderId}"
    )


@pytest.mark.parametrize("found", [None, ROUTES | {"GET /of-a-later-version"}])
def test_unreadable_or_additional_routes_are_a_warning(found: frozenset[str] | None) -> None:
    stub = Stub(found=found, counts={Metric.READY_HINT: 1})

    assert wrong(stub) == []
    assert len(noted(stub, Verdict.LOOK)) == 1


def test_without_a_running_stack_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([], folder=tmp_path)

    assert code == 2
    assert "start one with `make serve`" in capsys.readouterr().out


def test_a_stack_that_was_killed_counts_as_not_running(tmp_path: Path) -> None:
    left_behind = tmp_path / "serve" / "stack.json"
    left_behind.parent.mkdir()
    left_behind.write_text(f'{{"name":"serve","api":"http://127.0.0.1:{free_port()}"}}')

    assert main([], folder=tmp_path) == 2


@pytest.mark.ministack
def test_it_examines_what_make_serve_keeps_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(endpoint({}), {}, folder=tmp_path) as up:
        prepared = prepare(up.stack)
        unheard = main([], folder=tmp_path)
        pay(up.stack, prepared)
        up.stack.deliver()
        sound = main([], folder=tmp_path)
        known = the_one(folder=tmp_path)
        manager = boto3.client(
            "secretsmanager", endpoint_url=known["aws"], region_name=REGION, **FAKE_CREDENTIALS
        )
        manager.put_secret_value(
            SecretId=known["resources"]["ApiSecret"], SecretString='{"apiSecret":"REPLACE-ME"}'
        )
        ill = main([], folder=tmp_path)

    told = capsys.readouterr().out
    assert (unheard, sound, ill) == (0, 0, 1)
    assert "no webhook was seen" in told
    assert "webhooks arrive, version 2024-04-25" in told
    assert "1 TEST, 0 LIVE readings" in told
    assert f"{len(ROUTES)} routes, the template of this clone has {len(ROUTES)}" in told
    assert "the issuer of the app's tokens can be read" in told
    assert "the API secret is missing or still the placeholder" in told
    assert EXAMPLE_WEBHOOK_SECRET not in told


@pytest.mark.ministack
def test_a_stack_that_is_not_deployed_is_refused(
    ministack: MiniStack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The doctor takes credentials and region from the environment, as the AWS CLI does."""
    environment = {
        "AWS_ENDPOINT_URL": ministack.endpoint_url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": FAKE_CREDENTIALS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": FAKE_CREDENTIALS["aws_secret_access_key"],
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    code = main(["--stack", "payments-nowhere"])

    assert code == 2
    assert "no stack payments-nowhere" in capsys.readouterr().out
