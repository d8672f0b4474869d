"""Half a year of recurring charges, printed day by day on the KST calendar. None has a payment of its own."""

from concurrent.futures import ThreadPoolExecutor

from portone_local.demo.customer import Customer
from portone_local.demo.stage import Stage, expect
from portone_local.portone import Fault, KeyState

MONTHLY = {"unit": "MONTH", "count": 1}
WEEKLY = {"unit": "WEEK", "count": 1}
MAGAZINE = {"name": "월간 잡지", "amount": 9_900, "interval": MONTHLY, "trialDays": 14}
WITH_BOOKS = {"name": "잡지와 책", "amount": 19_800, "interval": MONTHLY}
FLOWERS = {"name": "주간 꽃", "amount": 12_900, "interval": WEEKLY}
CHARGE = "pay_with_billing_key"


def month_ends(stage: Stage) -> None:
    """A free trial ends on the 31st, and February has none."""
    mina = Customer.on(stage, "mina", 1, 17)
    card = mina.save_card()
    expect(mina.subscribe("magazine", MAGAZINE).json()["status"], "TRIAL")
    stage.say(f"17 January: Mina saves a card that ends in {card}; 9,900 won a month after 14 free days.")
    mina.until(1, 31)
    expect(mina.newest["state"], "WITHHELD")
    stage.say(
        "31 January: the trial is over, and nobody asked her. [yellow]WITHHELD[/yellow], by Korean law."
    )
    agreed = mina.ask("consent", {"amount": 9_900}).json()
    expect(agreed["invoices"][0]["state"], "PAID")
    mina.until(2, 28)
    expect((mina.newest["state"], mina.view["nextChargeAt"]), ("PAID", "2026-03-31T01:00:00Z"))
    stage.say("She agrees and pays that minute; then on 28 February; the next is due on the 31st again.")


def thrice(stage: Stage) -> None:
    """The timer fires three times, the queue delivers three times."""
    mina = Customer.on(stage, "mina", 3, 31, 9)
    mina.skip_to(3, 31, 11)
    with ThreadPoolExecutor(3) as threads:
        sent = threads.map(lambda _: stage.stack.functions.invoke("Sweep", {})["sent"], range(3))
        expect(sorted(sent), [0, 0, 1])
        batch = stage.stack.charge_source.take(10)
        event = {"Records": [message.record() for message in batch]}
        list(threads.map(lambda _: stage.stack.functions.invoke("Charges", event), range(3)))
    stage.stack.charge_source.settle(batch, ())
    expect((mina.newest["state"], mina.charged_today()), ("PAID", [9_900]))
    stage.say("31 March: three sweeps at once, one message. Three workers at once, [bold]one[/bold] charge.")


def healed(stage: Stage) -> None:
    """A declined charge heals on the third day."""
    jun = Customer.on(stage, "jun", 4, 1)
    jun.save_card()
    expect(jun.subscribe("flowers", FLOWERS).status, 200)
    stage.stack.portone.pg.decline(jun.card, times=2)
    jun.until(4, 8)
    expect((jun.view["status"], jun.told("invoice.failed")), ("PAST_DUE", 1))
    stage.say("8 April: no money on Jun's card. The shop is notified at the first failure, not at the last.")
    jun.until(4, 11)
    expect((jun.newest["state"], jun.newest["tries"]), ("PAID", 3))
    stage.say("In vain the day after; on day 3 it works: [green]PAID[/green]. Three attempts, one paymentId.")
    jun.end()


def unanswered(stage: Stage) -> None:
    """PortOne charges, and its answer is lost."""
    sora = Customer.on(stage, "sora", 4, 13)
    sora.save_card()
    expect(sora.subscribe("flowers", FLOWERS).status, 200)
    sora.skip_to(4, 20, 11)
    _lose_answers(stage)
    stage.stack.tick()
    stage.stack.portone.webhooks.lose()
    expect(sora.newest["state"], "UNKNOWN")
    sora.until(4, 20)
    expect((sora.newest["state"], sora.charged_today()), ("PAID", [12_900]))
    stage.say(
        "20 April: UNKNOWN, neither charged again nor given up. Minutes later: [green]PAID[/green], once."
    )
    sora.end()


def deleted(stage: Stage) -> None:
    """A card is deleted while it is being charged."""
    hana = Customer.on(stage, "hana", 4, 21)
    hana.save_card()
    _lose_answers(stage)
    expect(hana.subscribe("flowers", FLOWERS).status, 202)
    key = stage.stack.app("hana").get("/billing-keys").json()["items"][0]["billingKeyId"]
    gone = stage.stack.app("hana").delete(f"/billing-keys/{key}")
    expect((gone.status, gone.json()["waitsFor"]), (202, "payment"))
    stage.say("Hana deletes her card before the answer of its charge is there: 202, it waits for that.")
    hana.until(4, 21, 13)
    expect((hana.newest["state"], hana.key_state), ("PAID", KeyState.DELETED))
    stage.say("The charge is found, then the key goes, at PortOne too. From then on nothing is charged.")
    hana.until(4, 28)
    expect((hana.newest["state"], hana.newest["advice"]), ("OPEN", "other_method"))
    hana.end()


def upgraded(stage: Stage) -> None:
    """Another plan in the middle of a month."""
    mina = Customer.on(stage, "mina", 5, 11)
    shown = _upgrade(mina)
    expect(mina.charged_today(), [shown["due"]])
    stage.say(
        f"11 May: 20 of 31 days with books, {shown['charge']:,} won, less {shown['credit']:,} paid for them. "
        f"The preview says {shown['due']:,} won, and {shown['due']:,} won are charged."
    )


def paused(stage: Stage) -> None:
    """A pause."""
    mina = Customer.on(stage, "mina", 5, 20)
    expect(mina.ask("pause", {"until": "2026-06-10"}).json()["status"], "PAUSED")
    mina.until(6, 10)
    expect(mina.charged_today(), [13_200])
    stage.say("Mina pauses over 31 May. Back on 10 June she pays for the 20 days left of 30: 13,200 won.")


def kept(stage: Stage) -> None:
    """An end that is taken back, and one that is not."""
    mina = Customer.on(stage, "mina", 6, 12)
    mina.end(at_period_end=True)
    expect((mina.view["status"], mina.view["nextChargeAt"]), ("ENDING", None))
    stage.say("12 June: she cancels. [yellow]ENDING[/yellow]: hers while it is paid, then it is over.")
    mina.until(6, 20)
    back = mina.ask("keep").json()
    expect((back["status"], back["nextChargeAmount"]), ("ACTIVE", 19_800))
    mina.until(6, 30)
    expect(mina.charged_today(), [19_800])
    stage.say("20 June: she keeps it after all; 30 June: 19,800 won, as the answer said.")
    mina.end(at_period_end=True)
    mina.until(8, 1)
    expect((mina.view["status"], mina.newest["amount"]), ("ENDED", 19_800))
    stage.say("She cancels once more: it ends on 31 July, and nothing more is charged.")


def _lose_answers(stage: Stage) -> None:
    """The next charge takes place; neither its answer nor a first reading tells."""
    stage.stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_AFTER_COMMIT)
    stage.stack.portone.inject(operation="get_payment", fault=Fault.HTML_500)


def _upgrade(mina: Customer) -> dict[str, int]:
    mina.stack.shop.put("/plans/magazine-and-books", {**WITH_BOOKS, "currency": "KRW"})
    shown: dict[str, int] = mina.ask("preview", {"planId": "magazine-and-books"}).json()
    wanted = {"planId": "magazine-and-books", "when": "now", "due": shown["due"]}
    expect(mina.change_plan(wanted).status, 200)
    return shown


STORIES = (month_ends, thrice, healed, unanswered, deleted, upgraded, paused, kept)
