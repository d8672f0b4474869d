"""How a saved payment method looks in a billing key, and in payments charged to it (PortOne facts 6.2)."""

from typing import Any

from portone_local.portone.billing.records import BillingIssue


def saved_answer(issue: BillingIssue) -> dict[str, Any]:
    """BillingKeyPaymentMethod of an answer; numbers are masked."""
    card = {"type": "BillingKeyPaymentMethodCard", "card": _card(issue)}
    examples: dict[str, dict[str, Any]] = {
        "CARD": card,
        "MOBILE": {"type": "BillingKeyPaymentMethodMobile", "phoneNumber": f"010****{issue.last_four}"},
        "EASY_PAY": {
            "type": "BillingKeyPaymentMethodEasyPay",
            "provider": issue.provider,
            "method": card,
        },
        "PAYPAL": {"type": "BillingKeyPaymentMethodPaypal"},
        "TRANSFER": {
            "type": "BillingKeyPaymentMethodTransfer",
            "bank": "SHINHAN",
            "accountNumber": f"********{issue.last_four}",
        },
    }
    return examples[issue.method]


def payment_method(issue: BillingIssue, month: int = 0) -> dict[str, Any]:
    """PaymentMethod of a payment that was charged, in `month` instalments."""
    card = {
        "type": "PaymentMethodCard",
        "card": _card(issue),
        "approvalNumber": "00000000",
        "installment": {"month": month, "isInterestFree": False},
    }
    examples: dict[str, dict[str, Any]] = {
        "CARD": card,
        "MOBILE": {"type": "PaymentMethodMobile", "phoneNumber": f"010****{issue.last_four}"},
        "EASY_PAY": {"type": "PaymentMethodEasyPay", "provider": issue.provider, "easyPayMethod": card},
        "PAYPAL": {"type": "PaymentMethodEasyPay", "provider": "PAYPAL"},
        "TRANSFER": {"type": "PaymentMethodTransfer", "bank": "SHINHAN"},
    }
    return examples[issue.method]


def _card(issue: BillingIssue) -> dict[str, str]:
    number = f"00000000****{issue.last_four}"
    return {
        "issuer": "SHINHAN_CARD",
        "brand": "LOCAL",
        "type": "CREDIT",
        "name": "예시 카드",
        "number": number,
    }
