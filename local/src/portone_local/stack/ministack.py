"""The local AWS: MiniStack as a child process on loopback, with a state directory of its own."""

import gc
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
import httpx
from botocore.config import Config

REGION = "ap-northeast-2"
FAKE_CREDENTIALS: dict[str, Any] = {
    "aws_access_key_id": "AKIAFAKEFAKEFAKEFAKE",
    "aws_secret_access_key": "fake-secret-key",
}
START_SECONDS = 60
STOP_SECONDS = 5
KEEP_SECONDS = 75


class MiniStackGone(SystemExit):
    """The local AWS ended by itself, or did not start; the text says so in a sentence.

    Every call of a client made here raises it, past retries and past whatever handles a failed call, and
    ends the program or the thread.
    """


class MiniStack:
    """A context manager: a running MiniStack inside, none after. `MiniStackGone` where it does not start."""

    def __init__(self, **environment: str) -> None:
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._shared: dict[str, Any] = {}
        self.endpoint_url = ""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="ministack-", ignore_cleanup_errors=True)
        port = free_port()
        self._shared.clear()
        self.endpoint_url = f"http://127.0.0.1:{port}"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "portone_local.stack.ministack"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=_environment() | self._settings(port) | self._environment,
            )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def log(self) -> Path:
        """What it printed."""
        return Path(self._folder.name) / "ministack.log"

    def client(self, service: str, **config: Any) -> Any:
        """A boto3 client of it; `config` goes into botocore's Config."""
        client = boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            # botocore's own name is put together anew at each call
            config=Config(user_agent="portone-local", **config),
            **FAKE_CREDENTIALS,
        )
        client.meta.events.register("before-send", self._check)  # before each attempt
        return client

    def shared(self, service: str) -> Any:
        """A client of it for whoever sets up or only looks: made once, which takes as long as five calls."""
        if service not in self._shared:
            self._shared[service] = self.client(service)
        return self._shared[service]

    @property
    def lost(self) -> str | None:
        """One sentence when it has ended without being stopped."""
        code = self._process.poll() if self._process else None
        if code is None:
            return None
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return f"MiniStack, the local AWS, {how}: what it held is gone, start again"

    def _check(self, **_: Any) -> None:
        if lost := self.lost:
            raise MiniStackGone(lost)

    def stop(self) -> None:
        """End it, by force if needed; may be repeated."""
        process, self._process = self._process, None
        if not process:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()
        self._folder.cleanup()

    def _settings(self, port: int) -> dict[str, str]:
        return {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "MINISTACK_REGION": REGION,
            "LOG_LEVEL": "ERROR",
            "TMPDIR": self._folder.name,
            "STATE_DIR": str(Path(self._folder.name) / "state"),
            "S3_DATA_DIR": str(Path(self._folder.name) / "s3"),
        }

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        # one client: each that is made reads the list of certificates anew
        with httpx.Client(base_url=self.endpoint_url, trust_env=False) as client:
            while time.monotonic() < end and self._process and self._process.poll() is None:
                with suppress(httpx.TransportError):
                    client.get("/_ministack/health").raise_for_status()
                    return
                time.sleep(0.05)
        raise MiniStackGone(f"MiniStack, the local AWS, did not start: {self.log.read_text()[-2000:]}")


def _environment() -> dict[str, str]:
    """Its environment variables: no secret of PortOne's, no credentials of a real AWS."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PORTONE_", "AWS_"))}


def free_port() -> int:
    """A loopback port that was free just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _end_with_parent() -> None:
    while os.read(0, 1):  # the pipe closes even when the parent is killed
        pass
    os._exit(0)


def main() -> None:
    """Run MiniStack in this process until it is stopped or the parent is gone.

    Under uvicorn and httptools: with the server it brings, half of a call's time is reading HTTP.
    """
    import uvicorn  # noqa: PLC0415 - only the child needs it
    from ministack.app import app  # noqa: PLC0415 - only the child needs it, and it is slow

    from portone_local.stack.ministack_door import Door  # noqa: PLC0415 - only the child needs it

    threading.Thread(target=_end_with_parent, daemon=True).start()
    # what tables hold stays: to look through all of it would stop every caller for half a second
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000)
    uvicorn.run(
        Door(app),
        host=os.environ["BIND_HOST"],
        port=int(os.environ["GATEWAY_PORT"]),
        http="httptools",
        log_level="error",
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_SECONDS,
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
