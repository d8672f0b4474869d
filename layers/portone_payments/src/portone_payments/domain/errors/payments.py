"""Errors of orders, payments, approvals, refunds and cash receipts, each with a stable code."""

from portone_payments.domain.errors.common import BundleError, TooManyRequests


class OrderNotFound(BundleError):
    """No such order, or another user's: the two are indistinguishable."""

    code = "order_not_found"


class PaymentNotFound(BundleError):
    """No such payment, or another user's: the two are indistinguishable."""

    code = "payment_not_found"


class OrderHasPayment(BundleError):
    """The order cannot change any more: a payment of it exists."""

    code = "order_has_payment"


class OrderExpired(BundleError):
    """The shop no longer offers this order."""

    code = "order_expired"


class OrderWithdrawn(BundleError):
    """The shop has withdrawn this order."""

    code = "order_withdrawn"


class OrderPaymentUnderWay(BundleError):
    """A payment of the order is being made and has no outcome yet; nothing was withdrawn."""

    code = "order_payment_under_way"


class OrderAlreadyPaid(BundleError):
    """The order is paid; there is nothing left to prepare."""

    code = "order_already_paid"


class NoPayMethod(BundleError):
    """Order and rules leave no pay method for this platform."""

    code = "no_pay_method"


class OrderIncomplete(BundleError):
    """The window of one of its pay methods needs data that the order lacks; `missing` names it."""

    code = "order_incomplete"


class NotRefundable(BundleError):
    """The payment is in no state from which it can be refunded."""

    code = "not_refundable"


class RefundNotAllowed(BundleError):
    """The shop's policy does not let this caller refund this payment; `reason` says why."""

    code = "refund_not_allowed"


class RefundInProgress(BundleError):
    """Another refund of the payment is under way; nothing was stored for this one."""

    code = "refund_in_progress"


class RefundAboveBalance(BundleError):
    """More than can still be refunded."""

    code = "refund_above_balance"


class RefundIdReused(BundleError):
    """The same refundId came with another body."""

    code = "refund_id_reused"


class RefundNotFound(BundleError):
    """No such refund of this payment."""

    code = "refund_not_found"


class RefundAccountRequired(BundleError):
    """This pay method is refunded to a bank account, and none (or none that fits) was given."""

    code = "refund_account_required"


class TooManyRefunds(BundleError):
    """The requester has reached the number of refunds of this payment; nothing was stored."""

    code = "too_many_refunds"


class TooManyTries(TooManyRequests):
    """Its customer has attempted to pay it as often as a day allows; nothing was stored."""

    code = "too_many_tries"


class RefundFailed(BundleError):
    """The refund took no effect; `reason` is the stable cause, the same id is never sent again."""

    code = "refund_failed"


class NotApprovable(BundleError):
    """The payment is not on offer, or not in a state from which it can be approved."""

    code = "not_approvable"


class ApprovalInProgress(BundleError):
    """Another payment token is being approved; nothing was stored for this one."""

    code = "approval_in_progress"


class OutOfStock(BundleError):
    """The shop's stock hook said no, or did not answer; nothing was charged."""

    code = "out_of_stock"


class InvalidPaymentToken(BundleError):
    """PortOne does not know the payment token, or no longer; nothing was charged."""

    code = "invalid_payment_token"


class InformationMismatch(BundleError):
    """The authenticated payment is not the ordered one; nothing was charged."""

    code = "information_mismatch"


class ApprovalFailed(BundleError):
    """The approval took no effect; `reason` is the stable cause, the same token is never sent again."""

    code = "approval_failed"


class CashReceiptNotAllowed(BundleError):
    """No cash receipt can be issued for this payment; `reason` says why."""

    code = "cash_receipt_not_allowed"


class CashReceiptExists(BundleError):
    """Another cash receipt stands; it has to be cancelled first."""

    code = "cash_receipt_exists"


class CashReceiptNotFound(BundleError):
    """The payment has no cash receipt, or none that stands."""

    code = "cash_receipt_not_found"


class CashReceiptFailed(BundleError):
    """The cash receipt was not issued or not cancelled; `reason` is the stable cause."""

    code = "cash_receipt_failed"


class NothingToResolve(BundleError):
    """The payment does not need staff, or not this decision."""

    code = "nothing_to_resolve"


class DiscrepancyNotFound(BundleError):
    """No such discrepancy."""

    code = "discrepancy_not_found"


class ApprovalRefused(BundleError):
    """PortOne requested the approval of a payment, and the answer is no (PortOne facts 4.3)."""

    code = "approval_refused"
