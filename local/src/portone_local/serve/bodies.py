"""A body that fits, for each route that takes one."""

import json

from portone_local.portone.identity.people import ADULT
from portone_local.stack.stack import Stack

USER = "user-1"
ORDER_ID = "order-1"
PLAN_ID = "flowers"
ORDER = {
    "userId": USER,
    "name": "Blue shoes",
    "amount": {"total": 15000},
    "currency": "KRW",
    "payMethods": ["CARD", "VIRTUAL_ACCOUNT"],
}
IN_PARTS_ID = "order-2"
IN_PARTS = ORDER | {
    "name": "Sofa",
    "amount": {"total": 900_000},
    "parts": [
        {"name": "Deposit", "amount": 200_000},
        {"name": "Balance", "amount": 700_000, "dueAt": "2099-01-01T10:00:00+09:00"},
    ],
}
PLAN = {
    "name": "Flowers",
    "amount": 12_900,
    "currency": "KRW",
    "interval": {"unit": "WEEK", "count": 1},
}
LARGER_ID = "more-flowers"
LARGER = PLAN | {"name": "More flowers", "amount": 19_900}
_REFUND = {"refundId": "refund-1", "amount": 1000, "reason": "changed my mind"}
_ACCOUNT = {"bank": "SHINHAN", "number": "110-000-000000", "holderName": "Example Buyer"}
_PERSON = {
    "method": "SMS",
    "operator": ADULT.operator,
    "name": ADULT.name,
    "phoneNumber": ADULT.phone,
    "birthAndSex": ADULT.birth_and_sex,
}
_SUBSCRIPTIONS: dict[str, object] = {
    "POST /subscriptions": {"planId": PLAN_ID, "amount": 12_900},
    "POST /subscriptions/{subscriptionId}/preview": {"planId": LARGER_ID},
    "PUT /subscriptions/{subscriptionId}/plan": {"planId": LARGER_ID, "when": "now"},
    "PUT /subscriptions/{subscriptionId}/billing-key": {"billingKeyId": None},
    "POST /subscriptions/{subscriptionId}/consent": {"amount": 19_900},
    "POST /subscriptions/{subscriptionId}/cancel": {"atPeriodEnd": True},
    "POST /subscriptions/{subscriptionId}/invoices/{invoiceId}/pay": {},
    "POST /ops/subscriptions": {
        "userId": USER,
        "planId": PLAN_ID,
        "trialDays": 14,
        "discount": {"percent": 50, "periods": 3},
    },
    "POST /schedules": {"orderId": IN_PARTS_ID},
}
_PEOPLE: dict[str, object] = {
    "POST /identity-verifications": {"purpose": "signup"},
    "POST /identity-verifications/bypass-preview": {"provider": "DANAL", "title": "Example", "minAge": 19},
    "POST /identity-verifications/{verificationId}/send": _PERSON,
    "POST /identity-verifications/{verificationId}/confirm": {"otp": "000000"},
}
_PLANNED = {"planId": LARGER_ID}
_STAFF = {
    "/subscriptions/{subscriptionId}/cancel": {"atPeriodEnd": True},
    "/subscriptions/{subscriptionId}/invoices/{invoiceId}/waive": {"reason": "asked to leave"},
    "/users/{userId}/close": {"reason": "asked to leave"},
    "/payments/{paymentId}/resolve": {"reason": "looked at it"},
    "/payments/{paymentId}/cancel": _REFUND,
    "/discrepancies/{discrepancyId}/close": {"reason": "looked at it"},
    "/payments/{paymentId}/cash-receipt": {"type": "PERSONAL", "identityNumber": "01000000000"},
    "/identity/reveal": {"userId": USER, "purpose": "signup", "reason": "asked for support"},
    "/identity/replace": {"userId": USER, "reason": "sold the account"},
    "/identity/duplicates": {"userIds": [USER, "user-2"], "keeps": [USER], "reason": "asked the customer"},
}
BODIES: dict[str, object] = {
    "PUT /orders/{orderId}": ORDER,
    "POST /identity/erase": {"userId": USER},
    "POST /payments": {"orderId": ORDER_ID, "platform": "web"},
    "POST /payments/{paymentId}/cancel": _REFUND,
    "POST /payments/{paymentId}/confirm": {"paymentToken": "TOKEN-FROM-THE-SDK"},
    "POST /payments/{paymentId}/cash-receipt": {"type": "PERSONAL", "identityNumber": "01000000000"},
    "PUT /payments/{paymentId}/refunds/{refundId}/account": _ACCOUNT,
    "PUT /ops/payments/{paymentId}/refunds/{refundId}/account": _ACCOUNT,
    "PUT /staff/payments/{paymentId}/refunds/{refundId}/account": _ACCOUNT,
    "POST /payments/{paymentId}/charge": {"chargeId": "try-1"},
    "POST /billing-keys": {"payMethod": "CARD", "platform": "web"},
    "POST /billing-keys/{billingKeyId}/register": {},
    "PUT /plans/{planId}": PLAN,
    "POST /plans/{planId}/price": {"amount": 14_900},
    **_SUBSCRIPTIONS,
    **_PEOPLE,
    **{f"POST {side}{path}": body for side in ("/ops", "/staff") for path, body in _STAFF.items()},
    **{f"PUT {side}/subscriptions/{{subscriptionId}}/plan": _PLANNED for side in ("/ops", "/staff")},
}
KEYED = ("POST /subscriptions", "POST /ops/subscriptions", "POST /schedules")
HEADERS = {route: {"Idempotency-Key": "request-1"} for route in KEYED}


def payable(body: object, stack: Stack) -> object:
    """A body with those of its pay methods there is a channel for, so that a stack of few takes it too."""
    offered = json.loads(stack.parameters["Channels"])
    if not isinstance(body, dict) or "payMethods" not in body or "*" in offered:
        return body
    methods = [each for each in body["payMethods"] if each in offered]
    return body | {"payMethods": methods or list(offered)[:1]}
