"""Whether a billing key that PortOne shows was issued in its user's window (PortOne facts 6.1, rule 8.5)."""

from dataclasses import dataclass

from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.readings.billing_key import KeyReading, KeyStatus
from portone_payments.domain.readings.payment import Channel
from portone_payments.domain.records.billing_keys import KeyState, SavedKey


@dataclass(frozen=True, slots=True)
class Judged:
    """The state a reading leads to, and the code of what differs."""

    state: KeyState
    code: str | None = None


def judge(key: SavedKey, reading: KeyReading, policy: CheckPolicy) -> Judged:
    """ACTIVE only for a key that is issued, ours, its user's and on a channel we charge."""
    if reading.status is KeyStatus.DELETED:
        return Judged(KeyState.DELETED)
    if reading.status is KeyStatus.UNRECOGNISED:
        return Judged(KeyState.CHECKING)
    if reading.store_id != (key.store_id or policy.store_id or reading.store_id):
        return Judged(KeyState.REFUSED, "store")
    if nobodys(reading) or reading.channels is None:
        # neither surely ours nor anybody else's: a guess charges nothing and deletes nothing
        return Judged(KeyState.CHECKING)
    if reading.billing_key_id not in {None, key.id}:
        return Judged(KeyState.REFUSED, "issue")
    # our issueId is bound to its user; an omitted customer is not another one
    if reading.customer_id not in {None, key.customer_id}:
        # the reading does not say who issued it: it is not ours to delete
        return Judged(KeyState.REFUSED if reading.billing_key_id is None else KeyState.UNWANTED, "customer")
    if not _chargeable(reading, policy):
        return Judged(KeyState.UNWANTED, "channel")
    return Judged(KeyState.ACTIVE)


def nobodys(reading: KeyReading) -> bool:
    """Whether a reading names neither the window nor the customer for which the key was issued."""
    return reading.billing_key_id is None and reading.customer_id is None


def channel_to_charge(reading: KeyReading, policy: CheckPolicy) -> str | None:
    """The channel to name in a charge; only a key with several needs one (PortOne facts 6.3)."""
    channels = reading.channels or ()
    if len(channels) < 2:  # noqa: PLR2004 - one channel needs no choice
        return None
    named = (channel for channel in channels if channel.key is not None)
    return next((channel.key for channel in named if _allowed(channel, policy)), None)


def _chargeable(reading: KeyReading, policy: CheckPolicy) -> bool:
    """Whether a charge can name an accepted channel; where it cannot, whether PortOne may choose any."""
    channels = reading.channels or ()
    every = bool(channels) and all(_allowed(channel, policy) for channel in channels)
    return every or channel_to_charge(reading, policy) is not None


def _allowed(channel: Channel, policy: CheckPolicy) -> bool:
    if policy.live and channel.test:
        return False
    if channel.key is not None:
        return not policy.channels or channel.key in policy.channels
    return not policy.merchants or (channel.pg_provider, channel.pg_merchant_id) in policy.merchants
