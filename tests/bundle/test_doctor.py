"""`make doctor` says what is wrong with a stack, and where to put it right."""

from dataclasses import dataclass, field

import pytest

from portone_local.doctor.examine import Verdict, examine
from portone_payments.ports import Metric

SOUND = {
    "ApiSecretArn": '{"apiSecret":"example-secret"}',
    "WebhookSecretArn": '{"current":"whsec_ZXhhbXBsZS1zZWNyZXQ=","hashKey":"example"}',
}


@dataclass
class Stub:
    """A stack as it may be found."""

    secrets: dict[str, str] = field(default_factory=dict)
    counts: dict[str, float] = field(default_factory=dict)
    skew: float = 0.0
    name: str = "payments-example"
    mode: str = "test"

    def secret(self, which: str) -> str | None:
        return (SOUND | self.secrets).get(which)

    def clock_skew(self) -> float:
        return self.skew

    def counted(self, metric: str) -> float | None:
        return self.counts.get(metric, 0.0)


def wrong(stub: Stub) -> list[str]:
    return [note.finding for note in examine(stub) if note.verdict is Verdict.WRONG]


def test_a_sound_stack_has_nothing_wrong() -> None:
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
            {"WebhookSecretArn": '{"current":"REPLACE-ME","hashKey":"example"}'},
            "the webhook secret is missing or still the placeholder",
        ),
        (
            {"WebhookSecretArn": '{"current":"?","hashKey":"example"}'},
            'the webhook secret "current" is not Base64 as PortOne gives it',
        ),
        ({"WebhookSecretArn": '{"current":"whsec_ZXhhbXBsZS1zZWNyZXQ="}'}, "hashKey is missing"),
    ],
)
def test_a_secret_that_cannot_work_is_named(secrets: dict[str, str], finding: str) -> None:
    assert wrong(Stub(secrets=secrets)) == [finding]


def test_webhooks_of_the_old_version_are_wrong() -> None:
    assert wrong(Stub(counts={Metric.OLD_VERSION: 2})) == [
        "2 webhooks of the old version 2024-01-01 in 14 days"
    ]


@pytest.mark.parametrize(("mode", "metric"), [("live", Metric.TEST_CHANNEL), ("test", Metric.LIVE_CHANNEL)])
def test_a_channel_of_the_other_mode_is_wrong(mode: str, metric: Metric) -> None:
    assert len(wrong(Stub(mode=mode, counts={metric: 1}))) == 1


def test_a_clock_that_is_off_is_worth_a_look() -> None:
    notes = [note.verdict for note in examine(Stub(skew=120.0, counts={Metric.READY_HINT: 1}))]

    assert notes.count(Verdict.LOOK) == 1


def test_nothing_examined_shows_a_secret() -> None:
    told = str(list(examine(Stub(secrets={"WebhookSecretArn": '{"current":"canary","hashKey":"canary"}'}))))

    assert "canary" not in told
