"""The sweep in a process of its own, every minute; it yields to workers: on AWS it has its own machine.

It reads its orders as JSON from standard input, says that it is ready, and begins with the next line.
"""

import json
import os
import sys
import time

from portone_local.bench.worker import ports
from portone_payments.flows.timers.sweep import Sweeper
from portone_payments.ports.world import Deadline

MINUTE, SWEEP_SECONDS = 60.0, 40.0
YIELDING = 19


def main() -> None:
    """Sweep until killed."""
    orders = json.loads(sys.stdin.readline())
    shared = ports(orders)
    sweeper = Sweeper(
        store=shared["store"],
        queue=shared["queue"],
        charges=shared["charge_queue"],
        clock=shared["clock"],
        meter=shared["meter"],
        rate=orders["rate"],
        charge_rate=orders["rate"],
    )
    os.nice(YIELDING)
    shared["store"].wallet("nobody")
    print(json.dumps({"ready": True}), flush=True)
    sys.stdin.readline()
    while True:
        began = time.monotonic()
        sweeper.sweep(deadline=Deadline.after(shared["clock"], SWEEP_SECONDS))
        time.sleep(max(0.0, MINUTE - (time.monotonic() - began)))


if __name__ == "__main__":
    main()
