"""Saved payment methods: opened here, registered in `register.py`, deleted in `delete.py` (rule 8)."""

from dataclasses import dataclass, replace

from portone_payments.domain.billing_keys.wallet import customer_in, start_issue, with_key
from portone_payments.domain.payments.terms import store_of
from portone_payments.domain.records.billing_keys import KeyRef, SavedKey, Wallet
from portone_payments.domain.records.kept import AnyRecord
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.shared.allowances import METHODS, spend
from portone_payments.domain.windows.buyer import NOBODY, Buyer
from portone_payments.flows.billing_keys.delete import KeyDeletion
from portone_payments.flows.billing_keys.readings import who_saved
from portone_payments.flows.billing_keys.register import KeyRegistration
from portone_payments.flows.shared.customers import Customers


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingKeys(KeyRegistration, KeyDeletion):
    """All that is done with a saved payment method and PortOne, from its window to its deletion."""

    customers: Customers

    def start(
        self, user_id: str, pay_method: str, *, payment: Payment | None = None, buyer: Buyer = NOBODY
    ) -> SavedKey:
        """An issue window under a fresh issueId, bound to its user; in the store of what it pays as well.

        Raises `TooManyBillingKeys`, `TooManyRequests`, `SecretsUnavailable`, `Busy`.
        """
        billing_key_id = self.ids.payment_id()
        ref = KeyRef(ref=f"issue:{billing_key_id}", user_id=user_id, billing_key_id=billing_key_id)

        def opened(wallet: Wallet) -> tuple[Wallet, *tuple[AnyRecord, ...]]:
            now = self.clock.now()
            # one window has one customer, and its payment was prepared with that one
            known = payment.customer_id if payment else customer_in(wallet)
            key = SavedKey(
                id=billing_key_id,
                created_at=now,
                pay_method=pay_method,
                customer_id=known or self.customers.name_of(user_id),
                store_id=store_of(payment, self.policy) if payment else self.policy.store_id,
                payment_id=payment.payment_id if payment else None,
            )
            begun = replace(start_issue(wallet, key), spent=spend(wallet.spent, METHODS, now=now))
            return with_key(begun, replace(key, buyer_sealed=self._who(user_id, billing_key_id, buyer))), ref

        return self.change(user_id, opened, fact=False).keys[billing_key_id]

    def _who(self, user_id: str, billing_key_id: str, buyer: Buyer) -> str | None:
        return self.vault.encrypt(buyer.text(), context=who_saved(user_id, billing_key_id)) if buyer else None
