"""Who may reach which function, and how often: what the local AWS does not serve."""

from typing import Any

import pytest

from portone_local.template.cloudformation import (
    configuration,
    functions,
    handlers,
    refusals,
    transformed,
)

IAM, JWT = "AWS_IAM", "Jwt"
ROUTES = {
    "PUT /orders/{orderId}": ("put_order", IAM),
    "GET /orders/{orderId}": ("get_order", IAM),
    "DELETE /orders/{orderId}": ("withdraw_order", IAM),
    "POST /payments": ("prepare_payment", JWT),
    "GET /payments": ("list_payments", JWT),
    "GET /payments/{paymentId}": ("get_payment", JWT),
    "POST /payments/{paymentId}/verify": ("verify_payment", JWT),
    "POST /payments/{paymentId}/cancel": ("cancel_payment", JWT),
    "GET /payments/{paymentId}/refunds/{refundId}": ("get_refund", JWT),
    "GET /ops/payments/{paymentId}/refunds/{refundId}": ("get_refund", IAM),
    "GET /staff/payments/{paymentId}/refunds/{refundId}": ("get_refund", JWT),
    "PUT /payments/{paymentId}/refunds/{refundId}/account": ("put_refund_account", JWT),
    "PUT /ops/payments/{paymentId}/refunds/{refundId}/account": ("put_refund_account", IAM),
    "PUT /staff/payments/{paymentId}/refunds/{refundId}/account": ("put_refund_account", JWT),
    "POST /ops/payments/{paymentId}/cancel": ("cancel_payment_as_staff", IAM),
    "POST /staff/payments/{paymentId}/cancel": ("cancel_payment_as_staff", JWT),
    "POST /ops/payments/{paymentId}/refunds/{refundId}/approve": ("approve_refund", IAM),
    "POST /staff/payments/{paymentId}/refunds/{refundId}/approve": ("approve_refund", JWT),
    "POST /payments/{paymentId}/confirm": ("confirm_payment", JWT),
    "POST /payments/{paymentId}/cash-receipt": ("issue_cash_receipt", JWT),
    "POST /ops/payments/{paymentId}/cash-receipt": ("issue_cash_receipt", IAM),
    "POST /staff/payments/{paymentId}/cash-receipt": ("issue_cash_receipt", JWT),
    "GET /payments/{paymentId}/cash-receipt": ("get_cash_receipt", JWT),
    "GET /ops/payments/{paymentId}/cash-receipt": ("get_cash_receipt", IAM),
    "GET /staff/payments/{paymentId}/cash-receipt": ("get_cash_receipt", JWT),
    "POST /ops/payments/{paymentId}/cash-receipt/cancel": ("cancel_cash_receipt", IAM),
    "POST /staff/payments/{paymentId}/cash-receipt/cancel": ("cancel_cash_receipt", JWT),
    "GET /ops/attention": ("list_attention", IAM),
    "GET /staff/attention": ("list_attention", JWT),
    "POST /ops/payments/{paymentId}/catch-up": ("catch_up_payment", IAM),
    "POST /staff/payments/{paymentId}/catch-up": ("catch_up_payment", JWT),
    "POST /ops/payments/{paymentId}/resolve": ("resolve_payment", IAM),
    "POST /staff/payments/{paymentId}/resolve": ("resolve_payment", JWT),
    "POST /identity-verifications": ("start_verification", JWT),
    "POST /identity-verifications/bypass-preview": ("preview_bypass", JWT),
    "GET /identity-verifications/{verificationId}": ("get_verification", JWT),
    "POST /identity-verifications/{verificationId}/verify": ("verify_identity", JWT),
    "POST /identity-verifications/{verificationId}/send": ("send_verification", JWT),
    "POST /identity-verifications/{verificationId}/resend": ("resend_verification", JWT),
    "POST /identity-verifications/{verificationId}/confirm": ("confirm_verification", JWT),
    "GET /me/verification": ("get_my_identity", JWT),
    "POST /identity/erase": ("erase_identity", IAM),
    "POST /ops/identity/reveal": ("reveal_identity", IAM),
    "POST /staff/identity/reveal": ("reveal_identity", JWT),
    "POST /ops/identity/replace": ("allow_replacement", IAM),
    "POST /staff/identity/replace": ("allow_replacement", JWT),
    "GET /ops/identity/duplicates": ("list_duplicates", IAM),
    "GET /staff/identity/duplicates": ("list_duplicates", JWT),
    "POST /ops/identity/duplicates": ("decide_duplicates", IAM),
    "POST /staff/identity/duplicates": ("decide_duplicates", JWT),
    "PUT /plans/{planId}": ("put_plan", IAM),
    "GET /plans/{planId}": ("get_plan", JWT),
    "GET /ops/plans/{planId}": ("get_plan", IAM),
    "POST /plans/{planId}/price": ("change_price", IAM),
    "POST /billing-keys": ("start_billing_key", JWT),
    "GET /billing-keys": ("list_billing_keys", JWT),
    "GET /billing-keys/{billingKeyId}": ("get_billing_key", JWT),
    "DELETE /billing-keys/{billingKeyId}": ("delete_billing_key", JWT),
    "POST /billing-keys/{billingKeyId}/register": ("register_billing_key", JWT),
    "PUT /billing-keys/{billingKeyId}/default": ("set_default_billing_key", JWT),
    "POST /payments/{paymentId}/charge": ("charge_payment", JWT),
    "POST /schedules": ("start_schedule", JWT),
    "POST /subscriptions": ("subscribe", JWT),
    "POST /ops/subscriptions": ("subscribe_user", IAM),
    "GET /subscriptions": ("list_subscriptions", JWT),
    "GET /ops/subscriptions": ("list_subscriptions", IAM),
    "GET /staff/subscriptions": ("list_subscriptions", JWT),
    "GET /staff/subscriptions/{subscriptionId}": ("get_subscription", JWT),
    "PUT /staff/subscriptions/{subscriptionId}/plan": ("change_plan", JWT),
    "POST /ops/subscriptions/{subscriptionId}/pause": ("pause_subscription", IAM),
    "POST /staff/subscriptions/{subscriptionId}/pause": ("pause_subscription", JWT),
    "POST /ops/subscriptions/{subscriptionId}/resume": ("resume_subscription", IAM),
    "POST /staff/subscriptions/{subscriptionId}/resume": ("resume_subscription", JWT),
    "POST /staff/subscriptions/{subscriptionId}/cancel": ("cancel_subscription", JWT),
    "GET /ops/users/{userId}": ("get_user", IAM),
    "GET /staff/users/{userId}": ("get_user", JWT),
    "POST /ops/users/{userId}/close": ("close_user", IAM),
    "POST /staff/users/{userId}/close": ("close_user", JWT),
    "GET /subscriptions/{subscriptionId}": ("get_subscription", JWT),
    "GET /ops/subscriptions/{subscriptionId}": ("get_subscription", IAM),
    "GET /subscriptions/{subscriptionId}/invoices": ("get_subscription", JWT),
    "GET /ops/subscriptions/{subscriptionId}/invoices": ("get_subscription", IAM),
    "GET /staff/subscriptions/{subscriptionId}/invoices": ("get_subscription", JWT),
    "POST /subscriptions/{subscriptionId}/preview": ("preview_plan", JWT),
    "PUT /subscriptions/{subscriptionId}/plan": ("change_plan", JWT),
    "PUT /ops/subscriptions/{subscriptionId}/plan": ("change_plan", IAM),
    "PUT /subscriptions/{subscriptionId}/billing-key": ("change_subscription_key", JWT),
    "POST /subscriptions/{subscriptionId}/pause": ("pause_subscription", JWT),
    "POST /subscriptions/{subscriptionId}/resume": ("resume_subscription", JWT),
    "POST /subscriptions/{subscriptionId}/cancel": ("cancel_subscription", JWT),
    "POST /ops/subscriptions/{subscriptionId}/cancel": ("cancel_subscription", IAM),
    "POST /subscriptions/{subscriptionId}/keep": ("cancel_subscription", JWT),
    "POST /ops/subscriptions/{subscriptionId}/keep": ("cancel_subscription", IAM),
    "POST /staff/subscriptions/{subscriptionId}/keep": ("cancel_subscription", JWT),
    "POST /subscriptions/{subscriptionId}/consent": ("give_consent", JWT),
    "POST /subscriptions/{subscriptionId}/parts/{invoiceId}/cancel": ("cancel_part", JWT),
    "POST /subscriptions/{subscriptionId}/invoices/{invoiceId}/pay": ("pay_invoice", JWT),
    "POST /ops/subscriptions/{subscriptionId}/invoices/{invoiceId}/waive": ("waive_invoice", IAM),
    "POST /staff/subscriptions/{subscriptionId}/invoices/{invoiceId}/waive": ("waive_invoice", JWT),
    "GET /ops/discrepancies": ("list_discrepancies", IAM),
    "GET /staff/discrepancies": ("list_discrepancies", JWT),
    "POST /ops/discrepancies/{discrepancyId}/close": ("close_discrepancy", IAM),
    "POST /staff/discrepancies/{discrepancyId}/close": ("close_discrepancy", JWT),
}


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return {
        logical_id: resource["Properties"]
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def body(template: dict[str, Any]) -> dict[str, Any]:
    openapi: dict[str, Any] = template["Resources"]["Api"]["Properties"]["Body"]
    return openapi


def operations(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in body(template)["paths"].items()
        for method, operation in methods.items()
    }


def test_every_folder_is_a_function_and_every_function_a_folder(dev: dict[str, Any]) -> None:
    folders = set(handlers())

    assert set(functions(dev)) == folders


def test_the_api_has_exactly_these_routes(each: dict[str, Any]) -> None:
    assert set(operations(each)) == set(ROUTES)


@pytest.mark.parametrize(("route", "expected"), ROUTES.items())
def test_a_route_reaches_its_function_through_its_authorizer(
    each: dict[str, Any], route: str, expected: tuple[str, str]
) -> None:
    function, authorizer = expected
    operation = operations(each)[route]

    assert [list(security) for security in operation["security"]] == [[authorizer]]
    uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    assert uri.endswith(f"/${{{functions(each)[function]}.Arn}}/invocations")
    assert operation["x-amazon-apigateway-integration"]["payloadFormatVersion"] == "2.0"


def test_a_token_is_checked_against_issuer_and_audience_of_the_environment() -> None:
    parameters = configuration("prod") | {
        "JwtIssuer": "https://id.shop.example",
        "JwtAudience": "ios,android",
    }
    schemes = body(transformed(parameters))["components"]["securitySchemes"]

    assert schemes["Jwt"]["x-amazon-apigateway-authorizer"] == {
        "type": "jwt",
        "identitySource": "$request.header.Authorization",
        "jwtConfiguration": {"issuer": "https://id.shop.example", "audience": ["ios", "android"]},
    }
    assert schemes["AWS_IAM"]["x-amazon-apigateway-authtype"] == "awsSigv4"


def test_an_issuer_that_cannot_be_read_fails_the_deployment_instead_of_leaving_routes_out(
    each: dict[str, Any],
) -> None:
    (api,) = of_type(each, "AWS::ApiGatewayV2::Api").values()

    assert api["FailOnWarnings"] is True


@pytest.mark.parametrize(
    ("issuer", "allowed"),
    [
        ("https://issuer.shop.example", True),
        ("https://cognito-idp.ap-northeast-2.amazonaws.com/ap-northeast-2_example", True),
        ("http://127.0.0.1:8788", True),
        ("http://issuer.shop.example", False),
        ("http://127.0.0.1.shop.example", False),
        ("issuer.shop.example", False),
        ("https://", False),
    ],
)
def test_issuers_are_https_outside_this_machine(*, issuer: str, allowed: bool) -> None:
    refused = refusals(configuration("prod") | {"JwtIssuer": issuer})

    assert (refused == ()) is allowed


def test_pages_of_the_configured_origins_may_call_and_no_others() -> None:
    parameters = configuration("prod") | {"CorsOrigins": "https://a.example,https://b.example"}
    cors = body(transformed(parameters))["x-amazon-apigateway-cors"]

    assert cors["allowOrigins"] == ["https://a.example", "https://b.example"]
    assert cors["allowMethods"] == ["GET", "POST", "PUT", "DELETE"]
    assert set(cors["allowHeaders"]) >= {"authorization", "content-type", "idempotency-key"}
    assert "allowCredentials" not in cors


def test_the_api_is_throttled_by_parameters() -> None:
    parameters = configuration("prod") | {"ThrottleRate": "7", "ThrottleBurst": "9"}
    (stage,) = of_type(transformed(parameters), "AWS::ApiGatewayV2::Stage").values()

    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == "7"
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] == "9"


def test_access_logs_contain_no_person_no_id_and_no_address(each: dict[str, Any]) -> None:
    (stage,) = of_type(each, "AWS::ApiGatewayV2::Stage").values()
    logged = stage["AccessLogSettings"]

    assert logged["DestinationArn"] == {"Fn::GetAtt": ["AccessLogs", "Arn"]}
    for private in (
        "sourceIp",
        "userAgent",
        "path",
        "claims",
        "caller",
        "userArn",
        "domainName",
        "principal",
    ):
        assert private not in logged["Format"]


def test_only_the_webhook_is_public_and_only_through_its_url(each: dict[str, Any]) -> None:
    webhook = functions(each)["receive_webhook"]
    public = [
        (permission["FunctionName"]["Ref"], permission["Action"])
        for permission in of_type(each, "AWS::Lambda::Permission").values()
        if permission["Principal"] == "*"
    ]
    urls = list(of_type(each, "AWS::Lambda::Url").values())

    assert urls == [{"TargetFunctionArn": {"Ref": webhook}, "AuthType": "NONE"}]
    assert sorted(public) == [(webhook, "lambda:InvokeFunction"), (webhook, "lambda:InvokeFunctionUrl")]


def test_everything_else_is_invoked_by_our_own_api_only(each: dict[str, Any]) -> None:
    permissions = of_type(each, "AWS::Lambda::Permission").values()
    sources = [permission for permission in permissions if permission["Principal"] != "*"]

    assert {permission["Principal"] for permission in sources} == {"apigateway.amazonaws.com"}
    assert {permission["SourceArn"]["Fn::Sub"][1]["__ApiId__"]["Ref"] for permission in sources} == {"Api"}


@pytest.mark.parametrize(("reserved", "expected"), [("0", None), ("5", "5")])
def test_the_webhook_reserves_concurrency_only_when_asked_to(reserved: str, expected: str | None) -> None:
    template = transformed(configuration("dev") | {"WebhookReservedConcurrency": reserved})

    assert template["Resources"]["Webhook"]["Properties"].get("ReservedConcurrentExecutions") == expected


def test_live_mode_alone_reserves_the_webhooks_concurrency_which_a_new_account_refuses() -> None:
    kept = {
        each: transformed(configuration(each))["Resources"]["Webhook"]["Properties"]
        for each in ("dev", "stg", "prod")
    }
    unlimited = refusals(configuration("prod") | {"WebhookReservedConcurrency": "0"})

    assert {each: told.get("ReservedConcurrentExecutions") for each, told in kept.items()} == {
        "dev": None,
        "stg": None,
        "prod": "10",
    }
    assert [each for each in unlimited if "WebhookReservedConcurrency" in each]
