"""An invoice paid at its customer's word: by a saved method, or in a window of PortOne's (rule 11.8)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from portone_payments.domain.billing_keys.payer import payer
from portone_payments.domain.billing_keys.wallet import chargeable, key_of_issue
from portone_payments.domain.errors.billing import (
    BillingKeyGone,
    NoBillingKey,
    SubscriptionBusy,
    SubscriptionEnded,
)
from portone_payments.domain.errors.payments import NoPayMethod
from portone_payments.domain.payments.policy import PAGE, CheckPolicy, MethodRule, allowed_methods
from portone_payments.domain.payments.schedule import next_due
from portone_payments.domain.payments.terms import offered_under, terms_under
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.records.bounds import as_saved
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.payments import PAYABLE, Order, Payment, Status
from portone_payments.domain.records.subscriptions import Invoice, Subscription
from portone_payments.domain.shared.allowances import COMMANDS, PREPARES, check, spend, with_one
from portone_payments.domain.shared.times import BY_KIND
from portone_payments.domain.subscriptions.collection import next_due as next_collected
from portone_payments.domain.subscriptions.invoice_key import invoice_key
from portone_payments.domain.subscriptions.owed import WINDOW_OPEN
from portone_payments.domain.subscriptions.paying import asked_to_pay, window_for, window_opened
from portone_payments.domain.windows.buyer import NOBODY, Buyer, buyer_context
from portone_payments.domain.windows.given import given_by
from portone_payments.domain.windows.table import Windows
from portone_payments.flows.billing_keys.readings import who_saved
from portone_payments.flows.charges.payment_ids import derived_id
from portone_payments.flows.payments.prepare import Prepared, reopened, replaceable
from portone_payments.flows.shared.customers import Customers
from portone_payments.flows.shared.optimistic import retried
from portone_payments.flows.shared.settled_invoices import called_back
from portone_payments.flows.subscriptions.manage import Subscriptions, always
from portone_payments.ports.store import Store
from portone_payments.ports.world import Meter, Secrets, Vault

BY = "app"
_NEVER = PayMethod.VIRTUAL_ACCOUNT
type Offers = Mapping[str, tuple[str, ...]]


def ask_to_pay(
    subscriptions: Subscriptions,
    subscription_id: str,
    invoice_id: str,
    billing_key_id: str | None,
    *,
    user_id: str,
) -> Subscription:
    """The subscription with an invoice to be charged now, to a saved method of its owner.

    Raises `BillingKeyNotFound`, `BillingKeyGone`, `NoBillingKey`, and what `asked_to_pay` does.
    """
    subscriptions.of(subscription_id, user_id)
    wallet = subscriptions.store.wallet(user_id)
    fallback = subscriptions.policy.method_fallback
    if billing_key_id is not None:
        key_of_issue(wallet, billing_key_id)
        if chargeable(wallet, billing_key_id) is None:
            raise BillingKeyGone

    def wanted(held: Subscription, moment: Moment) -> Subscription:
        whole = called_back(held, invoice_id, store=subscriptions.store)
        asked = asked_to_pay(whole, invoice_id, moment, method=billing_key_id)
        if billing_key_id is None and payer(wallet, held, fallback=fallback) is None:
            raise NoBillingKey
        return asked

    return subscriptions.change(subscription_id, wanted, by=BY, user_id=user_id, counted=always)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceWindows:
    """Opens windows for invoices: a payment of its own, without virtual accounts, its amount frozen."""

    subscriptions: Subscriptions
    store: Store
    secrets: Secrets
    vault: Vault
    meter: Meter
    rules: tuple[MethodRule, ...]
    windows: Windows
    policy: CheckPolicy
    customers: Customers
    ready_seconds: int

    def open(self, subscription_id: str, invoice_id: str, platform: str, *, user_id: str) -> Prepared:
        """The payment of an invoice, stored with the hold on its charges; the same while it can be paid.

        Raises `SubscriptionNotFound`, `SubscriptionEnded`, `SubscriptionBusy`, `ChangeNotAllowed`,
        `NoPayMethod`, `TooManyRequests`, `Busy`.
        """

        def write() -> Prepared:
            held = self.subscriptions.of(subscription_id, user_id)
            held = called_back(held, invoice_id, store=self.store)
            return self._once(held, window_for(held, invoice_id), platform)

        return retried(write, meter=self.meter)

    def _once(self, held: Subscription, invoice: Invoice, platform: str) -> Prepared:
        moment = self.subscriptions.moment(BY)
        order = self._sold(held, invoice)
        known = self.store.payment(invoice.window_id) if invoice.window_id else None
        buyer = self._buyer(held, order, known, moment)
        methods = self._methods(order, buyer, platform)
        payment = self._offered(held, invoice, known, moment, {platform: methods})
        if buyer:
            payment = replace(payment, spent=with_one(payment.spent, PREPARES, now=moment.now))
        if (invoice.window_until or 0) < payment.expires_at:
            self.store.save(payment, self._held(held, invoice, payment, moment))
            payment = as_saved(payment)
        elif payment != known:
            self.store.save(payment)
            payment = as_saved(payment)
        given = given_by(
            order,
            buyer,
            customer_id=payment.customer_id,
            offered_until=payment.expires_at,
            in_app=platform != PAGE,
        )
        fresh = known is None or known.payment_id != payment.payment_id
        return Prepared(payment, methods, given, fresh)

    def _offered(
        self, held: Subscription, invoice: Invoice, known: Payment | None, moment: Moment, offers: Offers
    ) -> Payment:
        """The payment to open the window with, its offer renewed where that had ended."""
        if known is None or replaceable(known):
            return self._fresh(held, invoice, moment, offers)
        if known.status not in PAYABLE or known.status is Status.PAY_PENDING or known.quarantined:
            # a reading decides what became of it
            raise SubscriptionBusy(retry_after=10)
        offered = offered_under(replace(known, offers={**known.offers, **offers}), self.policy)
        if moment.now >= known.expires_at:
            return reopened(offered, self._until(moment), moment)
        return offered

    def _fresh(self, held: Subscription, invoice: Invoice, moment: Moment, offers: Offers) -> Payment:
        number = str(invoice.windows + 1)
        parts = (self.policy.store_id, *invoice_key(held, invoice), "window", number)
        payment = Payment(
            payment_id=derived_id(held, parts, self.secrets),
            order_id=held.order_id or held.subscription_id,
            user_id=held.user_id,
            total=invoice.amount,
            tax_free=invoice.tax_free,
            currency=held.currency,
            order_name=invoice.name,
            created_at=moment.now,
            status_at=moment.now,
            expires_at=self._until(moment),
            customer_id=self.customers.name_of(held.user_id),
            offers=offers,
            terms=terms_under(self.policy),
            subscription_id=held.subscription_id,
            invoice_id=invoice.id,
            poll_step=BY_KIND,
        )
        told = record(payment, Fact.PREPARED, moment)
        return replace(told, due_at=next_due(told, moment.now))

    def _until(self, moment: Moment) -> int:
        return int(moment.now) + min(self.ready_seconds, WINDOW_OPEN)

    def _held(self, held: Subscription, invoice: Invoice, payment: Payment, moment: Moment) -> Subscription:
        """The subscription whose charges of this invoice wait until the offer ends."""
        opened = window_opened(held, invoice, moment, payment_id=payment.payment_id, until=payment.expires_at)
        opened = replace(opened, spent=spend(held.spent, COMMANDS, now=moment.now), tries=0)
        return replace(opened, due_at=next_collected(opened, moment.now, self.subscriptions.policy))

    def _sold(self, held: Subscription, invoice: Invoice) -> Order:
        """What the window sells: a part of the order, or a period by the methods that have a channel."""
        order = self.store.order(held.order_id) if held.order_id else None
        if order is not None and order.withdrawn_at is not None:
            raise SubscriptionEnded
        if order is not None:
            return replace(order, total=invoice.amount, name=invoice.name)
        channels = tuple(dict.fromkeys((*self.windows.channels, PayMethod.CARD)))
        return Order(
            order_id=held.subscription_id,
            user_id=held.user_id,
            name=invoice.name,
            total=invoice.amount,
            tax_free=invoice.tax_free,
            currency=held.currency,
            pay_methods=tuple(each for each in channels if each != "*"),
            created_at=held.created_at,
        )

    def _buyer(self, held: Subscription, order: Order, known: Payment | None, moment: Moment) -> Buyer:
        """As the order names its buyer, or whoever saved the method that pays."""
        wallet = self.store.wallet(held.user_id)
        key = payer(wallet, held, fallback=self.subscriptions.policy.method_fallback)
        if order.buyer_sealed:
            sealed, context = order.buyer_sealed, buyer_context(order.order_id)
        elif key is not None and key.buyer_sealed:
            sealed, context = key.buyer_sealed, who_saved(held.user_id, key.id)
        else:
            return NOBODY
        check(known.spent if known else {}, PREPARES, now=moment.now)
        return Buyer.parse(self.vault.decrypt(sealed, context=context))

    def _methods(self, order: Order, buyer: Buyer, platform: str) -> tuple[str, ...]:
        allowed = allowed_methods(
            order.pay_methods,
            self.rules,
            amount=order.total,
            platform=platform,
            item_kind=order.item_kind,
        )
        given = given_by(order, buyer, in_app=platform != PAGE)
        open_here = (each for each in allowed if each != _NEVER and self.windows.channel(each))
        found = tuple(each for each in open_here if not self.windows.missing(each, given))
        if not found:
            raise NoPayMethod
        return found
