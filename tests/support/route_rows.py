"""Every route: how it is called about a subject, and the answer to a permitted caller."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """An order, its payment, a verification, an issue window, a subscription."""

    order_id: str
    payment_id: str
    verification_id: str = "0123456789abcdefghijklmnop"
    billing_key_id: str = "0123456789abcdefghijklmnop"
    subscription_id: str = "0123456789abcdefghijklmnop"


@dataclass(frozen=True)
class Row:
    """How a route is called about a subject, and the answer to a permitted caller about their own."""

    json: Callable[[Subject], object] = lambda _: None
    query: str = ""
    keyed: bool = False
    good: int = 200
    about_something: bool = True


REASON = {"reason": "looked at it"}

ORDER = {
    "userId": "user-1",
    "name": "Blue shoes",
    "amount": {"total": 1000},
    "currency": "KRW",
    "payMethods": ["CARD"],
}

REFUND = {"refundId": "refund-1", "full": True, "reason": "changed my mind"}

ACCOUNT = {"bank": "SHINHAN", "number": "000-000-0000", "holderName": "Example"}

RECEIPT = {"type": "PERSONAL", "identityNumber": "01000000000"}

PERSON = {
    "method": "SMS",
    "operator": "SKT",
    "name": "Example",
    "phoneNumber": "01000000000",
    "birthAndSex": "0001013",
}

LOOK = {"userId": "user-1", "purpose": "signup", "reason": "asked for support"}

STORED = "/identity-verifications/{verificationId}"

PLAN = {
    "name": "plan",
    "amount": 9_900,
    "currency": "KRW",
    "interval": {"unit": "MONTH", "count": 1},
    "trialDays": 30,
}

TO_PLAN = {"planId": "plan-1"}

END = {"atPeriodEnd": True}

KEY = "/billing-keys/{billingKeyId}"

SUBSCRIPTION = "/subscriptions/{subscriptionId}"

USER = "/users/{userId}"

KEY_ROWS = {
    "POST /billing-keys": Row(json=lambda _: {"payMethod": "CARD", "platform": "web"}, about_something=False),
    "GET /billing-keys": Row(about_something=False),
    f"GET {KEY}": Row(),
    f"POST {KEY}/register": Row(json=lambda _: {"billingKey": "a-guess"}, good=409),
    f"PUT {KEY}/default": Row(good=409),
    f"DELETE {KEY}": Row(good=202),
    "POST /payments/{paymentId}/charge": Row(
        json=lambda subject: {"chargeId": "charge-1", "billingKeyId": subject.billing_key_id}, good=409
    ),
}

SUBSCRIPTION_ROWS = {
    "GET /plans/{planId}": Row(about_something=False),
    "POST /subscriptions": Row(json=lambda _: TO_PLAN, keyed=True, good=409, about_something=False),
    "POST /schedules": Row(json=lambda subject: {"orderId": subject.order_id}, keyed=True, good=409),
    "GET /subscriptions": Row(about_something=False),
    f"GET {SUBSCRIPTION}": Row(),
    f"GET {SUBSCRIPTION}/invoices": Row(),
    f"POST {SUBSCRIPTION}/preview": Row(json=lambda _: TO_PLAN),
    f"PUT {SUBSCRIPTION}/plan": Row(json=lambda _: TO_PLAN),
    f"PUT {SUBSCRIPTION}/billing-key": Row(json=lambda _: {"billingKeyId": None}),
    f"POST {SUBSCRIPTION}/pause": Row(),
    f"POST {SUBSCRIPTION}/resume": Row(),
    f"POST {SUBSCRIPTION}/consent": Row(json=lambda _: {"amount": 9_900}),
    f"POST {SUBSCRIPTION}/parts/{{invoiceId}}/cancel": Row(good=409),
    f"POST {SUBSCRIPTION}/invoices/{{invoiceId}}/pay": Row(json=lambda _: {}, good=409),
    f"POST {SUBSCRIPTION}/cancel": Row(json=lambda _: END),
    f"POST {SUBSCRIPTION}/keep": Row(),
}

SHOP_ROWS = {
    "PUT /plans/{planId}": Row(json=lambda _: PLAN),
    "POST /plans/{planId}/price": Row(json=lambda _: {"amount": 12_900}, good=202),
    "POST /ops/subscriptions": Row(
        json=lambda _: TO_PLAN | {"userId": "user-1"}, keyed=True, good=409, about_something=False
    ),
    "PUT /orders/{orderId}": Row(json=lambda _: ORDER),
    "GET /orders/{orderId}": Row(),
    "DELETE /orders/{orderId}": Row(),
    "POST /identity/erase": Row(json=lambda _: {"userId": "user-1"}, about_something=False),
}

APP_ROWS = {
    "POST /payments": Row(json=lambda subject: {"orderId": subject.order_id, "platform": "web"}),
    "POST /payments/{paymentId}/verify": Row(),
    "GET /payments/{paymentId}": Row(),
    "GET /payments": Row(about_something=False),
    "POST /payments/{paymentId}/cancel": Row(json=lambda _: REFUND, good=409),
    "GET /payments/{paymentId}/refunds/{refundId}": Row(good=404),
    "PUT /payments/{paymentId}/refunds/{refundId}/account": Row(json=lambda _: ACCOUNT, good=404),
    "POST /payments/{paymentId}/confirm": Row(json=lambda _: {"paymentToken": "a-guess"}, good=409),
    "POST /payments/{paymentId}/cash-receipt": Row(json=lambda _: RECEIPT, good=409),
    "GET /payments/{paymentId}/cash-receipt": Row(good=404),
    "POST /identity-verifications": Row(json=lambda _: {"purpose": "signup"}, about_something=False),
    "GET /me/verification": Row(about_something=False),
    f"GET {STORED}": Row(),
    f"POST {STORED}/verify": Row(good=409),
    f"POST {STORED}/resend": Row(good=409),
    f"POST {STORED}/confirm": Row(json=lambda _: {"otp": "000000"}, good=409),
    f"POST {STORED}/send": Row(json=lambda _: PERSON, good=409),
}
APP_ROWS |= KEY_ROWS | SUBSCRIPTION_ROWS

# a path of its own, and yet for staff only
PREVIEW_ROWS = {
    "POST /identity-verifications/bypass-preview": Row(
        json=lambda _: {"provider": "DANAL"}, about_something=False
    )
}


def about_users(side: str) -> dict[str, Row]:
    """Users and their subscriptions, for staff under this authorizer."""
    return {
        f"GET {side}/subscriptions": Row(query="?userId=user-1", about_something=False),
        f"GET {side}{SUBSCRIPTION}": Row(),
        f"GET {side}{SUBSCRIPTION}/invoices": Row(),
        # its customer has chosen another plan for the next period
        f"PUT {side}{SUBSCRIPTION}/plan": Row(json=lambda _: TO_PLAN, good=409),
        f"POST {side}{SUBSCRIPTION}/pause": Row(),
        f"POST {side}{SUBSCRIPTION}/resume": Row(),
        f"POST {side}{SUBSCRIPTION}/cancel": Row(json=lambda _: END),
        f"POST {side}{SUBSCRIPTION}/keep": Row(),
        f"GET {side}{USER}": Row(about_something=False),
        f"POST {side}{USER}/close": Row(json=lambda _: REASON, about_something=False),
    }


def of_staff(side: str) -> dict[str, Row]:
    """Refunds and receipts, for staff under this authorizer."""
    return about_users(side) | {
        f"POST {side}/payments/{{paymentId}}/cancel": Row(json=lambda _: REFUND, good=409),
        f"GET {side}/payments/{{paymentId}}/refunds/{{refundId}}": Row(good=404),
        f"PUT {side}/payments/{{paymentId}}/refunds/{{refundId}}/account": Row(
            json=lambda _: ACCOUNT, good=404
        ),
        f"POST {side}/payments/{{paymentId}}/refunds/{{refundId}}/approve": Row(good=404),
        f"POST {side}/payments/{{paymentId}}/cash-receipt": Row(json=lambda _: RECEIPT, good=409),
        f"GET {side}/payments/{{paymentId}}/cash-receipt": Row(good=404),
        f"POST {side}/payments/{{paymentId}}/cash-receipt/cancel": Row(good=404),
        f"POST {side}{SUBSCRIPTION}/invoices/{{invoiceId}}/waive": Row(json=lambda _: REASON, good=409),
        f"POST {side}/identity/reveal": Row(json=lambda _: LOOK, good=404, about_something=False),
        f"POST {side}/identity/replace": Row(
            json=lambda _: {"userId": "user-1"} | REASON, good=404, about_something=False
        ),
        f"GET {side}/identity/duplicates": Row(about_something=False),
        f"POST {side}/identity/duplicates": Row(
            json=lambda _: {"userIds": ["user-1", "user-2"], "keeps": ["user-1"]} | REASON,
            good=404,
            about_something=False,
        ),
    }


OPS_ROWS = of_staff("/ops") | {
    "GET /ops/plans/{planId}": Row(),
    "GET /ops/attention": Row(query="?kind=mismatch", about_something=False),
    "POST /ops/payments/{paymentId}/catch-up": Row(),
    "POST /ops/payments/{paymentId}/resolve": Row(json=lambda _: REASON, good=409),
    "GET /ops/discrepancies": Row(about_something=False),
    "POST /ops/discrepancies/{discrepancyId}/close": Row(
        json=lambda _: REASON, good=404, about_something=False
    ),
}

STAFF_ROWS = (
    of_staff("/staff")
    | PREVIEW_ROWS
    | {
        "GET /staff/attention": Row(query="?kind=mismatch", about_something=False),
        "POST /staff/payments/{paymentId}/catch-up": Row(),
        "POST /staff/payments/{paymentId}/resolve": Row(json=lambda _: REASON, good=409),
        "GET /staff/discrepancies": Row(about_something=False),
        "POST /staff/discrepancies/{discrepancyId}/close": Row(
            json=lambda _: REASON, good=404, about_something=False
        ),
    }
)

JWT_ROWS = APP_ROWS | STAFF_ROWS

IAM_ROWS = SHOP_ROWS | OPS_ROWS

ROWS = JWT_ROWS | IAM_ROWS
