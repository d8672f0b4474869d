"""What the operator chose, read once from the environment the template sets."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from portone_payments.domain.payments.policy import CheckPolicy, MethodRule
from portone_payments.domain.refunds.rules import RefundPolicy
from portone_payments.domain.subscriptions.dunning import DunningPolicy
from portone_payments.domain.subscriptions.policy import SMALLEST, Announce, BillingPolicy
from portone_payments.domain.windows.given import Contract
from portone_payments.domain.windows.table import (
    CHARGING,
    PAYING,
    SAVE_NOTHING_ALONE,
    SAVING,
    SAVING_AND_PAYING,
    Windows,
)
from portone_payments.entry.rights import CallerRules, read_caller_rules
from portone_payments.entry.settings.contracts import contract_of

PORTONE_URL = "https://api.portone.io"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One field per environment variable of the same name in capitals; only what a function uses is set.

    `channels` maps a pay method (or `*`) to a channel;
    `ready_minutes` is how long a payment is offered, `webhook_tolerance` in seconds, `sweep_rate` in items a
    second.
    """

    mode: str = "test"
    store_id: str = ""
    portone_url: str = PORTONE_URL
    payments_table: str = ""
    work_queue_url: str = ""
    event_bus: str = ""
    api_secret_arn: str = ""
    webhook_secret_arn: str = ""
    hash_key_arn: str = ""
    charge_keys_arn: str = ""
    charge_queue_url: str = ""
    billing_channels: Mapping[str, Contract] = field(default_factory=dict)
    charge_rate: int = 20
    billing: BillingPolicy = field(default_factory=BillingPolicy)
    pii_key_arn: str = ""
    channels: Mapping[str, Contract]
    pay_method_rules: tuple[MethodRule, ...] = ()
    redirect_url: str = ""
    app_scheme: str = ""
    notice_urls: tuple[str, ...] = ()
    ready_minutes: int = 60
    callers: CallerRules = field(default_factory=CallerRules)
    confirm_process: bool = False
    manual_approval: bool = False
    key_in_issue: bool = False
    stock_hook_arn: str = ""
    webhook_tolerance: int = 300
    sweep_rate: int = 20
    check: CheckPolicy
    refund: RefundPolicy = field(default_factory=RefundPolicy)

    @property
    def paying(self) -> Windows:
        """The windows orders are paid in."""
        return Windows(PAYING, self.channels)

    @property
    def saving(self) -> Windows:
        """The windows pay methods are saved in."""
        return Windows(SAVING, self.billing_channels, SAVE_NOTHING_ALONE)

    @property
    def saving_and_paying(self) -> Windows:
        """The windows that do both at once."""
        return Windows(SAVING_AND_PAYING, self.billing_channels)

    @property
    def charging(self) -> Windows:
        """Charges of saved methods, which open no window and require the same."""
        return Windows(CHARGING, self.billing_channels)

    @property
    def live(self) -> bool:
        """Whether real money moves."""
        return self.mode == "live"


def read_settings(env: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this function. Raises ValueError for a combination that must not start."""
    mode = env.get("MODE", "test")
    portone_url = env.get("PORTONE_URL") or PORTONE_URL
    refuse_unsafe_url(mode, portone_url)
    redirect_url = env.get("REDIRECT_URL", "")
    refuse_plain_redirect(mode, redirect_url)
    channels = json.loads(env.get("CHANNELS") or "{}")
    billing_channels = json.loads(env.get("BILLING_CHANNELS") or "{}")
    every_channel = (*channels.values(), *billing_channels.values())
    return Settings(
        mode=mode,
        store_id=env.get("STORE_ID", ""),
        portone_url=portone_url,
        payments_table=env.get("PAYMENTS_TABLE", ""),
        work_queue_url=env.get("WORK_QUEUE_URL", ""),
        event_bus=env.get("EVENT_BUS", ""),
        api_secret_arn=env.get("API_SECRET_ARN", ""),
        webhook_secret_arn=env.get("WEBHOOK_SECRET_ARN", ""),
        hash_key_arn=env.get("HASH_KEY_ARN", ""),
        charge_keys_arn=env.get("CHARGE_KEYS_ARN", ""),
        charge_queue_url=env.get("CHARGE_QUEUE_URL", ""),
        billing_channels={method: contract_of(channel) for method, channel in billing_channels.items()},
        charge_rate=int(env.get("CHARGE_RATE") or 20),
        billing=BillingPolicy(
            dunning=DunningPolicy.parse(env.get("DUNNING") or "{}"),
            announce=Announce.parse(env.get("ANNOUNCE") or "{}"),
            consent_always=env.get("CONSENT_ALWAYS") == "on",
            refund_late=env.get("REFUND_LATE_CHARGES") != "off",
            method_fallback=env.get("METHOD_FALLBACK") != "off",
            smallest=_smallest(env.get("SMALLEST_CHARGE", "")),
            one_subscription=env.get("ONE_SUBSCRIPTION") != "off",
            one_trial=env.get("ONE_TRIAL") != "off",
        ),
        pii_key_arn=env.get("PII_KEY_ARN", ""),
        channels={method: contract_of(channel) for method, channel in channels.items()},
        pay_method_rules=tuple(
            MethodRule.parse(rule) for rule in json.loads(env.get("PAY_METHOD_RULES") or "[]")
        ),
        redirect_url=redirect_url,
        app_scheme=env.get("APP_SCHEME", ""),
        notice_urls=tuple(url for url in env.get("NOTICE_URLS", "").split(",") if url),
        ready_minutes=int(env.get("READY_MINUTES") or 60),
        callers=read_caller_rules(env),
        confirm_process=env.get("CONFIRM_PROCESS") == "on",
        manual_approval=env.get("MANUAL_APPROVAL") == "on",
        key_in_issue=env.get("KEY_IN_ISSUE") == "on",
        stock_hook_arn=env.get("STOCK_HOOK_ARN", ""),
        webhook_tolerance=int(env.get("WEBHOOK_TOLERANCE") or 300),
        sweep_rate=int(env.get("SWEEP_RATE") or 20),
        refund=RefundPolicy(
            owner_days=int(env.get("OWNER_REFUND_DAYS") or 7),
            owner_max=int(env.get("OWNER_REFUND_MAX") or 0),
            staff_limit=int(env.get("STAFF_REFUND_LIMIT") or 0),
            base=env.get("REFUND_BASE") or "total",
            partial=frozenset(name for name in env.get("PARTIAL_REFUND_METHODS", "").split(",") if name),
        ),
        check=CheckPolicy(
            store_id=env.get("STORE_ID", ""),
            live=mode == "live",
            channels=frozenset(contract_of(channel).key for channel in every_channel),
            merchants=frozenset(_merchants(every_channel)),
            quarantine_tax_free=env.get("TAX_FREE_DIFFERENCE") == "quarantine",
            quarantine_method=env.get("METHOD_DIFFERENCE") == "quarantine",
            self_issue_receipts=env.get("SELF_ISSUE_RECEIPTS") == "on",
            refund_base=env.get("REFUND_BASE") or "total",
            refund_late=env.get("LATE_PAYMENTS") == "refund",
        ),
    )


def _smallest(said: str) -> Mapping[str, int]:
    """The smallest charge of each currency, in minor units, as "KRW=100,USD=50". Raises ValueError."""
    pairs = [each.split("=") for each in said.split(",") if each]
    return {**SMALLEST, **{currency: int(amount) for currency, amount in pairs}}


def _merchants(channels: Iterable[object]) -> Iterator[tuple[str, str]]:
    for channel in channels:
        if isinstance(channel, dict) and "pgProvider" in channel:
            yield channel["pgProvider"], channel["pgMerchantId"]


def refuse_unsafe_url(mode: str, portone_url: str) -> None:
    """Live mode has one address, and plain http is only for this machine (rule 9.2)."""
    url = urlsplit(portone_url)
    if mode not in {"live", "test"}:
        raise ValueError("MODE is live or test")
    if mode == "live" and portone_url != PORTONE_URL:
        raise ValueError("live mode calls PortOne's own address and no other")
    if url.scheme != "https" and url.hostname not in LOOPBACK:
        raise ValueError("PORTONE_URL outside this machine needs https")


def refuse_plain_redirect(mode: str, url: str) -> None:
    """Over plain http an attacker reads and changes the redirect of the buyer's browser (rule 9.2)."""
    if mode == "live" and url and urlsplit(url).scheme != "https":
        raise ValueError("live mode redirects buyers by https alone")
