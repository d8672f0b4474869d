"""What each function may do, exactly. The local AWS enforces roles, but not key policies."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.template.cloudformation import configuration, functions, statements, transformed
from portone_local.template.roles import allowed, conditioned, role_of
from tests.support.identity_rights import ALLOWED as PERSONS

LOGS = {"logs:CreateLogStream FunctionLogs", "logs:PutLogEvents FunctionLogs"}
READS = {"dynamodb:GetItem PaymentsTable"}


def saves(*leading: str) -> set[str]:
    return READS | {f"dynamodb:PutItem PaymentsTable {each}" for each in leading}


def reads(*leading: str) -> set[str]:
    return {f"dynamodb:GetItem PaymentsTable {each}" for each in leading}


def lists(*leading: str) -> set[str]:
    return {f"dynamodb:BatchGetItem PaymentsTable {each}" for each in leading}


def puts(*leading: str) -> set[str]:
    """Reads and saves of these alone."""
    return reads(*leading) | {f"dynamodb:PutItem PaymentsTable {each}" for each in leading}


def seals(*kinds: str) -> set[str]:
    return {f"kms:Encrypt PiiKey {each}" for each in kinds}


def opens(*kinds: str) -> set[str]:
    return {f"kms:Decrypt PiiKey {each}" for each in kinds}


PAYS = saves("payment#*", "attention#*")
CALLS = {"secretsmanager:GetSecretValue ApiSecret"}
# what a reading may settle: a payment, its order, the subscription it was charged for
CATCHES_UP = PAYS | saves("order#*", "subscription#*") | CALLS
# and what a refusal of us stops
SENDS = CATCHES_UP | saves("stops#sending")
HINTS = {"sqs:SendMessage WorkQueue"}
LISTS = {"dynamodb:Query PaymentsTable/index/mine"} | lists("payment#*", "subscription#*")
KNOWS = {"secretsmanager:GetSecretValue HashKeySecret"}
NAMES = {"secretsmanager:GetSecretValue ChargeKeys"}
CHARGES = SENDS | saves("wallet#*") | opens("billing-key", "billing-buyer")
COLLECTS = CHARGES | NAMES
REFUNDS = SENDS | HINTS | opens("refund-account", "refund-reason")
ENDING = ("payment#*", "order#*", "subscription#*", "wallet#*", "key#*")
ALLOWED = {
    "put_order": PAYS | saves("order#*") | seals("buyer") | opens("buyer"),
    "get_order": reads("order#*", "payment#*", "subscription#*"),
    "withdraw_order": SENDS | HINTS,
    "prepare_payment": SENDS | saves("request#*") | NAMES | LISTS | opens("buyer"),
    "verify_payment": CATCHES_UP | HINTS,
    "get_payment": reads("payment#*"),
    "list_payments": {"dynamodb:Query PaymentsTable/index/mine"} | lists("payment#*"),
    "put_plan": puts("plan#*"),
    "change_price": puts("plan#*"),
    "get_plan": reads("plan#*"),
    "start_billing_key": SENDS
    | saves("wallet#*", "key#*")
    | NAMES
    | LISTS
    | KNOWS
    | seals("billing-buyer")
    | opens("buyer"),
    "register_billing_key": saves("wallet#*", "key#*", "subscription#*", "stops#sending")
    | CALLS
    | HINTS
    | KNOWS
    | LISTS
    | seals("billing-key", "billing-token")
    | opens("billing-key", "billing-token"),
    "list_billing_keys": reads("wallet#*"),
    "get_billing_key": reads("wallet#*"),
    "set_default_billing_key": saves("wallet#*", "subscription#*") | LISTS,
    "delete_billing_key": PAYS
    | saves("wallet#*", "subscription#*", "stops#sending")
    | CALLS
    | HINTS
    | LISTS
    | opens("billing-key"),
    "charge_payment": CHARGES | HINTS,
    "subscribe": COLLECTS | saves("request#*"),
    "subscribe_user": COLLECTS | saves("request#*"),
    "start_schedule": COLLECTS | saves("request#*"),
    "list_subscriptions": {"dynamodb:Query PaymentsTable/index/mine"} | lists("subscription#*"),
    "get_subscription": reads("subscription#*") | {"dynamodb:Query PaymentsTable subscription#*"},
    "preview_plan": reads("subscription#*", "plan#*", "payment#*"),
    "change_plan": COLLECTS,
    "change_subscription_key": COLLECTS,
    "pause_subscription": puts("subscription#*"),
    "resume_subscription": COLLECTS,
    # staff may pay back what is not used
    "cancel_subscription": puts("subscription#*", "payment#*"),
    "give_consent": COLLECTS,
    "cancel_part": puts("subscription#*"),
    "pay_invoice": COLLECTS | LISTS | opens("buyer"),
    "waive_invoice": puts("subscription#*") | seals("staff-words"),
    "get_user": LISTS | reads("order#*", "wallet#*"),
    "close_user": PAYS
    | saves("wallet#*", "subscription#*", "stops#sending")
    | CALLS
    | HINTS
    | LISTS
    | opens("billing-key")
    | PERSONS["erase_identity"],
    "receive_webhook": CATCHES_UP
    | saves("unmatched#*", "wallet#*", "key#*")
    | HINTS
    | KNOWS
    | {"secretsmanager:GetSecretValue WebhookSecret"}
    | seals("unmatched-key", "billing-key"),
    "sweep_payments": PAYS
    | saves("wallet#*", "subscription#*", "pace#charges", "stops#sending")
    | {
        f"dynamodb:UpdateItem PaymentsTable {each}#*"
        for each in ("payment", "order", "subscription", "wallet", "unmatched", "plan")
    }
    | {
        "dynamodb:Query PaymentsTable/index/due",
        "sqs:SendMessage WorkQueue",
        "sqs:GetQueueAttributes WorkQueue",
        "sqs:SendMessage ChargeQueue",
        "sqs:GetQueueAttributes ChargeQueue",
        "sqs:SendMessage SweepDeadLetters",
    },
    "work_charges": COLLECTS
    | {
        "sqs:ReceiveMessage ChargeQueue",
        "sqs:DeleteMessage ChargeQueue",
        "sqs:GetQueueAttributes ChargeQueue",
    },
    "cancel_payment": REFUNDS | KNOWS | seals("refund-account", "refund-reason"),
    "cancel_payment_as_staff": REFUNDS | KNOWS | seals("refund-account", "refund-reason"),
    "approve_refund": REFUNDS,
    "put_refund_account": REFUNDS | seals("refund-account"),
    "get_refund": reads("payment#*") | opens("refund-account", "refund-reason"),
    "confirm_payment": SENDS | HINTS | seals("approval-token") | opens("approval-token"),
    "issue_cash_receipt": SENDS | HINTS | seals("receipt") | opens("receipt"),
    "cancel_cash_receipt": SENDS | HINTS | opens("receipt"),
    "get_cash_receipt": reads("payment#*"),
    "work_payments": REFUNDS
    | saves("wallet#*", "key#*", "unmatched#*", "discrepancy#*", "plan#*")
    | {"dynamodb:Query PaymentsTable/index/attention"}
    | KNOWS
    | LISTS
    | seals("billing-key")
    | opens("approval-token", "receipt", "billing-key", "billing-token", "billing-buyer", "unmatched-key")
    | {"sqs:ReceiveMessage WorkQueue", "sqs:DeleteMessage WorkQueue", "sqs:GetQueueAttributes WorkQueue"},
    "publish_events": {
        "dynamodb:DescribeStream PaymentsTable/stream",
        "dynamodb:GetRecords PaymentsTable/stream",
        "dynamodb:GetShardIterator PaymentsTable/stream",
        "dynamodb:ListStreams *",
        "dynamodb:BatchGetItem PaymentsTable",
        "dynamodb:Query PaymentsTable subscription#*",
        "events:PutEvents EventBus",
        "s3:PutObject UnpublishedRecords/*",
        "s3:ListBucket UnpublishedRecords",
    },
    "list_attention": {"dynamodb:Query PaymentsTable/index/attention"} | lists("attention#*", "payment#*"),
    "catch_up_payment": CATCHES_UP | HINTS | opens("staff-words"),
    "resolve_payment": puts("payment#*", "subscription#*")
    | {"dynamodb:PutItem PaymentsTable attention#*"}
    | seals("staff-words"),
    "audit_payments": CATCHES_UP
    | saves("discrepancy#*", "audit#list")
    | lists("payment#*", "discrepancy#*")
    | {
        "dynamodb:Query PaymentsTable/index/changed",
        "dynamodb:Query PaymentsTable/index/attention",
        "sqs:SendMessage SweepDeadLetters",
    },
    "apply_retention": reads(*ENDING, "audit#list")
    | lists("payment#*")
    | {
        "dynamodb:Query PaymentsTable/index/changed",
        *(f"dynamodb:Query PaymentsTable {each}" for each in ENDING if each != "key#*"),
        *(f"dynamodb:DeleteItem PaymentsTable {each}" for each in ENDING),
        "sqs:SendMessage SweepDeadLetters",
    },
    "list_discrepancies": reads("audit#list")
    | {"dynamodb:Query PaymentsTable/index/attention"}
    | lists("discrepancy#*")
    | opens("discrepancy"),
    "close_discrepancy": puts("discrepancy#*") | seals("discrepancy") | opens("discrepancy"),
}
# a key policy's Resource "*" is that key; the second statement is how AWS's own keys allow a service's users
STARS = {
    ("DataKey", "Administration", "Resource"),
    ("DataKey", "WhoeverMayUseTheTableOrASecret", "Resource"),
    ("DataKey", "WhoeverMayUseTheTableOrASecret", "Principal"),
    ("DataKey", "DynamoDbForItself", "Resource"),
    ("DataKey", "DynamoDbForItself", "Principal"),
    ("DataKey", "Logs", "Resource"),
    ("DataKey", "Alarms", "Resource"),
    ("PiiKey", "Administration", "Resource"),
    ("PiiKey", "FunctionsOfThisStack", "Resource"),
    ("IdentityKey", "Administration", "Resource"),
    ("IdentityKey", "WhoChangesThisPolicy", "Resource"),
    ("IdentityKey", "DynamoDbForItself", "Resource"),
    ("IdentityKey", "DynamoDbForItself", "Principal"),
    ("IdentityKey", "WhoeverMayUseTheTable", "Resource"),
    ("IdentityKey", "WhoeverMayUseTheTable", "Principal"),
    ("IdentityKey", "IdentityFunctions", "Resource"),
    ("PublishRole", "Streams", "Resource"),
    ("PublishRole", "Unpublished", "Resource"),
}


def documents(template: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for logical_id, resource in template["Resources"].items():
        properties = resource["Properties"]
        for name in ("PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument"):
            if name in properties:
                yield logical_id, properties[name]
        for policy in properties.get("Policies", []):
            yield logical_id, policy["PolicyDocument"]


@pytest.mark.parametrize(("function", "expected"), ALLOWED.items())
def test_a_function_may_do_exactly_this(each: dict[str, Any], function: str, expected: set[str]) -> None:
    found = conditioned(each, role_of(each, function))

    assert sorted(found) == sorted(LOGS | expected)
    assert all(statement["Effect"] == "Allow" for statement in statements(each, role_of(each, function)))


def test_with_a_stock_hook_approving_functions_may_invoke_that_function_only() -> None:
    hook = "arn:aws:lambda:ap-northeast-2:000000000000:function:example-stock"
    asking = transformed(configuration("dev") | {"StockHookArn": hook})

    may_invoke = {
        function: statement["Resource"]
        for function in functions(asking)
        for statement in statements(asking, role_of(asking, function))
        if statement["Action"] == "lambda:InvokeFunction"
    }

    assert may_invoke == {"confirm_payment": hook, "work_payments": hook}


def test_every_function_has_a_role_of_its_own(each: dict[str, Any]) -> None:
    roles = [role_of(each, function) for function in functions(each)]
    declared = {
        logical_id
        for logical_id, resource in each["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role" and "lambda.amazonaws.com" in str(resource)
    }

    assert len(set(roles)) == len(roles)
    assert set(roles) == declared


def test_the_timer_may_start_the_sweep_and_nothing_else(each: dict[str, Any]) -> None:
    target = each["Resources"]["SweepEveryMinute"]["Properties"]["Target"]

    assert target["RoleArn"] == {"Fn::GetAtt": ["SweepEveryMinuteRole", "Arn"]}
    assert allowed(each, "SweepEveryMinuteRole") == [
        "lambda:InvokeFunction Sweep",
        "sqs:SendMessage SweepDeadLetters",
    ]


def test_no_permission_has_a_wildcard_aws_does_not_require(each: dict[str, Any]) -> None:
    found = {
        (logical_id, statement.get("Sid", ""), part)
        for logical_id, document in documents(each)
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        for part in ("Action", "Resource", "Principal", "NotAction", "NotResource", "NotPrincipal")
        if "*" in str(statement.get(part, ""))
    }

    assert found == STARS


def test_the_open_statement_of_the_data_key_serves_three_services_in_this_account_only(
    each: dict[str, Any],
) -> None:
    (statement,) = [
        statement
        for statement in each["Resources"]["DataKey"]["Properties"]["KeyPolicy"]["Statement"]
        if statement["Sid"] == "WhoeverMayUseTheTableOrASecret"
    ]

    assert statement["Condition"] == {
        "StringEquals": {
            "kms:CallerAccount": {"Ref": "AWS::AccountId"},
            "kms:ViaService": [
                {"Fn::Sub": "dynamodb.${AWS::Region}.${AWS::URLSuffix}"},
                {"Fn::Sub": "s3.${AWS::Region}.${AWS::URLSuffix}"},
                {"Fn::Sub": "secretsmanager.${AWS::Region}.${AWS::URLSuffix}"},
            ],
        }
    }


def test_no_managed_policy_of_aws_is_attached(each: dict[str, Any]) -> None:
    attached = [
        policy
        for resource in each["Resources"].values()
        for policy in resource["Properties"].get("ManagedPolicyArns", [])
    ]

    assert all(list(policy) == ["Ref"] for policy in attached)
