"""The stories in which money is refunded. Each answers the id of its payment."""

from portone_local.demo.stage import Stage, expect
from portone_local.portone import CancellationStatus, Fault
from portone_local.stack.passing import let_pass

ACCOUNT = {"bank": "SHINHAN_BANK", "number": "110-000-000000", "holderName": "Example Buyer"}


def in_parts(stage: Stage) -> str:
    """A partial refund, another one, then the rest."""
    payment = _paid(stage, "mina", "화분 세트", 50_000)
    for number, amount in enumerate((20_000, 5_000), 1):
        answered = stage.refund("mina", payment, f"part-{number}", amount=amount)
        expect((answered.status, answered.json()["state"]), (200, "SUCCEEDED"))
    stage.say("Mina returns something, 20,000 won, then something else, 5,000 won.")
    rest = stage.refund("mina", payment, "rest", full=True).json()
    expect((rest["amount"], stage.look("mina", payment)["status"]), (25_000, "CANCELLED"))
    stage.say('Then "all that is left": 25,000 won, to the won, VAT included.')
    return payment


def double_click(stage: Stage) -> str:
    """The refund button is clicked twice."""
    payment = _paid(stage, "jun", "우산", 18_000)
    first = stage.refund("jun", payment, "click", amount=6_000).json()
    expect(stage.refund("jun", payment, "click", amount=6_000).json(), first)
    expect(stage.books(payment).cancelled, 6_000)
    stage.say("Two clicks, one refundId, one refund of 6,000 won; the second click is shown the first one's.")
    return payment


def lost_answer(stage: Stage) -> str:
    """PortOne refunds, and its answer is lost."""
    payment = _paid(stage, "sora", "향수", 72_000)
    stage.stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_AFTER_COMMIT)
    stage.stack.portone.inject(operation="get_payment", fault=Fault.HTML_500)
    answered = stage.refund("sora", payment, "lost", full=True)
    expect((answered.status, answered.json()["state"]), (202, "UNKNOWN"))
    stage.say("No answer in time: 202 UNKNOWN. Not a failure, not a success, and nothing is sent blindly.")
    stage.wait("sora", payment, "CANCELLED", most=10)
    expect(stage.books(payment).cancelled, 72_000)
    stage.say("The worker finds the refund by the token in its reason: [green]SUCCEEDED[/green], once.")
    return payment


def later(stage: Stage) -> str:
    """The PG needs an hour."""
    payment = _paid(stage, "hana", "공연 티켓", 110_000)
    stage.stack.portone.console.end_next_cancel(CancellationStatus.REQUESTED)
    answered = stage.refund("hana", payment, "slow", full=True)
    expect((answered.status, answered.json()["state"]), (202, "REQUESTED"))
    let_pass(stage.stack, 3600)
    [cancellation] = stage.books(payment).cancellation_ids
    stage.stack.portone.console.settle_cancellation(payment, cancellation)
    stage.stack.deliver()
    expect(stage.look("hana", payment)["refunds"][0]["state"], "SUCCEEDED")
    stage.say("202 REQUESTED: it decides later. After an hour its webhook says [green]SUCCEEDED[/green].")
    return payment


def to_an_account(stage: Stage) -> str:
    """A deposit is refunded to a bank account."""
    payment = _paid(stage, "sora", "책장", 140_000, method="VIRTUAL_ACCOUNT")
    stage.stack.portone.buyer.deposit(payment)
    stage.stack.deliver()
    without = stage.refund("sora", payment, "back", full=True)
    expect((without.status, without.json()["error"]["code"]), (409, "refund_account_required"))
    stage.say("A deposit cannot be refunded to a card: 409 refund_account_required, nothing reserved.")
    answered = stage.refund("sora", payment, "back", full=True, refundAccount=ACCOUNT)
    expect((answered.status, answered.json()["state"]), (200, "SUCCEEDED"))
    stage.say("With bank, number and holder it goes; the number is sealed while it waits, then forgotten.")
    return payment


def _paid(stage: Stage, user: str, name: str, total: int, **checkout: object) -> str:
    payment = stage.prepare(user, stage.sell(user, name, total))
    stage.stack.portone.buyer.pay(payment, stage.checkout(payment, **checkout))
    stage.stack.deliver()
    return payment


STORIES = (in_parts, double_click, lost_answer, later, to_an_account)
