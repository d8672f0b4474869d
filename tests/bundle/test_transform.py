"""Parameters filled in after SAM's transform end in the template SAM makes when it knows them."""

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from portone_local.template.cloudformation import REGION, configuration, filled_in, source_with, transformed

TURNED = {
    "Mode": "live",
    "StaffRefundLimit": "10000",
    "StockHookArn": "arn:aws:lambda:ap-northeast-2:000000000000:function:stock",
    "AlarmEmail": "somebody@shop.example",
    "ConfirmProcess": "on",
    "WebhookReservedConcurrency": "7",
    "ThrottleRate": "7",
    "CorsOrigins": "https://one.example,https://two.example",
}


def test_a_parameter_resolved_afterwards_equals_one_known_to_sam() -> None:
    parameters = configuration("prod") | TURNED
    source, values = source_with(parameters)
    sam = Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION))

    known = filled_in(sam.translate(source, parameter_values=dict(values)), source, values)

    assert transformed(parameters) == known
