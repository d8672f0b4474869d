"""The stories, in the order they are played. Each answers the id of its payment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from portone_local.demo import identity_stories, recurring_stories, refund_stories
from portone_local.demo.stage import Stage, expect

type Story = Callable[[Stage], str | None]


def card(stage: Stage) -> str:
    """A card payment, reported by webhook."""
    order = stage.sell("mina", "털모자", 24_000)
    payment = stage.prepare("mina", order)
    stage.stack.portone.buyer.pay(payment, stage.checkout(payment))
    stage.stack.deliver()
    expect(stage.look("mina", payment)["status"], "PAID")
    stage.say("PortOne's webhook: one read, one look at PortOne, one write. [green]PAID[/green], 24,000 won.")
    return payment


def two_devices(stage: Stage) -> str:
    """Two devices pay one order."""
    order = stage.sell("jun", "운동화", 89_000)
    phone = stage.prepare("jun", order, "android")
    tablet = stage.prepare("jun", order, "web")
    stage.say("Jun's phone and his tablet both prepare it, and both get the [bold]same paymentId[/bold].")
    expect(phone, tablet)
    stage.stack.portone.buyer.pay(phone, stage.checkout(phone))
    stage.stack.deliver()
    again = stage.stack.app("jun").post("/payments", {"orderId": order, "platform": "web"})
    expect((again.status, again.json()["error"]["code"]), (409, "order_already_paid"))
    stage.say("He pays on the phone; the tablet gets 409 order_already_paid. One charge.")
    return phone


def virtual_account(stage: Stage) -> str:
    """A virtual account waits for its deposit."""
    order = stage.sell("sora", "원목 책상", 310_000)
    payment = stage.prepare("sora", order)
    stage.stack.portone.buyer.pay(payment, stage.checkout(payment, method="VIRTUAL_ACCOUNT"))
    stage.stack.deliver()
    view = stage.look("sora", payment)
    expect(view["status"], "VIRTUAL_ACCOUNT_ISSUED")
    account = view["virtualAccount"]
    stage.say(f"An account is issued: {account['bank']} {account['number']}, due {account['dueAt']}.")
    stage.stack.portone.buyer.deposit(payment)
    stage.stack.deliver()
    expect(stage.look("sora", payment)["status"], "PAID")
    stage.say("Sora transfers 310,000 won, and the deposit's webhook makes it [green]PAID[/green].")
    return payment


def declined_first(stage: Stage) -> str:
    """Declined, then paid, on the same payment."""
    order = stage.sell("hana", "영화표", 30_000)
    payment = stage.prepare("hana", order)
    stage.stack.portone.buyer.decline(payment, stage.checkout(payment))
    stage.stack.deliver()
    expect(stage.look("hana", payment)["status"], "FAILED")
    expect(stage.prepare("hana", order), payment)
    stage.stack.portone.buyer.pay(payment, stage.checkout(payment))
    stage.stack.deliver()
    expect(stage.look("hana", payment)["status"], "PAID")
    stage.say("FAILED; prepared again, it is the same paymentId; her second card works: [green]PAID[/green].")
    return payment


def tampered(stage: Stage) -> str:
    """Somebody edits the amount in the browser."""
    order = stage.sell("eve", "노트북", 1_590_000)
    payment = stage.prepare("eve", order)
    stage.stack.portone.buyer.pay(payment, stage.checkout(payment, amount=1_000, tampered=True))
    stage.stack.deliver()
    expect(stage.verify("eve", payment)["status"], "MISMATCH")
    kinds = stage.stack.staff.get("/ops/attention?kind=mismatch").json()["items"]
    expect([item["paymentId"] for item in kinds], [payment])
    stage.say("PortOne says PAID, 1,000 won. We say [red]MISMATCH[/red], never PAID, and call staff.")
    minutes = stage.wait("eve", payment, "CANCELLED", most=10)
    stage.say(f"The money goes back by itself: CANCELLED after {minutes} min of virtual time.")
    return payment


def forged(stage: Stage) -> str:
    """A forged webhook."""
    order = stage.sell("eve", "이어폰", 99_000)
    payment = stage.prepare("eve", order)
    body = f'{{"type":"Transaction.Paid","data":{{"paymentId":"{payment}"}}}}'.encode()
    headers = {
        "content-type": "application/json",
        "webhook-id": "wh-forged",
        "webhook-timestamp": str(int(stage.stack.clock.now())),
        "webhook-signature": "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    }
    expect(stage.stack.receive(headers, body), 401)
    expect(stage.look("eve", payment)["status"], "READY")
    stage.say('"It is paid", says a webhook nobody signed: 401, nothing stored, still READY.')
    return payment


def twenty_times(stage: Stage) -> str:
    """One webhook, delivered 20 times at once."""
    order = stage.sell("mina", "양말", 9_000)
    payment = stage.prepare("mina", order)
    stage.stack.portone.buyer.pay(payment, stage.checkout(payment))
    delivery = stage.stack.portone.pending()[-1]
    headers = stage.stack.portone.webhooks.headers_for(delivery)
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: stage.stack.receive(headers, delivery.body), range(20)))
    stage.stack.portone.webhooks.lose()
    expect(set(answers), {200})
    history = stage.stack.staff.post(f"/ops/payments/{payment}/catch-up").json()["history"]
    expect([entry["fact"] for entry in history].count("paid"), 1)
    stage.say("20 parallel deliveries, 20 times 200, and [bold]one[/bold] `paid` in the history.")
    return payment


def all_lost(stage: Stage) -> str:
    """Webhook and verify are both lost."""
    order = stage.sell("jun", "기차표", 59_800)
    payment = stage.prepare("jun", order)
    stage.stack.portone.buyer.pay(payment, stage.checkout(payment))
    stage.stack.portone.webhooks.lose()
    stage.say("Jun pays, his phone dies, and every webhook is lost. We still say READY.")
    expect(stage.look("jun", payment)["status"], "READY")
    minutes = stage.wait("jun", payment, "PAID", most=15)
    stage.say(
        f"Nobody told us, so our own sweep looked: [green]PAID[/green] after {minutes} min of virtual time."
    )
    return payment


CHAPTERS: dict[str, tuple[Story, ...]] = {
    "Money comes in": (
        card,
        two_devices,
        virtual_account,
        declined_first,
        tampered,
        forged,
        twenty_times,
        all_lost,
    ),
    "Money goes back": refund_stories.STORIES,
    "Who somebody is": identity_stories.STORIES,
    "Half a year of charges": recurring_stories.STORIES,
}
