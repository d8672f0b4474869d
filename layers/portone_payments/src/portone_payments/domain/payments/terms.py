"""The settings a payment was prepared under: readings are compared with them, not with today's (rule 1.2)."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.readings.payment import Channel
from portone_payments.domain.records.billing_keys import SavedKey
from portone_payments.domain.records.payments import Payment, Terms

_LENGTH = 8  # hexadecimal digits: enough to tell a shop's channels apart, small in every payment


def terms_under(policy: CheckPolicy) -> Terms:
    """The terms of a payment that is prepared under these settings."""
    return Terms(
        store=policy.store_id,
        live=policy.live,
        channels=_sorted(policy.channels),
        merchants=_sorted(map(_merchant, policy.merchants)),
    )


def terms_of(payment: Payment, policy: CheckPolicy) -> Terms:
    """The terms of a payment; today's where its record was made by hand."""
    return payment.terms or terms_under(policy)


def store_of(payment: Payment, policy: CheckPolicy) -> str:
    """The store that every call about a payment names: the one it was prepared in, whatever is set today."""
    return terms_of(payment, policy).store or policy.store_id


def charged_under(payment: Payment, key: SavedKey, policy: CheckPolicy) -> Payment:
    """The payment with the customer id and the channels of the saved payment method that pays it."""
    payment = replace(payment, customer_id=key.customer_id)
    if not key.channels and not key.merchants:
        return offered_under(_in_store_of(payment, key, policy), policy)
    today, held = terms_under(policy), payment.terms
    if held is None:
        terms = replace(today, store=key.store_id or today.store, channels=key.channels)
        return replace(payment, terms=replace(terms, merchants=key.merchants))
    # a contract replaces a key that PortOne omitted, and nothing else
    merchants = () if key.channels else key.merchants
    wider = replace(
        held,
        live=today.live,
        channels=_either(held.channels, key.channels),
        merchants=_either(held.merchants, merchants),
    )
    return replace(payment, terms=wider)


def _in_store_of(payment: Payment, key: SavedKey, policy: CheckPolicy) -> Payment:
    """The payment, in its method's store where it has none yet."""
    if payment.terms is not None or not key.store_id:
        return payment
    return replace(payment, terms=replace(terms_under(policy), store=key.store_id))


def offered_under(payment: Payment, policy: CheckPolicy) -> Payment:
    """The payment with today's settings added to its terms: it is offered under them, earlier ones included.

    Its store stays: two windows in two stores could both be paid.
    """
    held, today = terms_of(payment, policy), terms_under(policy)
    wider = replace(
        held,
        live=today.live,
        channels=_either(held.channels, today.channels),
        merchants=_either(held.merchants, today.merchants),
    )
    return payment if wider == payment.terms else replace(payment, terms=wider)


def channel_hashes(channels: Iterable[Channel]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys and merchants of the channels a billing key was issued on, as terms store them."""
    known = tuple(channels)
    keys = _sorted(each.key for each in known if each.key is not None)
    return keys, _sorted(_merchant((each.pg_provider, each.pg_merchant_id)) for each in known)


def same_store(terms: Terms, store_id: str) -> bool:
    """Whether a store is the one the payment was prepared in; any store, where none was set."""
    return terms.store in {"", store_id}


def known_channel(terms: Terms, channel: Channel) -> bool:
    """Whether a channel is among the terms: by its key, else by its PG contract; any, where none was set."""
    if channel.key is not None and terms.channels:
        return _hash(channel.key) in terms.channels
    contract = _merchant((channel.pg_provider, channel.pg_merchant_id))
    return not terms.merchants or _hash(contract) in terms.merchants


def _either(held: tuple[str, ...], added: tuple[str, ...]) -> tuple[str, ...]:
    """Both together; empty, which means unlimited, stays empty."""
    return tuple(sorted({*held, *added})) if held else ()


def _merchant(contract: tuple[str, str]) -> str:
    return "\x00".join(contract)


def _sorted(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({_hash(text) for text in texts}))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
