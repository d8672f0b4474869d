"""A delivery that no secret of ours has signed is read once more with secrets read anew."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.twins.logs import RecordingMeter
from portone_payments.domain.errors.common import SignatureRejected
from portone_payments.flows.webhooks.authenticate import authentic
from portone_payments.ports.world import Metric

DELIVERY: Any = object()
NO_MATCH = SignatureRejected(reason=SignatureRejected.NO_MATCH)
MALFORMED = SignatureRejected(reason="malformed")


class Secrets:
    """Secrets that may be read anew so many times."""

    def __init__(self, times: int = 1) -> None:
        self.left = times
        self.asked = 0

    def refresh_webhook(self) -> bool:
        self.asked += 1
        self.left -= 1
        return self.left >= 0


class Reading:
    """Answers in turn: a delivery, or why it is refused."""

    def __init__(self, *answers: Any) -> None:
        self.answers: Iterator[Any] = iter(answers)

    def __call__(self) -> Any:
        answer = next(self.answers)
        if isinstance(answer, SignatureRejected):
            raise answer
        return answer


def test_a_signed_delivery_is_read_once_and_counts_as_no_failure() -> None:
    secrets: Any = Secrets()
    meter = RecordingMeter()

    assert authentic(Reading(DELIVERY), secrets=secrets, meter=meter) is DELIVERY
    assert (secrets.asked, meter.counts) == (0, {Metric.SIGNATURE_FAILURE: 0})


def test_a_delivery_signed_with_a_rotated_secret_is_read_with_the_new_one() -> None:
    secrets: Any = Secrets()
    meter = RecordingMeter()

    assert authentic(Reading(NO_MATCH, DELIVERY), secrets=secrets, meter=meter) is DELIVERY
    assert (secrets.asked, meter.counts) == (1, {Metric.SIGNATURE_FAILURE: 0})


@pytest.mark.parametrize(
    ("answers", "times", "asked"),
    [((NO_MATCH, NO_MATCH), 1, 1), ((NO_MATCH,), 0, 1), ((MALFORMED,), 1, 0)],
)
def test_what_stays_refused_is_counted_once(
    answers: tuple[SignatureRejected, ...], times: int, asked: int
) -> None:
    secrets: Any = Secrets(times)
    meter = RecordingMeter()

    with pytest.raises(SignatureRejected):
        authentic(Reading(*answers), secrets=secrets, meter=meter)

    assert (secrets.asked, meter.counts) == (asked, {Metric.SIGNATURE_FAILURE: 1})
