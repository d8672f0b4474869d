"""The slot of a charge: when it is claimed, and when PortOne is asked."""

from portone_local.bench.scene import subscription_id
from portone_local.bench.virtual import Simulation
from portone_payments.flows.collect import CLAIMING


def test_a_charge_is_claimed_shortly_before_its_slot_and_not_when_its_message_comes() -> None:
    simulation = Simulation(rate=10)
    for _ in simulation.shop.filled(30):
        pass

    asked = sorted(simulation.go().charges)

    charged = [simulation.store.subscription(subscription_id(number)) for number in range(30)]
    claimed = sorted(each.last_try_at for each in charged if each and each.last_try_at)
    assert len(claimed) == len(asked) == 30
    assert max(sent - held for held, sent in zip(claimed, asked, strict=True)) < 2 * CLAIMING
