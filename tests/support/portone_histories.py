"""Valid courses of one payment at PortOne, as hypothesis draws them: each reading a GET could have given."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from portone_payments.domain.readings.payment import Cancellation, CancellationStatus, RemoteStatus, Snapshot
from tests.support.snapshots import a_snapshot, an_account, micros

TOTAL = 1_000
_TRYING = (RemoteStatus.READY, RemoteStatus.FAILED, RemoteStatus.PAY_PENDING)
_OPEN = (*_TRYING, RemoteStatus.VIRTUAL_ACCOUNT_ISSUED)


@dataclass(frozen=True)
class _Course:
    """Where a payment stands at PortOne; `at` in seconds after NOW."""

    now: Snapshot
    at: float = 30.0
    attempts: int = 1


def _retry(course: _Course) -> _Course:
    attempts = course.attempts + 1
    window = a_snapshot(RemoteStatus.READY, transaction_id=f"tx-{attempts}")
    return replace(course, now=window, attempts=attempts)


def _become(status: RemoteStatus) -> Callable[[_Course], _Course]:
    def step(course: _Course) -> _Course:
        shown = a_snapshot(status, transaction_id=course.now.transaction_id)
        return replace(course, now=shown)

    return step


def _issue(course: _Course) -> _Course:
    method = an_account()
    shown = a_snapshot(
        RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, transaction_id=course.now.transaction_id, method=method
    )
    return replace(course, now=shown)


def _refund(amount: int, status: CancellationStatus) -> Callable[[_Course], _Course]:
    def step(course: _Course) -> _Course:
        left = TOTAL - course.now.cancelled
        entry = Cancellation(
            id=f"cancellation-{len(course.now.shown) + 1}",
            status=status,
            total=min(amount, left),
            tax_free=0,
            reason="changed mind",
            requested_at=micros(course.at),
        )
        cancelled = course.now.cancelled + (entry.total if status is CancellationStatus.SUCCEEDED else 0)
        return replace(course, now=_refunded(course.now, (*course.now.shown, entry), cancelled))

    return step


def _refunded(held: Snapshot, cancellations: tuple[Cancellation, ...], cancelled: int) -> Snapshot:
    status = held.status
    if cancelled:
        status = RemoteStatus.CANCELLED if cancelled >= TOTAL else RemoteStatus.PARTIAL_CANCELLED
    return replace(held, status=status, cancellations=cancellations, cancelled=cancelled)


def _steps(course: _Course) -> list[Callable[[_Course], _Course]]:
    status = course.now.status
    done, asked = CancellationStatus.SUCCEEDED, CancellationStatus.REQUESTED
    if status is RemoteStatus.READY:
        outcomes = [_become(RemoteStatus.FAILED), _become(RemoteStatus.PAY_PENDING), _issue]
        return [*outcomes, _become(RemoteStatus.PAID), _retry]
    if status in _OPEN:
        return [_become(RemoteStatus.PAID), _retry]
    if status is RemoteStatus.CANCELLED:
        return []
    return [_refund(300, done), _refund(TOTAL, done), _refund(100, asked)]


@st.composite
def portone_histories(draw: st.DrawFn, *, longest: int = 8) -> list[Snapshot]:
    """What PortOne showed, oldest first: whole seconds or fractions, states sometimes within one second."""
    fraction = draw(st.sampled_from([0, 366_979]))
    course = _Course(now=a_snapshot(RemoteStatus.READY))
    shown: list[Snapshot] = []
    for _ in range(draw(st.integers(1, longest))):
        whole = micros(course.at) // 1_000_000 * 1_000_000
        shown.append(replace(course.now, updated_at=whole + (fraction and fraction + len(shown))))
        steps = _steps(course)
        if not steps:
            break
        course = draw(st.sampled_from(steps))(course)
        course = replace(course, at=course.at + draw(st.sampled_from([0, 1, 60])))
    return shown
