"""The AWS resources of a stack by their logical ids: named for a stack in memory, made anew on MiniStack."""

import json
from typing import Any

from portone_local.gateway.polling import QueueRules
from portone_local.stack.identity import IDENTITY_RESOURCES, identity_resources
from portone_local.stack.ministack import MiniStack
from portone_local.template.cloudformation import transformed
from portone_local.template.tables import create_payments_table

RESOURCES = {
    "PaymentsTable": "payments",
    "WorkQueue": "https://sqs.local.invalid/000000000000/work",
    "ChargeQueue": "https://sqs.local.invalid/000000000000/charges",
    "ChargeKeys": "arn:aws:secretsmanager:ap-northeast-2:000000000000:secret:charge-keys",
    "EventBus": "payments",
    "ApiSecret": "arn:aws:secretsmanager:ap-northeast-2:000000000000:secret:api",
    "WebhookSecret": "arn:aws:secretsmanager:ap-northeast-2:000000000000:secret:webhook",
    "HashKeySecret": "arn:aws:secretsmanager:ap-northeast-2:000000000000:secret:hash-key",
    "PiiKey": "arn:aws:kms:ap-northeast-2:000000000000:key/pii",
    "AWS::StackName": "payments-local",
    **IDENTITY_RESOURCES,
}


def queue_rules(parameters: dict[str, str]) -> tuple[QueueRules, QueueRules]:
    """What the template says of the two queues."""
    template = transformed(parameters)
    return QueueRules.of(template), QueueRules.of(template, "ChargeQueue")


def made_resources(
    ministack: MiniStack, name: str, rules: tuple[QueueRules, QueueRules], secrets: dict[str, dict[str, str]]
) -> dict[str, str]:
    """Table, queues, bus, secrets and key of this name; what `RESOURCES` names is theirs."""
    create_payments_table(ministack.shared("dynamodb"), name)
    manager = ministack.shared("secretsmanager")
    ministack.shared("events").create_event_bus(Name=name)
    return RESOURCES | {
        "EventBus": name,
        "PaymentsTable": name,
        "WorkQueue": _queue(ministack.shared("sqs"), f"{name}-work", rules[0]),
        "ChargeQueue": _queue(ministack.shared("sqs"), f"{name}-charges", rules[1]),
        "ChargeKeys": _secret(manager, f"{name}-charge-keys", secrets["charge-keys"]),
        "ApiSecret": _secret(manager, f"{name}-api", secrets["api"]),
        "WebhookSecret": _secret(manager, f"{name}-webhook", secrets["webhook"]),
        "HashKeySecret": _secret(manager, f"{name}-hash-key", secrets["hash-key"]),
        "PiiKey": ministack.shared("kms").create_key()["KeyMetadata"]["Arn"],
        **identity_resources(ministack, name),
    }


def _queue(sqs: Any, name: str, rules: QueueRules) -> str:
    dead = sqs.create_queue(QueueName=f"{name}-dead-letters")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": rules.max_receives})
    attributes = {"VisibilityTimeout": str(int(rules.visibility)), "RedrivePolicy": policy}
    url: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def _secret(manager: Any, name: str, value: dict[str, str]) -> str:
    arn: str = manager.create_secret(Name=name, SecretString=json.dumps(value))["ARN"]
    return arn
