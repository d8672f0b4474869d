"""Starts the stack, prints where it is, and waits for Ctrl-C or for a part of it to end."""

import os
import signal
import sys
import time

from portone_local.serve.elsewhere import NotReady, endpoint, forget
from portone_local.serve.guide import first_line, guide
from portone_local.serve.served import Served
from portone_local.serve.up import served
from portone_local.stack.ministack import MiniStackGone
from portone_local.twins.logs import write_logs_to

LOOK_SECONDS = 0.5


def main() -> int:
    """0 after Ctrl-C, 1 when something is missing or a part of the stack has ended by itself."""
    for stop in (
        signal.SIGTERM,
        signal.SIGINT,
    ):  # a shell starts what it puts into the background without SIGINT
        signal.signal(stop, signal.default_int_handler)
    os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "payments-local")
    try:
        portone = endpoint(os.environ)
        forget(os.environ)
        print(first_line(portone), flush=True)
        with served(portone, os.environ) as up:
            print(guide(up), flush=True)
            write_logs_to(sys.stderr)
            lost = _lost(up)
    except MiniStackGone as gone:
        lost = str(gone)
    except NotReady as missing:
        lost = f"cannot serve: {missing}"
    except KeyboardInterrupt:
        print("\nstopped")
        return 0
    print(lost, file=sys.stderr)
    return 1


def _lost(up: Served) -> str:
    """What has ended, once something has."""
    while not (lost := up.lost()):
        time.sleep(LOOK_SECONDS)
    return lost


if __name__ == "__main__":
    sys.exit(main())
