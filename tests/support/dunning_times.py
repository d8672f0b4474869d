"""Policies of dunning and moments to ask them at, for properties."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from portone_payments.domain.subscriptions.dunning import DunningPolicy

POLICY = DunningPolicy()

DAY = 86_400

KST_OFFSET = timedelta(hours=9)

moments = st.integers(1_700_000_000, 1_900_000_000)

spreads = st.integers(-(2**70), 2**70)


@st.composite
def policies(draw: st.DrawFn) -> DunningPolicy:
    """Policies of any allowed hours, days and grace."""
    opens = draw(st.integers(0, 23))
    grace = draw(st.integers(0, 30))
    retry_days = draw(st.sets(st.integers(1, max(grace, 1)), max_size=min(grace, 8)))
    return DunningPolicy(
        retry_days=tuple(sorted(retry_days)),
        allowed_from=opens,
        allowed_to=draw(st.integers(opens + 1, 24)),
        grace_days=grace,
        smoothing_seconds=draw(st.integers(0, DAY)),
    )


def kst(text: str) -> int:
    """The epoch second of a time in Korea, written out."""
    return int(datetime.fromisoformat(f"{text}+09:00").timestamp())


def clock(at: int) -> str:
    """The time in Korea at a second, written out."""
    return (datetime.fromtimestamp(at, UTC) + KST_OFFSET).strftime("%Y-%m-%d %H:%M:%S")


def is_allowed(policy: DunningPolicy, at: int) -> bool:
    """Whether a policy allows to charge at this second."""
    hour = (datetime.fromtimestamp(at, UTC) + KST_OFFSET).hour
    return policy.allowed_from <= hour < policy.allowed_to
