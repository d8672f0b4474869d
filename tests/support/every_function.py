"""A story in which each function has something to do."""

from portone_local.actors.people import REASON, go_through, typed
from portone_local.portone import Checkout
from portone_local.portone.identity.people import ADULT
from tests.support.every_recurring_function import RecurringStory
from tests.support.records import a_payment
from tests.support.world import USER


class Story(RecurringStory):
    """Two orders paid, one of them tampered with; a payment left unfinished long ago."""

    def tell(self) -> None:
        """Everything a function does when nothing goes wrong."""
        good, bad = self.prepared("order-1"), self.prepared("order-2")
        self.stack.portone.buyer.pay(good)
        self.stack.portone.webhooks.deliver = self.receive
        self.stack.deliver()
        self.stack.portone.buyer.pay(bad, Checkout(amount=10, tampered=True))
        assert self.app.post(f"/payments/{bad}/verify").json()["status"] == "MISMATCH"
        assert self.app.get(f"/payments/{good}").json()["status"] == "PAID"
        assert len(self.app.get("/payments").json()["items"]) == 2
        assert self.shop.get("/orders/order-1").json()["paidTotal"] == 1_000
        assert len(self.staff.get("/ops/attention?kind=mismatch").json()["items"]) == 1
        assert self.staff.post(f"/ops/payments/{good}/catch-up").status == 200
        assert self.staff.post(f"/ops/payments/{bad}/resolve", {"reason": "refunded by hand"}).status == 200
        self.refund(good)
        self.approve()
        self.withdraw()
        self.report()
        self.identify()
        self.bill()
        self.leave()
        self.audit()
        self.sweep()
        self.publish()

    def withdraw(self) -> None:
        """An unpaid order is withdrawn."""
        self.prepared("order-off-sale")
        assert self.shop.request("DELETE", "/orders/order-off-sale").status == 200

    def identify(self) -> None:
        """Somebody is verified with the SDK, starts again without it, and is forgotten."""
        window = self.app.post("/identity-verifications", {"purpose": "signup"}).json()
        verification_id = go_through(self.stack, window)
        stored = f"/identity-verifications/{verification_id}"
        assert self.app.post(f"{stored}/verify").json()["state"] == "USED"
        assert self.app.get(stored).json()["verified"]["facts"]["adult"] == "yes"
        assert self.app.get("/me/verification").json()["verified"] is True
        other = self.app.post("/identity-verifications", {"purpose": "adult"}).json()
        path = f"/identity-verifications/{other['identityVerificationId']}"
        assert self.app.post(f"{path}/send", typed()).json()["message"] == "SENT"
        assert self.app.post(f"{path}/resend").json()["message"] == "SENT"
        assert self.app.post(f"{path}/confirm", {"otp": "000000"}).status == 409
        look, leave = {"userId": USER} | REASON, {"userId": USER, "reason": "sold the account"}
        assert self.staff.post("/ops/identity/reveal", look).json()["facts"]["name"] == ADULT.name
        assert self.staff.post("/ops/identity/replace", leave).status == 200
        assert self.staff.get("/ops/identity/duplicates").json()["duplicates"] == []
        both = {"userIds": [USER, "user-2"], "keeps": [USER], "reason": "asked the customer"}
        assert self.staff.post("/ops/identity/duplicates", both).status == 404
        preview = {"provider": "DANAL", "title": "Example"}
        assert self.app.post("/identity-verifications/bypass-preview", preview).status == 403
        assert self.shop.post("/identity/erase", {"userId": USER}).status == 200
        assert self.invoke("IdentitySweep", {})["persons"] == 0

    def leave(self) -> None:
        """The customer's account is looked at and closed."""
        shown = self.staff.get(f"/ops/users/{USER}").json()
        assert shown["subscriptions"]
        assert shown["payments"]
        closed = self.shop.post(f"/ops/users/{USER}/close", {"reason": "asked to leave"})
        assert closed.json()["state"] == "CLOSED"

    def audit(self) -> None:
        """The day is compared, and nothing is found; nothing is five years old."""
        assert self.invoke("Audit", {})["found"] == 0
        assert self.invoke("Retention", {}) == {"removed": 0, "putOff": 0, "left": False}
        assert self.staff.get("/ops/discrepancies").json()["items"] == []
        closed = self.staff.post("/ops/discrepancies/absent/close", {"reason": "looked at it"})
        assert closed.status == 404

    def refund(self, payment_id: str) -> None:
        """A partial refund by the owner, another by staff; nothing waits for an account or an approval."""
        part = {"refundId": "refund-1", "reason": "changed their mind", "amount": 300}
        account = {"bank": "SHINHAN", "number": "000-000-0000", "holderName": "Example"}
        refund = f"payments/{payment_id}/refunds/refund-1"
        assert self.app.post(f"/payments/{payment_id}/cancel", part).status == 200
        assert self.staff.post(f"/ops/payments/{payment_id}/cancel", part).status == 200
        assert self.app.get(f"/{refund}").json()["state"] == "SUCCEEDED"
        assert self.app.put(f"/{refund}/account", account).status == 409
        assert self.staff.post(f"/ops/{refund}/approve").status == 409

    def approve(self) -> None:
        """A payment is approved by hand."""
        payment_id = self.prepared("order-3")
        token = {"paymentToken": self.stack.portone.buyer.authenticate(payment_id)}
        assert self.app.post(f"/payments/{payment_id}/confirm", token).json()["status"] == "PAID"

    def report(self) -> None:
        """A transfer gets its cash receipt, which staff takes back."""
        payment_id = self.prepared("order-4", payMethods=["TRANSFER"])
        self.stack.portone.buyer.pay(payment_id, Checkout(method="TRANSFER"))
        self.stack.deliver()
        receipt = f"payments/{payment_id}/cash-receipt"
        body = {"type": "PERSONAL", "identityNumber": "010-0000-0000"}
        assert self.app.post(f"/{receipt}", body).status == 200
        assert self.app.get(f"/{receipt}").json()["state"] == "ISSUED"
        assert self.staff.post(f"/ops/{receipt}/cancel").json()["state"] == "CANCELLED"

    def sweep(self) -> None:
        """The timer finds the payment that was left, the plan whose price is new and what goes back."""
        now = self.stack.clock.now()
        left = a_payment(
            "left0001", created_at=now - 7_200, expires_at=int(now) - 3_600, due_at=int(now) - 60
        )
        self.stack.ports["store"].save(left)
        # of the subscription that staff ended the period and the dearer plan were paid
        assert self.invoke("Sweep", {})["sent"] == 4
        records = [message.record() for message in self.stack.source.take(10)]
        assert self.invoke("Work", {"Records": records}) == {"batchItemFailures": []}
        assert self.stack.ports["store"].payment("left0001").version == 2

    def publish(self) -> None:
        """The stream brings all of it."""
        records = self.stack.stream.source.take(1_000)
        assert self.invoke("Publish", {"Records": records})["published"] >= 6
