"""The slot of a charge: when it is claimed, and when PortOne is called."""

from portone_local.bench.function import job_of
from portone_local.bench.measure import CHARGE
from portone_local.bench.scene import DUE_AT, Shop, subscription_id
from portone_local.bench.virtual import Simulation
from portone_local.stack import wiring
from portone_local.stack.parameters import fake_portone, parameters_of
from portone_local.stack.token_issuer import TokenIssuer
from portone_local.twins.clock import MovableClock
from portone_payments.adapters.aws.queue import write_due
from portone_payments.flows.charges.collect import CLAIMING
from portone_payments.ports.store import Due, Kind
from portone_payments.ports.world import Vault


class Watched:
    """A vault that records when it is opened."""

    def __init__(self, vault: Vault, steps: list[str]) -> None:
        self._vault = vault
        self._steps = steps

    def decrypt(self, sealed: str, *, context: dict[str, str]) -> str:
        self._steps.append("key decrypted")
        return self._vault.decrypt(sealed, context=context)


def test_a_charge_is_claimed_shortly_before_its_slot_and_not_when_its_message_arrives() -> None:
    simulation = Simulation(rate=10)
    simulation.shop.fill(30)

    asked = sorted(simulation.go().charges)

    charged = [simulation.store.subscription(subscription_id(number)) for number in range(30)]
    claimed = sorted(each.last_try_at for each in charged if each and each.last_try_at)
    assert len(claimed) == len(asked) == 30
    assert max(sent - held for held, sent in zip(claimed, asked, strict=True)) < 2 * CLAIMING


def test_only_the_call_remains_after_the_wait_for_the_slot() -> None:
    steps: list[str] = []
    clock = MovableClock(float(DUE_AT))
    parameters = parameters_of(TokenIssuer(clock), {})
    portone = fake_portone(parameters, clock, seed=1)
    wired = wiring.in_memory(parameters, clock=clock, seed=1, transport=portone.transport())
    Shop(wired.ports["store"], wired.ports["vault"], portone).fill(1)

    def wait(seconds: float) -> None:
        steps.append("waited")
        clock.advance(seconds)

    ports = wired.ports | {"wait": wait, "vault": Watched(wired.ports["vault"], steps)}
    due = Due(kind=Kind.SUBSCRIPTION, id=subscription_id(0), due_at=DUE_AT, slot=DUE_AT + 1.0)

    job_of("work_charges", parameters, wired.resources, ports)({"messageId": due.id, "body": write_due(due)})

    assert steps == ["waited", "key decrypted", "waited"]
    assert [call.at for call in portone.calls() if call.operation == CHARGE] == [DUE_AT + 1.0]
