"""Errors of saved payment methods, plans and recurring charges, each with a stable code."""

from portone_payments.domain.errors.common import BundleError


class BillingKeyNotFound(BundleError):
    """No such saved payment method, or another user's: the two are indistinguishable."""

    code = "billing_key_not_found"


class BillingKeyRefused(BundleError):
    """PortOne's reading of the key does not bear out what the app reported; `reason` says what differs."""

    code = "billing_key_refused"


class BillingKeyGone(BundleError):
    """The saved payment method is deleted, or being deleted."""

    code = "billing_key_gone"


class TooManyBillingKeys(BundleError):
    """The user has as many saved payment methods and open issue windows as one may have."""

    code = "too_many_billing_keys"


class BillingMethodNotOffered(BundleError):
    """No channel is set for saving such a payment method."""

    code = "billing_method_not_offered"


class NoBillingKey(BundleError):
    """The user has no saved payment method that could be charged."""

    code = "no_billing_key"


class AccountClosing(BundleError):
    """The user's account is being closed: nothing new begins in it."""

    code = "account_closing"


class ChargeDeclined(BundleError):
    """The charge was declined and nothing was taken; `reason` says whether another attempt makes sense."""

    code = "charge_declined"


class ChargeInProgress(BundleError):
    """Another attempt of this payment has no outcome yet; nothing was stored for this one."""

    code = "charge_in_progress"


class ChargeIdReused(BundleError):
    """The same chargeId came with another body."""

    code = "charge_id_reused"


class PlanNotFound(BundleError):
    """The shop's backend stored no such plan."""

    code = "plan_not_found"


class PlanNotOnSale(BundleError):
    """The shop sells the plan to nobody new."""

    code = "plan_not_on_sale"


class AlreadySubscribed(BundleError):
    """The user has a living subscription to this plan or one of its group; `subscription_id` names it."""

    code = "already_subscribed"


class TrialUsed(BundleError):
    """The user had the one free trial of this plan's group; nothing was started."""

    code = "trial_used"


class PriceChanged(BundleError):
    """The plan does not cost what the app showed its user; `amount` says what it costs."""

    code = "price_changed"


class SubscriptionNotFound(BundleError):
    """No such subscription, or another user's: the two are indistinguishable."""

    code = "subscription_not_found"


class SubscriptionEnded(BundleError):
    """The subscription has ended or is completed and does not change any more."""

    code = "subscription_ended"


class SubscriptionEnding(BundleError):
    """The subscription ends with what is paid; nothing of it changes unless its end is taken back first."""

    code = "subscription_ending"


class SubscriptionBusy(BundleError):
    """A charge of the subscription has no outcome yet; nothing was stored for this request."""

    code = "subscription_busy"


class ChangeNotAllowed(BundleError):
    """The subscription is in no state for this change; `reason` says why."""

    code = "change_not_allowed"


class WindowIncomplete(BundleError):
    """The window that saves this pay method lacks data; `missing` names it."""

    code = "window_incomplete"


class OrderHasPlan(BundleError):
    """The order is paid in parts that are stored already, so it cannot be paid otherwise."""

    code = "order_has_plan"


class PartsDisagree(BundleError):
    """The parts of an order do not add up to it, or lie in the wrong order."""

    code = "parts_disagree"
