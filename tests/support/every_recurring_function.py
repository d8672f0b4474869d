"""A story in which each function of saved methods and subscriptions has something to do."""

from portone_local.portone.billing.records import BillingIssue
from portone_payments.ports.store import Due, Kind
from tests.support.billing_records import a_plan, a_trial
from tests.support.callers import Callers
from tests.support.world import USER, an_order_body


class RecurringStory(Callers):
    """A saved method, what is charged to it, and its end."""

    def bill(self) -> None:
        """A saved card pays an order, a subscription through all it can go through, and a deposit."""
        key = self.saved_key()
        assert self.app.put(f"/billing-keys/{key}/default").status == 200
        assert self.app.get(f"/billing-keys/{key}").json() in self.app.get("/billing-keys").json()["items"]
        order = self.prepared("order-5")
        assert self.app.post(f"/payments/{order}/charge", {"chargeId": "charge-1"}).json()["status"] == "PAID"
        self.subscribe()
        self.renew()
        self.pay_in_parts()
        assert self.app.delete(f"/billing-keys/{key}").json()["state"] == "DELETED"

    def pay_in_parts(self) -> None:
        """A deposit, an instalment paid at its customer's word, and one that is declined and given up."""
        later = {"amount": 300, "dueAt": "2099-01-01T00:00:00Z"}
        put = an_order_body(parts=[{"amount": 400}, later, later])
        assert self.shop.put("/orders/order-6", put).status == 200
        started = self.app.post("/schedules", {"orderId": "order-6"}, headers={"idempotency-key": "order-6"})
        path = f"/subscriptions/{started.json()['subscriptionId']}"
        window = self.app.post(f"{path}/invoices/2/pay", {"window": {"platform": "web"}})
        assert window.json()["totalAmount"] == 300
        assert self.app.post(f"{path}/invoices/2/pay", {}).status == 200
        assert self.app.post(f"{path}/parts/3/cancel").json()["status"] == "UNPAID"
        waived = self.staff.post(f"/ops{path}/invoices/3/waive", {"reason": "sold out"})
        assert waived.json()["status"] == "ENDED"

    def renew(self) -> None:
        """The charges worker takes what the sweep found."""
        due = a_trial(a_plan(), "renewed0001", user_id=USER, now=self.stack.clock.now())
        self.stack.ports["store"].save(due)
        told = Due(kind=Kind.SUBSCRIPTION, id="renewed0001", due_at=due.due_at or 0)
        self.stack.ports["charge_queue"].send((told,))
        (message,) = self.stack.charge_source.take(10)
        assert self.invoke("Charges", {"Records": [message.record()]}) == {"batchItemFailures": []}
        (invoice,) = self.app.get("/subscriptions/renewed0001").json()["invoices"]
        assert invoice["state"] == "PAID"

    def saved_key(self) -> str:
        """A saved card."""
        window = self.app.post("/billing-keys", {"payMethod": "CARD", "platform": "web"}).json()
        issued = self.stack.portone.buyer.issue_billing_key(BillingIssue.from_browser(window))
        told = {"billingKey": issued.billing_key}
        saved = self.app.post(f"/billing-keys/{window['billingKeyId']}/register", told).json()
        assert saved["state"] == "ACTIVE"
        return str(saved["billingKeyId"])

    def subscribe(self) -> None:
        """A subscription, changed in every way and ended."""
        for plan, amount in (("plan-1", 9_900), ("plan-2", 19_900)):
            interval = {"unit": "MONTH", "count": 1}
            body = {"name": plan, "amount": amount, "currency": "KRW", "interval": interval}
            assert self.shop.put(f"/plans/{plan}", body).status == 200
            assert self.app.get(f"/plans/{plan}").json()["amount"] == amount
        started = self.app.post("/subscriptions", {"planId": "plan-1"}, headers={"idempotency-key": "one"})
        path = f"/subscriptions/{started.json()['subscriptionId']}"
        assert self.app.get(path).json() in self.app.get("/subscriptions").json()["items"]
        to = {"planId": "plan-2", "when": "now"}
        due = self.app.post(f"{path}/preview", {"planId": "plan-2"}).json()["due"]
        assert self.app.put(f"{path}/plan", to | {"due": due}).json()["planId"] == "plan-2"
        assert self.app.put(f"{path}/billing-key", {"billingKeyId": None}).status == 200
        assert self.app.post(f"{path}/consent", {"amount": 19_900}).status == 200
        assert self.app.post(f"{path}/pause", {}).json()["status"] == "PAUSED"
        assert self.app.post(f"{path}/resume").json()["status"] == "ACTIVE"
        assert self.app.post(f"{path}/cancel", {"atPeriodEnd": True}).json()["status"] == "ENDING"
        assert self.app.post(f"{path}/keep").json()["status"] == "ACTIVE"
        with_rest = {"atPeriodEnd": False, "refundRest": True}
        assert self.staff.post(f"/ops{path}/cancel", with_rest).json()["status"] == "ENDED"
        self.sell()

    def sell(self) -> None:
        """The shop subscribes a user itself, and asks all who have the plan for another price."""
        body, key = {"userId": USER, "planId": "plan-2", "trialDays": 7}, {"idempotency-key": "two"}
        assert self.shop.post("/ops/subscriptions", body, headers=key).json()["status"] == "TRIAL"
        assert self.shop.post("/plans/plan-2/price", {"amount": 12_900}).status == 202
