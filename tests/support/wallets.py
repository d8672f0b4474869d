"""Wallets with saved keys, and what PortOne shows of a key."""

from dataclasses import replace

from portone_payments.domain.billing_keys.wallet import activate
from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.readings.billing_key import KeyReading, KeyStatus
from portone_payments.domain.readings.payment import Channel
from portone_payments.domain.records.billing_keys import SavedKey, Wallet
from portone_payments.domain.records.history import Moment
from tests.support.records import CUSTOMER

NOW = 1_767_323_045

APP = Moment(now=NOW, by="app")

LIVE = Channel(test=False, pg_provider="KCP_V2", pg_merchant_id="m-1", key="channel-live")

OTHER = replace(LIVE, key="channel-other")

UNNAMED = replace(LIVE, key=None)

POLICY = CheckPolicy(store_id="store-1", live=True, channels=frozenset({"channel-live"}))


def reading(**changes: object) -> KeyReading:
    """A key as PortOne shows it, but for what is interesting."""
    ours = KeyReading(
        billing_key="billing-key-example",
        status=KeyStatus.ISSUED,
        store_id="store-1",
        channels=(LIVE,),
        customer_id=CUSTOMER,
        billing_key_id="issue1",
    )
    return replace(ours, **changes)  # type: ignore[arg-type]


def a_key(billing_key_id: str = "issue1", **changes: object) -> SavedKey:
    """A saved key, but for what is interesting."""
    key = SavedKey(
        id=billing_key_id,
        created_at=NOW,
        pay_method="CARD",
        customer_id=CUSTOMER,
        sealed="sealed",
        key_hash="hash",
    )
    return replace(key, **changes)  # type: ignore[arg-type]


def with_active(*billing_key_ids: str) -> Wallet:
    """A wallet in which these keys can be charged, with nothing resumed."""
    wallet = Wallet(user_id="user-1")
    for number, billing_key_id in enumerate(billing_key_ids):
        wallet = activate(wallet, a_key(billing_key_id, created_at=NOW + number), APP)
    return replace(wallet, waking=False)
