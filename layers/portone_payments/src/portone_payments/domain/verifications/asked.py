"""The settings a verification was started under: its answer is compared with them and with today's.

Settings may change between start and answer; of the two the stricter counts.
"""

from collections.abc import Iterable
from dataclasses import replace

from portone_payments.domain.errors.identity import VerificationMismatch, VerificationPending
from portone_payments.domain.identity.rules import Field, Gives, IdentityRules, Purpose, Require
from portone_payments.domain.readings.verification import VerificationReading
from portone_payments.domain.records.identity import Asked, Attempt


def asked_under(rules: IdentityRules, purpose: Purpose, provider: str) -> Asked:
    """The terms of a verification with a provider for a purpose, under these settings."""
    typed = (name for name, gives in rules.matrix[provider].items() if gives is Gives.SELF_DECLARED)
    return Asked(
        channel_key=rules.channels[provider],
        require=purpose.require.value,
        needs=_names(purpose.needs),
        keeps=_names(purpose.keeps),
        typed=_names(typed),
        min_age=purpose.min_age,
        kept_days=purpose.kept_days,
        live=rules.live,
        merchants=rules.merchants.get(provider, ()),
    )


def stricter(asked: Asked, today: Purpose) -> Purpose:
    """The purpose with the stricter of both settings in every point: fewer fields, kept for less time."""
    return replace(
        today,
        require=Require.CI if Require.CI in {today.require, asked.require} else Require.ANY,
        needs=today.needs | {Field(name) for name in asked.needs},
        keeps=today.keeps & {Field(name) for name in asked.keeps},
        min_age=max(today.min_age, asked.min_age),
        kept_days=min(today.kept_days, asked.kept_days),
    )


def typed_fields(attempt: Attempt, rules: IdentityRules) -> frozenset[Field]:
    """The fields that the person may have typed: by the settings at the start, or by those of today.

    No field counts from a provider that no matrix names.
    """
    told = rules.matrix.get(attempt.provider)
    if told is None:
        return frozenset(Field)
    now = {name for name in Field if told.get(name, Gives.SELF_DECLARED) is Gives.SELF_DECLARED}
    return frozenset(now | {Field(name) for name in attempt.asked.typed})


def merchant_named(attempt: Attempt, merchant: str, rules: IdentityRules) -> bool:
    """Whether the PG answers for a merchant that was configured at the start and still is today."""
    named = (attempt.asked.merchants, rules.merchants.get(attempt.provider, ()))
    return all(merchant in each for each in named if each)


def check_answer(attempt: Attempt, reading: VerificationReading, rules: IdentityRules, mark: str) -> None:
    """Raises `VerificationMismatch` for another verification than the one that was started.

    The browser chooses the channel of the window: its key and provider are compared with those of the start.
    An answer without a channel proves nothing yet: `VerificationPending`. A text that PortOne omits does not
    matter, since the id proves which verification was started.
    """
    customer, channel = reading.customer, reading.channel
    if channel is None:
        raise VerificationPending
    live = rules.live or attempt.asked.live
    differs = {
        "test_channel": live and channel.test,
        "id": reading.id != attempt.verification_id,
        "custom_data": reading.custom_data not in {None, "", mark},
        "customer": customer is not None and customer.id not in {None, "", attempt.customer_id},
        "provider": channel.pg_provider != attempt.provider or not _offered(attempt, rules),
        "channel": channel.key not in {None, attempt.asked.channel_key},
    }
    for reason, found in differs.items():
        if found:
            raise VerificationMismatch(reason=reason)
    if channel.key is None:
        raise VerificationPending


def _offered(attempt: Attempt, rules: IdentityRules) -> bool:
    """Whether today's settings still allow the provider for the purpose."""
    purpose = rules.purposes.get(attempt.purpose)
    return purpose is not None and attempt.provider in rules.offered(purpose)


def _names(fields: Iterable[Field]) -> tuple[str, ...]:
    return tuple(sorted(each.value for each in fields))
