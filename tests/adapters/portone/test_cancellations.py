"""Reading refunds as PortOne books them: how a reason begins, and no more of them than an item bears."""

import json
from typing import Any

import pytest

from portone_payments.adapters.portone.cancellations import MOST_CANCELLATIONS, cancellation_of
from portone_payments.adapters.portone.wire import payment_of
from tests.support.payment_answers import CANCELLATION, PAYMENT_ID, paid, with_raw


@pytest.mark.parametrize(
    "rest",
    [json.dumps("x" * 400_000)[1:-1], r"\ud800", r"\u0000", "\udcff"],
    ids=lambda rest: ascii(rest)[:9],
)
def test_the_beginning_of_a_reason_is_kept(rest: str) -> None:
    raw = f'"ABCDEF012345 {rest}"'
    body = with_raw({"cancellation": CANCELLATION}, "cancellation.reason", raw)

    read = [
        cancellation_of(body),
        *payment_of(
            PAYMENT_ID, with_raw(paid(cancellations=[CANCELLATION]), "cancellations.0.reason", raw)
        ).shown,
    ]

    assert [each.reason[:13] for each in read] == ["ABCDEF012345 "] * 2
    assert all(len(each.reason) <= 200 and each.reason.isprintable() for each in read)


@pytest.mark.parametrize("raw", ["null", "7", "[]"])
def test_a_refund_without_a_reason_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        cancellation_of(with_raw({"cancellation": CANCELLATION}, "cancellation.reason", raw))


def booked(number: int, *, ours: bool = False) -> dict[str, Any]:
    stamp = f"2026-01-02T04:{number // 60:02}:{number % 60:02}Z"
    reason = f"{number:012} ours" if ours else "by the console"
    return CANCELLATION | {"id": f"id-{number}", "requestedAt": stamp, "reason": reason}


def shown(cancellations: list[dict[str, Any]]) -> list[str] | None:
    found = payment_of(PAYMENT_ID, json.dumps(paid(cancellations=cancellations)).encode()).cancellations
    return None if found is None else [each.id for each in found]


def test_of_too_many_refunds_the_oldest_and_all_of_ours_are_kept() -> None:
    many = [booked(number, ours=number % 100 == 0) for number in range(2_000)]

    kept = shown(many)

    assert kept is not None
    assert kept == shown(many[::-1])
    assert len(kept) < MOST_CANCELLATIONS + 20
    assert {f"id-{number}" for number in (*range(MOST_CANCELLATIONS), *range(0, 2_000, 100))} == set(kept)


def test_the_refunds_kept_of_too_many_stay_when_more_follow() -> None:
    many = [booked(number, ours=number % 100 == 0) for number in range(2_000)]

    assert set(shown(many[:1_500]) or ()) <= set(shown(many) or ())


def test_a_list_that_may_hide_one_of_our_refunds_counts_as_absent() -> None:
    fits = [booked(number, ours=True) for number in range(2 * MOST_CANCELLATIONS)]

    assert len(shown(fits) or ()) == 2 * MOST_CANCELLATIONS
    assert shown([*fits, booked(2 * MOST_CANCELLATIONS, ours=True)]) is None
