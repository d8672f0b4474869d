"""`POST /payments/{paymentId}/billing-key`: charge a saved payment method (PortOne facts 6.3)."""

from typing import Any, Literal

from pydantic import Field

from portone_local.portone.billing.charging import RefusedCharge
from portone_local.portone.billing.records import ChargeAsk
from portone_local.portone.desk import ApiCall, Body, Desk, parsed, pg_error
from portone_local.portone.exchange import Answer, as_json
from portone_local.portone.operations.customers import Customer
from portone_local.portone.operations.receipts import Amount
from portone_local.portone.pg import Refusal
from portone_local.portone.records import Refused

OPERATION = "pay_with_billing_key"


class BillingPayment(Body):
    """BillingKeyPaymentScheduleInput; a promotion is refused rather than ignored, the rest is not priced."""

    billing_key: str = Field(min_length=1, repr=False)
    order_name: str
    amount: Amount
    currency: str = Field(pattern="^[A-Z]{3}$")
    store_id: str | None = None
    channel_key: str | None = None
    customer: Customer | None = None
    custom_data: str | None = None
    installment_month: int | None = Field(default=None, ge=0, lt=2**31)
    use_free_interest_from_merchant: bool | None = None
    use_card_point: bool | None = None
    cash_receipt: dict[str, Any] | None = None
    country: str | None = None
    notice_urls: list[str] | None = None
    products: list[dict[str, Any]] | None = None
    product_count: int | None = None
    product_type: Literal["PHYSICAL", "DIGITAL"] | None = None
    shipping_address: dict[str, Any] | None = None
    locale: str | None = None
    bypass: dict[str, Any] | None = None

    def ask(self, *, silent: bool = False) -> ChargeAsk:
        """The requested charge; ApiError where its parts exceed the total."""
        parts = self.amount.parts("SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT")
        return ChargeAsk(
            billing_key=self.billing_key,
            order_name=self.order_name,
            total=parts.amount,
            tax_free=parts.tax_free,
            vat=self.amount.vat,
            currency=self.currency,
            channel_key=self.channel_key,
            store_id=self.store_id,
            custom_data=self.custom_data,
            customer=self.customer.shown() if self.customer else None,
            installment_month=self.installment_month,
            product_type=self.product_type,
            silent=silent,
        )


class _ChargeBody(BillingPayment):
    """BillingKeyPaymentInput."""

    skip_webhook: bool = False


def pay_with_billing_key(desk: Desk, call: ApiCall) -> Answer:
    """Charge at once: 200 says that it is PAID, a decline is a 502."""
    body = parsed(_ChargeBody, call.body)
    ask = body.ask(silent=body.skip_webhook)
    desk.check_store(body.store_id)
    key = desk.billing.wallet.keys.get(body.billing_key)
    desk.check_shown(key.store_id if key else None, body.store_id, "BILLING_KEY_NOT_FOUND")
    refusal = desk.refusal_of(OPERATION)
    try:
        desk.billing.schedules.check_free(call.payment_id)
        attempt, said = desk.billing.charging.charge(call.payment_id, ask, call.at, refusal=refusal)
    except Refused as refused:
        desk.billing.refused.append(RefusedCharge(call.payment_id, call.at, refused.code))
        raise
    if said or attempt is None:
        return pg_error(said or Refusal())
    paid_at = desk.till.answers.stamp(call.payment_id, "paidAt", call.at)
    return as_json({"payment": {"pgTxId": f"pg-{attempt.transaction_id}", "paidAt": paid_at}})
