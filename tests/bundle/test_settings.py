"""The settings of each function, and which configurations are refused before anything is created."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from portone_local.gateway.functions import load_handler
from portone_local.template.cloudformation import (
    configuration,
    environment,
    functions,
    handlers,
    refusals,
    transformed,
)
from portone_local.template.roles import allowed, role_of
from portone_payments.entry.settings.contracts import contract_of
from portone_payments.entry.settings.identity import read_identity_settings
from portone_payments.entry.settings.payments import PORTONE_URL, read_settings

COMMON = {
    *("MODE", "PAYMENTS_TABLE", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "RES_OPTIONS"),
    *("USER_CLAIM", "STORE_ID", "PORTONE_URL", "NOTICE_URLS", "CONSENT_ALWAYS", "REFUND_LATE_CHARGES"),
    *("ONE_SUBSCRIPTION", "ONE_TRIAL", "ANNOUNCE", "SMALLEST_CHARGE"),
    *("TAX_FREE_DIFFERENCE", "METHOD_DIFFERENCE", "SELF_ISSUE_RECEIPTS", "REFUND_BASE", "LATE_PAYMENTS"),
    "METHOD_FALLBACK",
}
CALLS = {"API_SECRET_ARN", "CHANNELS", "BILLING_CHANNELS", "DUNNING"}
HINTS = {"WORK_QUEUE_URL"}
CHECKOUT = {"PAY_METHOD_RULES", "REDIRECT_URL", "APP_SCHEME", "READY_MINUTES"}
WEBHOOK = {"WEBHOOK_SECRET_ARN", "HASH_KEY_ARN", "PII_KEY_ARN", "CONFIRM_PROCESS", "WEBHOOK_TOLERANCE"}
STAFF = {"STAFF_CLAIM", "STAFF_PRINCIPALS"}
SHOP = {"SHOP_PRINCIPALS"}
WALLET = {"PII_KEY_ARN"} | CALLS | HINTS
CHARGES = {"PII_KEY_ARN", "CHARGE_KEYS_ARN"} | CALLS
CHANGES = {"DUNNING"}
TOLD = {
    "put_order": SHOP | {"CHANNELS", "PAY_METHOD_RULES", "PII_KEY_ARN"},
    "get_order": SHOP,
    "withdraw_order": SHOP | CALLS | HINTS,
    "prepare_payment": {"CHARGE_KEYS_ARN", "PII_KEY_ARN"} | CALLS | CHECKOUT,
    "verify_payment": CALLS | HINTS,
    "get_payment": set(),
    "list_payments": set(),
    "receive_webhook": CALLS | HINTS | WEBHOOK,
    "sweep_payments": {"WORK_QUEUE_URL", "SWEEP_RATE", "CHARGE_QUEUE_URL", "CHARGE_RATE"},
    "work_payments": CALLS | HINTS | {"PII_KEY_ARN", "STOCK_HOOK_ARN", "HASH_KEY_ARN"},
    "work_charges": CHARGES,
    "put_plan": SHOP,
    "change_price": SHOP,
    "get_plan": SHOP | {"STAFF_PRINCIPALS"},
    "start_billing_key": {"CHARGE_KEYS_ARN", "HASH_KEY_ARN", "PII_KEY_ARN"} | CALLS | CHECKOUT,
    "register_billing_key": WALLET | {"HASH_KEY_ARN", "KEY_IN_ISSUE"},
    "list_billing_keys": set(),
    "get_billing_key": set(),
    "set_default_billing_key": CHANGES,
    "delete_billing_key": WALLET,
    "charge_payment": WALLET,
    "subscribe": CHARGES,
    "subscribe_user": SHOP | CHARGES,
    "start_schedule": CHARGES,
    "get_subscription": SHOP | STAFF | CHANGES,
    "list_subscriptions": SHOP | STAFF | CHANGES,
    "get_user": SHOP | STAFF | CHANGES,
    "close_user": SHOP
    | STAFF
    | WALLET
    | {"IDENTITY_TABLE", "ERASURES_TABLE", "IDENTITY_HASH_SECRET_ARN", "IDENTITY_BACKUP_DAYS"},
    "preview_plan": set(),
    "change_plan": SHOP | STAFF | CHARGES,
    "change_subscription_key": CHARGES,
    "pause_subscription": SHOP | STAFF | CHANGES,
    "resume_subscription": SHOP | STAFF | CHARGES,
    "cancel_subscription": SHOP | STAFF | CHANGES | {"STAFF_REFUND_LIMIT", "PARTIAL_REFUND_METHODS"},
    "give_consent": CHARGES,
    "cancel_part": CHANGES,
    "pay_invoice": CHARGES | CHECKOUT,
    "waive_invoice": SHOP | STAFF | CHANGES | {"PII_KEY_ARN"},
    "confirm_payment": {"MANUAL_APPROVAL", "PII_KEY_ARN", "STOCK_HOOK_ARN"} | CALLS | HINTS,
    "issue_cash_receipt": STAFF | CALLS | HINTS | {"PII_KEY_ARN"},
    "cancel_cash_receipt": STAFF | CALLS | HINTS | {"PII_KEY_ARN"},
    "get_cash_receipt": STAFF,
    "publish_events": {"EVENT_BUS"},
    "get_refund": STAFF | {"PII_KEY_ARN"},
    "put_refund_account": STAFF | CALLS | HINTS | {"PII_KEY_ARN"},
    "list_attention": STAFF,
    "catch_up_payment": STAFF | CALLS | HINTS | {"PII_KEY_ARN"},
    "resolve_payment": STAFF | CHANGES | {"PII_KEY_ARN"},
    "audit_payments": CALLS,
    "apply_retention": set(),
    "list_discrepancies": STAFF | {"PII_KEY_ARN"},
    "close_discrepancy": STAFF | {"PII_KEY_ARN"},
}
PORTS = {"portone": "API_SECRET_ARN", "queue": "WORK_QUEUE_URL", "vault": "PII_KEY_ARN", "bus": "EVENT_BUS"}
RIGHTS = {
    "WORK_QUEUE_URL": "sqs:SendMessage WorkQueue",
    "CHARGE_QUEUE_URL": "sqs:SendMessage ChargeQueue",
    "PII_KEY_ARN": "kms:",
    "API_SECRET_ARN": "secretsmanager:GetSecretValue ApiSecret",
    "WEBHOOK_SECRET_ARN": "secretsmanager:GetSecretValue WebhookSecret",
    "HASH_KEY_ARN": "secretsmanager:GetSecretValue HashKeySecret",
    "CHARGE_KEYS_ARN": "secretsmanager:GetSecretValue ChargeKeys",
    "EVENT_BUS": "events:PutEvents EventBus",
}
ENVIRONMENTS = ("dev", "stg", "prod")
LAMBDA_ALLOWS = 4096  # bytes of names and values
LONGEST_ARN = 128


class Asked(Mapping[str, str]):
    """An environment that records what is read."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@pytest.mark.parametrize(("function", "expected"), TOLD.items())
def test_a_function_gets_exactly_the_settings_it_needs(
    each: dict[str, Any], function: str, expected: set[str]
) -> None:
    assert set(environment(each, function)) == COMMON | expected


def test_the_template_sets_every_setting_and_no_other(dev: dict[str, Any]) -> None:
    asked = Asked()
    read_settings(asked)
    read_identity_settings(asked)

    told = {name for function in functions(dev) for name in environment(dev, function)}

    assert told - {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "RES_OPTIONS"} == asked.names


def test_half_of_the_environment_lambda_allows_is_left_to_what_the_operator_writes(
    prod: dict[str, Any],
) -> None:
    used = {
        function: sum(
            len(name) + (len(value) if isinstance(value, str) else LONGEST_ARN)
            for name, value in environment(prod, function).items()
        )
        for function in functions(prod)
    }

    assert {function for function, size in used.items() if size > LAMBDA_ALLOWS / 2} == set()


def test_malformed_json_stops_the_functions_that_read_it_and_no_others() -> None:
    slips = {"Channels": "{", "BillingChannels": "{", "Dunning": "{", "PayMethodRules": "["}
    template = transformed(configuration("dev") | slips)
    stopped = set[str]()
    for function in TOLD:
        told = {name: str(value) for name, value in environment(template, function).items()}
        try:
            read_settings(told)
        except ValueError:
            stopped.add(function)

    reading = {function for function, expected in TOLD.items() if expected & {"CHANNELS", "DUNNING"}}
    assert stopped == reading
    assert not stopped & {"get_payment", "list_attention", "sweep_payments", "publish_events"}


@pytest.mark.parametrize("function", TOLD)
def test_every_setting_of_a_function_can_be_read(each: dict[str, Any], function: str) -> None:
    settings = read_settings({name: str(value) for name, value in environment(each, function).items()})

    assert settings.payments_table


@pytest.mark.parametrize("function", TOLD)
@pytest.mark.parametrize(("port", "name"), PORTS.items())
def test_a_function_gets_only_the_ports_its_handler_declares(
    dev: dict[str, Any], function: str, port: str, name: str
) -> None:
    handler = load_handler(handlers()[function])

    assert (port in handler.needs) == (name in environment(dev, function))


@pytest.mark.parametrize(("name", "right"), RIGHTS.items())
def test_no_function_gets_a_port_its_role_does_not_permit(dev: dict[str, Any], name: str, right: str) -> None:
    told = [function for function in functions(dev) if name in environment(dev, function)]
    may = {function: allowed(dev, role_of(dev, function)) for function in told}

    assert [each for each in told if not any(action.startswith(right) for action in may[each])] == []


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_configuration_that_ships_is_accepted(name: str) -> None:
    assert refusals(configuration(name)) == ()


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_no_configuration_that_ships_combines_live_mode_with_another_address(name: str) -> None:
    told = configuration(name)

    assert told["Mode"] != "live" or told.get("PortOneUrl", PORTONE_URL) == PORTONE_URL


@pytest.mark.parametrize(
    "address", ["https://portone.example", "http://127.0.0.1:8700", "https://api.portone.io.example"]
)
def test_live_mode_with_another_address_is_refused(address: str) -> None:
    refused = refusals(configuration("prod") | {"PortOneUrl": address})

    assert refused == ("Live mode calls PortOne's own address and no other.",)


@pytest.mark.parametrize("address", ["http://portone.example", "http://127.0.0.1.example", "ftp://x", ""])
def test_plain_http_leaves_this_machine_in_no_mode(address: str) -> None:
    refused = refusals(configuration("dev") | {"PortOneUrl": address})

    assert refused == ("PortOneUrl is https, or http on this machine, without a path",)


def test_real_money_does_not_move_in_dev() -> None:
    refused = refusals(configuration("prod") | {"Stage": "dev"})

    assert refused == ("Real money does not move in dev.",)


@pytest.mark.parametrize(
    ("mode", "url", "starts"),
    [
        ("live", "http://shop.example/paid", False),
        ("live", "http://127.0.0.1:3000/paid", False),
        ("live", "https://shop.example/paid", True),
        ("test", "http://shop.example/paid", True),
        ("live", "", True),
    ],
)
def test_live_mode_redirects_buyers_by_https_only(
    mode: str,
    url: str,
    starts: bool,  # noqa: FBT001 - a column of the table
) -> None:
    def started(read: Callable[[Mapping[str, str]], object], name: str) -> bool:
        try:
            read({"MODE": mode, name: url})
        except ValueError:
            return False
        return True

    assert started(read_settings, "REDIRECT_URL") is starts
    assert started(read_identity_settings, "IDENTITY_REDIRECT_URL") is starts


def test_prod_is_live_and_the_others_are_not() -> None:
    assert [configuration(name)["Mode"] for name in ENVIRONMENTS] == ["test", "test", "live"]


def test_payments_are_never_confirmed_by_default(dev: dict[str, Any]) -> None:
    assert environment(dev, "receive_webhook")["CONFIRM_PROCESS"] == "off"


@pytest.mark.parametrize(
    "slip",
    [
        {"window": {"totalAmount": 1}},
        {"window": {"customer": {"customerId": "x"}}},
        {"window": "KO_KR"},
        {"asks": ["buyer.age"]},
        {"asks": ["channel.productType"]},
        {"asks": "buyer.name"},
        {"productType": "REAL"},
    ],
    ids=str,
)
def test_a_malformed_channel_stops_the_start_of_a_function(slip: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        contract_of({"key": "channel-key", "pgProvider": "KSNET", "pgMerchantId": "m"} | slip)


def test_the_smallest_charge_of_a_currency_is_the_operators() -> None:
    told = read_settings({"SMALLEST_CHARGE": "KRW=1000,USD=100"}).billing

    assert [told.least(currency) for currency in ("KRW", "USD", "JPY")] == [1_000, 100, 50]
    assert read_settings({}).billing.least("KRW") == 100
