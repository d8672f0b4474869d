"""What each function may do, exactly. The local AWS enforces roles, but not key policies."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.roles import allowed, role_of
from portone_local.template import configuration, functions, statements, transformed

LOGS = {"logs:CreateLogStream FunctionLogs", "logs:PutLogEvents FunctionLogs"}
READS = {"dynamodb:GetItem PaymentsTable"}
WRITES = READS | {"dynamodb:PutItem PaymentsTable"}
CALLS = WRITES | {"secretsmanager:GetSecretValue ApiSecret"}
HINTS = CALLS | {"sqs:SendMessage WorkQueue"}
SEALS = {"kms:Encrypt PiiKey", "kms:Decrypt PiiKey"}
OPENS = {"kms:Decrypt PiiKey"}
LISTS = {"dynamodb:Query PaymentsTable/index/mine", "dynamodb:BatchGetItem PaymentsTable"}
KNOWS = {"secretsmanager:GetSecretValue HashKeySecret"}
NAMES = {"secretsmanager:GetSecretValue ChargeKeys"}
CHARGES = CALLS | NAMES | {"kms:Decrypt PiiKey"}
ALLOWED = {
    "put_order": WRITES | SEALS,
    "get_order": READS,
    "withdraw_order": HINTS,
    "prepare": CALLS | NAMES | LISTS | OPENS,
    "verify": HINTS,
    "get_payment": READS,
    "list_payments": LISTS,
    "put_plan": WRITES,
    "get_plan": READS,
    "start_billing_key": CALLS | NAMES | LISTS | SEALS | KNOWS,
    "register_billing_key": HINTS | SEALS | KNOWS | LISTS,
    "list_billing_keys": READS,
    "get_billing_key": READS,
    "default_billing_key": WRITES | LISTS,
    "delete_billing_key": HINTS | {"kms:Decrypt PiiKey"},
    "charge": HINTS | {"kms:Decrypt PiiKey"},
    "subscribe": CHARGES,
    "start_schedule": CHARGES,
    "list_subscriptions": LISTS,
    "get_subscription": READS,
    "preview_plan": READS,
    "change_plan": CHARGES,
    "change_billing_key": CHARGES,
    "pause_subscription": WRITES,
    "resume_subscription": CHARGES,
    "cancel_subscription": WRITES,
    "consent": CHARGES,
    "cancel_part": WRITES,
    "webhook": HINTS | KNOWS | {"secretsmanager:GetSecretValue WebhookSecret", "kms:Encrypt PiiKey"},
    "sweep": WRITES
    | {
        "dynamodb:Query PaymentsTable/index/due",
        "dynamodb:UpdateItem PaymentsTable",
        "sqs:SendMessage WorkQueue",
        "sqs:GetQueueAttributes WorkQueue",
        "sqs:SendMessage ChargeQueue",
        "sqs:GetQueueAttributes ChargeQueue",
        "sqs:SendMessage SweepDeadLetters",
    },
    "charges": CHARGES
    | {
        "sqs:ReceiveMessage ChargeQueue",
        "sqs:DeleteMessage ChargeQueue",
        "sqs:GetQueueAttributes ChargeQueue",
    },
    "confirm": HINTS | SEALS,
    "get_refund": READS | {"kms:Decrypt PiiKey"},
    "refund_account": HINTS | SEALS,
    "cash_receipt_issue": HINTS | SEALS,
    "cash_receipt_cancel": HINTS | SEALS,
    "cash_receipt_read": READS,
    "work": HINTS
    | SEALS
    | KNOWS
    | LISTS
    | {"sqs:ReceiveMessage WorkQueue", "sqs:DeleteMessage WorkQueue", "sqs:GetQueueAttributes WorkQueue"},
    "publish": {
        "dynamodb:DescribeStream PaymentsTable/stream",
        "dynamodb:GetRecords PaymentsTable/stream",
        "dynamodb:GetShardIterator PaymentsTable/stream",
        "dynamodb:ListStreams *",
        "dynamodb:BatchGetItem PaymentsTable",
        "events:PutEvents EventBus",
        "s3:PutObject UnpublishedRecords/*",
        "s3:ListBucket UnpublishedRecords",
    },
    "attention": {"dynamodb:Query PaymentsTable/index/attention", "dynamodb:BatchGetItem PaymentsTable"},
    "ops_catch_up": HINTS | {"kms:Decrypt PiiKey"},
    "ops_resolve": WRITES | {"kms:Encrypt PiiKey"},
    "audit": CALLS
    | {
        "dynamodb:Query PaymentsTable/index/changed",
        "dynamodb:Query PaymentsTable/index/attention",
        "dynamodb:BatchGetItem PaymentsTable",
        "sqs:SendMessage SweepDeadLetters",
    },
    "discrepancies": READS
    | {"dynamodb:Query PaymentsTable/index/attention", "dynamodb:BatchGetItem PaymentsTable"}
    | {"kms:Decrypt PiiKey"},
    "close_discrepancy": WRITES | {"kms:Encrypt PiiKey", "kms:Decrypt PiiKey"},
}
# a key policy's Resource "*" is that key; the second statement is how AWS's own keys allow a service's users
STARS = {
    ("DataKey", "Administration", "Resource"),
    ("DataKey", "WhoeverMayUseTheTableOrASecret", "Resource"),
    ("DataKey", "WhoeverMayUseTheTableOrASecret", "Principal"),
    ("DataKey", "Logs", "Resource"),
    ("DataKey", "Alarms", "Resource"),
    ("PiiKey", "Administration", "Resource"),
    ("PiiKey", "RolesOfThisAccount", "Resource"),
    ("IdentityKey", "Administration", "Resource"),
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
    found = allowed(each, role_of(each, function))

    assert sorted(found) == sorted(LOGS | expected)
    assert all(statement["Effect"] == "Allow" for statement in statements(each, role_of(each, function)))


def test_with_a_stock_hook_who_approves_may_invoke_that_function_and_no_other() -> None:
    hook = "arn:aws:lambda:ap-northeast-2:000000000000:function:example-stock"
    asking = transformed(configuration("dev") | {"StockHookArn": hook})

    may_invoke = {
        function: statement["Resource"]
        for function in functions(asking)
        for statement in statements(asking, role_of(asking, function))
        if statement["Action"] == "lambda:InvokeFunction"
    }

    assert may_invoke == {"confirm": hook, "work": hook}


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


def test_nothing_is_allowed_by_a_star_that_aws_does_not_demand(each: dict[str, Any]) -> None:
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
