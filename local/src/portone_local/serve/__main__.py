"""Starts the stack, prints how to call it, and waits for Ctrl-C."""

import os
import signal
import sys
import threading

from portone_local.capture import write_logs_to
from portone_local.serve.elsewhere import NotReady, endpoint
from portone_local.serve.guide import guide
from portone_local.serve.up import served


def main() -> int:
    """0 after Ctrl-C, 1 when something is missing."""
    for stop in (
        signal.SIGTERM,
        signal.SIGINT,
    ):  # a shell starts what it puts into the background without SIGINT
        signal.signal(stop, signal.default_int_handler)
    os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "payments-local")
    write_logs_to(sys.stderr)
    print("starting: MiniStack, issuer, gateway, webhook URL, PortOne", flush=True)
    try:
        with served(endpoint(os.environ), os.environ) as up:
            print(f"\n{guide(up)}\n\nCtrl-C stops it. Handlers' logs follow.", flush=True)
            threading.Event().wait()
    except NotReady as missing:
        print(f"cannot serve: {missing}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
