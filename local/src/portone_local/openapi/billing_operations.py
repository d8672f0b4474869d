"""What the document says of saved payment methods, plans, subscriptions and schedules."""

from typing import Any

from portone_local.openapi.answers import Payment, UnreadPayment
from portone_local.openapi.billing_answers import (
    BillingKey,
    BillingKeys,
    DeletedBillingKey,
    EndedSubscription,
    EndingSubscription,
    Invoices,
    IssueWindow,
    LeavingBillingKey,
    OpenBillingKey,
    OpenPlan,
    OpenSubscription,
    PaidOrWindow,
    Plan,
    Preview,
    Subscription,
    Subscriptions,
)
from portone_local.openapi.operations import BODY, PAGE, PREPARE, READ, SENT, WRITTEN, Errors, Operation
from portone_payments.domain.errors import billing
from portone_payments.domain.errors import common as errors
from portone_payments.domain.errors import payments as payment_errors
from portone_payments.entry.views.users import USER as USER_ID

KEY: Errors = (billing.BillingKeyNotFound,)
NAMED: dict[str, Any] = {
    "userId": {
        "schema": {"type": "string", "pattern": f"^{USER_ID.pattern}$"},
        "required": True,
        "description": "whose",
    }
}
MINE: Errors = (billing.SubscriptionNotFound,)
REFUSED: Errors = (billing.SubscriptionEnded, billing.SubscriptionEnding, billing.ChangeNotAllowed)
CHANGED: Errors = (*MINE, *REFUSED, billing.SubscriptionBusy)
STARTED: Errors = (
    billing.AccountClosing,
    *BODY,
    *KEY,
    billing.NoBillingKey,
    billing.ChargeDeclined,
    errors.IdempotencyKeyReused,
    errors.SecretsUnavailable,
    *WRITTEN,
)
ONE: dict[int, type] = {200: Subscription}
CHARGED: dict[int, type] = {200: Subscription, 202: OpenSubscription}
KEPT: dict[int, type] = {200: BillingKey, 202: OpenBillingKey}

BILLING_OPERATIONS = {
    "start_billing_key": Operation(
        body="IssueBody",
        answers={200: IssueWindow},
        errors=(
            *BODY,
            billing.BillingMethodNotOffered,
            billing.WindowIncomplete,
            billing.TooManyBillingKeys,
            billing.AccountClosing,
            errors.TooManyRequests,
            *PREPARE,
            *WRITTEN,
        ),
    ),
    "register_billing_key": Operation(
        body="RegisterBody",
        answers=KEPT,
        errors=(
            *BODY,
            *KEY,
            billing.BillingKeyRefused,
            billing.BillingKeyGone,
            errors.TooManyRequests,
            errors.ProviderRefused,
            errors.SecretsUnavailable,
            *WRITTEN,
        ),
    ),
    "list_billing_keys": Operation(answers={200: BillingKeys}, errors=READ),
    "get_billing_key": Operation(answers={200: BillingKey}, errors=(*KEY, *READ)),
    "set_default_billing_key": Operation(
        answers={200: BillingKey},
        errors=(*KEY, billing.BillingKeyGone, errors.TooManyRequests, *WRITTEN),
    ),
    "delete_billing_key": Operation(
        answers={200: DeletedBillingKey, 202: LeavingBillingKey},
        errors=(*KEY, errors.SecretsUnavailable, *WRITTEN),
    ),
    "charge_payment": Operation(
        body="ChargeBody",
        answers={200: Payment, 202: UnreadPayment},
        errors=(
            *BODY,
            *KEY,
            payment_errors.PaymentNotFound,
            billing.ChargeDeclined,
            billing.ChargeInProgress,
            payment_errors.TooManyTries,
            billing.ChargeIdReused,
            billing.NoBillingKey,
            billing.BillingKeyGone,
            payment_errors.NotApprovable,
            *SENT,
        ),
    ),
    "put_plan": Operation(
        body="PlanBody", answers={200: Plan}, errors=(*BODY, billing.ChangeNotAllowed, *WRITTEN)
    ),
    "change_price": Operation(
        body="PriceBody",
        answers={200: Plan, 202: OpenPlan},
        errors=(*BODY, billing.PlanNotFound, *WRITTEN),
    ),
    "get_plan": Operation(shared=True, answers={200: Plan}, errors=(billing.PlanNotFound, *READ)),
    "subscribe": Operation(
        body="SubscribeBody",
        keyed=True,
        key_required=True,
        answers=CHARGED,
        errors=(
            *STARTED,
            billing.PlanNotFound,
            billing.PlanNotOnSale,
            billing.AlreadySubscribed,
            billing.TrialUsed,
            billing.PriceChanged,
            billing.ChangeNotAllowed,
            errors.TooManyRequests,
        ),
    ),
    "subscribe_user": Operation(
        body="SubscribeUserBody",
        keyed=True,
        key_required=True,
        answers=CHARGED,
        errors=(
            *STARTED,
            billing.PlanNotFound,
            billing.AlreadySubscribed,
            billing.TrialUsed,
            billing.PriceChanged,
            billing.ChangeNotAllowed,
        ),
    ),
    "start_schedule": Operation(
        body="ScheduleBody",
        keyed=True,
        key_required=True,
        answers=CHARGED,
        errors=(
            *STARTED,
            payment_errors.OrderNotFound,
            payment_errors.OrderExpired,
            payment_errors.OrderWithdrawn,
            payment_errors.OrderHasPayment,
            billing.PartsDisagree,
        ),
    ),
    "list_subscriptions": Operation(
        query=PAGE,
        named=NAMED,
        shared=True,
        answers={200: Subscriptions},
        errors=(errors.InvalidRequest, *READ),
    ),
    "get_subscription": Operation(shared=True, answers=ONE, errors=(*MINE, *READ)),
    "get_subscription.invoices": Operation(
        name="list_invoices",
        summary="All invoices of a subscription or schedule, newest first",
        shared=True,
        query=PAGE,
        answers={200: Invoices},
        errors=(errors.InvalidRequest, *MINE, *READ),
    ),
    "preview_plan": Operation(
        body="PreviewBody",
        answers={200: Preview},
        errors=(*BODY, *CHANGED, billing.PlanNotFound, billing.PlanNotOnSale, *READ),
    ),
    "change_plan": Operation(
        body="ChangeBody",
        shared=True,
        answers=CHARGED,
        errors=(
            *BODY,
            *CHANGED,
            billing.PlanNotFound,
            billing.PlanNotOnSale,
            billing.AlreadySubscribed,
            billing.TrialUsed,
            billing.PriceChanged,
            billing.ChargeDeclined,
            errors.TooManyRequests,
            errors.SecretsUnavailable,
            *WRITTEN,
        ),
    ),
    "change_subscription_key": Operation(
        body="KeyBody",
        answers=CHARGED,
        errors=(
            *BODY,
            *MINE,
            *KEY,
            billing.BillingKeyGone,
            billing.SubscriptionEnded,
            billing.AlreadySubscribed,
            billing.ChangeNotAllowed,
            errors.TooManyRequests,
            errors.SecretsUnavailable,
            *WRITTEN,
        ),
    ),
    "pause_subscription": Operation(
        body="PauseBody", body_optional=True, shared=True, answers=ONE, errors=(*BODY, *CHANGED, *WRITTEN)
    ),
    "resume_subscription": Operation(
        shared=True,
        answers=CHARGED,
        errors=(
            *CHANGED,
            billing.AlreadySubscribed,
            errors.TooManyRequests,
            errors.SecretsUnavailable,
            *WRITTEN,
        ),
    ),
    "cancel_subscription": Operation(
        body="EndBody",
        shared=True,
        answers={200: EndedSubscription, 202: EndingSubscription},
        errors=(
            *BODY,
            *MINE,
            billing.SubscriptionEnded,
            payment_errors.NotRefundable,
            payment_errors.RefundNotAllowed,
            payment_errors.RefundAccountRequired,
            payment_errors.TooManyRefunds,
            *WRITTEN,
        ),
    ),
    "cancel_subscription.keep": Operation(
        name="keep_subscription",
        summary="Take a cancellation with the period back",
        shared=True,
        answers=CHARGED,
        errors=(
            *MINE,
            billing.SubscriptionEnded,
            billing.ChangeNotAllowed,
            errors.TooManyRequests,
            *WRITTEN,
        ),
    ),
    "give_consent": Operation(
        body="ConsentBody",
        answers=CHARGED,
        errors=(
            *BODY,
            *MINE,
            billing.PriceChanged,
            billing.SubscriptionEnded,
            billing.AlreadySubscribed,
            billing.ChangeNotAllowed,
            errors.TooManyRequests,
            errors.SecretsUnavailable,
            *WRITTEN,
        ),
    ),
    "cancel_part": Operation(answers=ONE, errors=(*CHANGED, *WRITTEN)),
    "pay_invoice": Operation(
        body="PayBody",
        answers={200: PaidOrWindow, 202: OpenSubscription},
        errors=(
            *BODY,
            *CHANGED,
            *KEY,
            billing.BillingKeyGone,
            payment_errors.NoPayMethod,
            payment_errors.OrderAlreadyPaid,
            errors.TooManyRequests,
            errors.ProviderUnavailable,
            errors.ProviderRefused,
            errors.SecretsUnavailable,
            *WRITTEN,
        ),
    ),
    "waive_invoice": Operation(
        body="WaiveBody",
        answers=ONE,
        errors=(
            *BODY,
            billing.SubscriptionNotFound,
            billing.SubscriptionBusy,
            billing.ChangeNotAllowed,
            *WRITTEN,
        ),
    ),
}
