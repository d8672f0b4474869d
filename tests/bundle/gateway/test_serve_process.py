"""`make serve` and `make demo` as processes: what they print, two at once, a local AWS that dies."""

import itertools
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from portone_local.serve.running import LOCAL
from portone_local.stack.ministack import MiniStack, MiniStackGone

SOON = 2.5  # two seconds until it is noticed, and some for the machine
type Process = subprocess.Popen[str]


@contextmanager
def started(module: str, **environment: str) -> Iterator[Process]:
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", module],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process: Process, word: str) -> list[str]:
    """The lines printed so far, up to the first with this text."""
    assert process.stdout is not None
    printed: list[str] = []
    for line in process.stdout:
        printed.append(line.rstrip("\n"))
        if word in line:
            return printed
    raise AssertionError(f"it ended before it printed {word}: {printed}")


def known_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((LOCAL / name / "stack.json").read_text())
    return found


def kill_ministack(process: Process) -> None:
    """As the system does when memory is short."""
    found = ["pgrep", "-f", "-P", str(process.pid), "portone_local.stack.ministack"]
    children = subprocess.check_output(found)  # noqa: S603 - our own arguments
    os.kill(int(children), signal.SIGKILL)


def ends_soon(process: Process) -> tuple[int, str]:
    """The exit code, and what was written to standard error and output from here on."""
    began = time.monotonic()
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - began < SOON
    return process.returncode, out + err


def pasted(line: str) -> Any:
    return json.loads(subprocess.check_output(shlex.split(line), text=True, timeout=30))  # noqa: S603 - what was printed


@pytest.mark.ministack
def test_two_stacks_of_a_clone_live_apart_and_one_outlives_the_local_aws_of_the_other() -> None:
    serve = "portone_local.serve"
    with started(serve, LOCAL="test-one") as one, started(serve, LOCAL="test-two") as two:
        printed = read_until(one, "Ctrl-C")
        read_until(two, "Ctrl-C")
        first, second = known_of("test-one"), known_of("test-two")
        kill_ministack(two)
        code, told = ends_soon(two)
        curls = [sys.executable, "-m", "portone_local.serve.curls", "--local", "test-one"]
        lines = subprocess.check_output(curls, text=True, timeout=30).splitlines()  # noqa: S603 - our own module
        calls = dict(itertools.pairwise(lines))
        pasted(next(line for line in lines if "__control/pay" in line))
        verified = pasted(calls["# POST /payments/{paymentId}/verify"])
        order = pasted(calls["# GET /orders/{orderId}"])
        asked = {"origin": "http://localhost:3000", "access-control-request-method": "POST"}
        preflight = httpx.options(f"{first['api']}/payments", headers=asked, trust_env=False)
        one.send_signal(signal.SIGINT)
        stopped = one.wait(30)

    assert len(printed) <= 12
    assert not {first[each] for each in ("api", "aws", "portone", "webhook")} & set(map(str, second.values()))
    assert (code, "Traceback" in told) == (1, False)
    assert told.splitlines()[-1].startswith("MiniStack, the local AWS, was killed by signal 9")
    assert (verified["status"], order["payment"]["status"], stopped) == ("PAID", "PAID", 0)
    assert preflight.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert not (LOCAL / "test-one" / "stack.json").exists()


# make serve ends so too, above; that the demo does is told by make check
@pytest.mark.thorough
@pytest.mark.ministack
def test_the_demo_ends_at_once_when_its_local_aws_dies() -> None:
    with started("portone_local.demo") as demo:
        read_until(demo, " 2 ")
        kill_ministack(demo)
        code, told = ends_soon(demo)

    assert code == 1
    assert "MiniStack, the local AWS, was killed by signal 9" in told
    assert "Traceback" not in told


def test_a_local_aws_that_does_not_start_says_so() -> None:
    with pytest.raises(MiniStackGone, match="did not start"), MiniStack(GATEWAY_PORT="no port"):
        pass


def test_a_name_in_use_is_reported_and_nothing_is_started() -> None:
    with started("portone_local.serve", LOCAL="../elsewhere") as serve:
        _, told = serve.communicate(timeout=30)

    assert serve.returncode == 1
    assert (
        told == "cannot serve: LOCAL=../elsewhere is no name: small letters, digits and hyphens, at most 31\n"
    )
