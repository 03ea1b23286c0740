"""The product itself, as a process: `matinee serve` on a free port with a data folder of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.servers.ending import end_with_parent
from tests.servers.secrets_watch import WATCH, watched

ADMIN = ("ada", "a long enough phrase")
ADDRESS = re.compile(r"is at (http://127\.0\.0\.1:\d+)")
START_SECONDS = 60.0
RENEWED_SECONDS = 300.0


class Running:
    """A process of the product. It lives no longer than the process that started it."""

    command = "serve"
    said_when_ready = ADDRESS

    def __init__(self, data: Path, settings: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.settings = dict(settings or {})
        WATCH.note(*(value for name, value in self.settings.items() if name.endswith(("_KEY", "_TOKEN", "_PASSWORD", "_SECRET"))))
        self._files = (data / f"{self.command}.out", data / f"{self.command}.log")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def output(self) -> str:
        """What it has written to standard output so far, in all its starts."""
        return self._files[0].read_text(encoding="utf-8", errors="replace")

    @property
    def errors(self) -> str:
        """What it has written to standard error so far: the log."""
        return self._files[1].read_text(encoding="utf-8", errors="replace")

    @property
    def log(self) -> str:
        """Both."""
        return self.output + self.errors

    def start(self, *arguments: str) -> None:
        """Start it and wait until it is ready. The data folder may be one that was used before."""
        self.data.mkdir(parents=True, exist_ok=True)
        with self._files[0].open("ab") as output, self._files[1].open("ab") as errors:
            written_before = len(self.output)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "matinee", self.command, *arguments],
                cwd=self.data,  # no .env of the checkout
                env=environment(self.data, self.settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                preexec_fn=end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one system call, no locks
            )
        self._started(self._wait_until_ready(written_before))

    def ask_to_stop(self) -> None:
        """Send what an operator sends, and do not wait."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float = 30) -> int:
        """Wait for its end; gives the exit status."""
        assert self._process is not None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise

    def stop(self) -> int:
        """End it as an operator does; gives the exit status."""
        self.ask_to_stop()
        return self.wait()

    def kill(self) -> None:
        """End it as a power cut does, with the processes it started left to find out for themselves."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Make sure that it is gone."""
        if self._process is not None and self._process.poll() is None:
            self.stop()

    def _started(self, found: re.Match[str]) -> None:
        """What a kind of process takes from the line that told of its start."""

    def _wait_until_ready(self, written_before: int) -> re.Match[str]:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            found = self.said_when_ready.search(self.output[written_before:])
            if found:
                return found
            time.sleep(0.05)
        self._process.kill()
        raise RuntimeError(f"the process did not start:\n{self.log[-8000:]}")


class Worker(Running):
    """A `matinee worker`."""

    command = "worker"
    said_when_ready = re.compile(r"Working on")


class Product(Running):
    """A running server."""

    url = ""

    def start(self, *arguments: str) -> None:
        """Start it on a free port and wait until it listens."""
        super().start("--port", "0", *arguments)

    def client(self) -> httpx2.Client:
        """A client without a credential."""
        return watched(httpx2.Client(base_url=self.url, timeout=30, trust_env=False))

    def signed_in(self) -> httpx2.Client:
        """A client with the administrator's token."""
        return self.client_of(lambda: self.token(*ADMIN))

    def client_of(self, sign_in: Callable[[], str]) -> httpx2.Client:
        """A client with the access token that `sign_in` gives, and with a new one in time."""
        renewed = Renewed(sign_in)
        headers = {"authorization": renewed.first}
        return watched(httpx2.Client(base_url=self.url, timeout=30, trust_env=False, headers=headers, auth=renewed))

    def token(self, name: str, password: str) -> str:
        """Sign in; gives the access token."""
        with self.client() as client:
            answer = client.post("/api/v1/auth/login", json={"name": name, "password": password}).raise_for_status()
        return str(answer.json()["access_token"])

    def _started(self, found: re.Match[str]) -> None:
        self.url = found.group(1)


class Renewed(httpx2.Auth):
    """Signs in again before the access token ends, after 15 minutes: on a busy machine a client of a whole run lives longer."""

    def __init__(self, sign_in: Callable[[], str]) -> None:
        self._sign_in = sign_in
        self.first = self._now = f"Bearer {sign_in()}"
        self._since = time.monotonic()

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        if request.headers.get("authorization") == self.first:  # and not another one that the test has set
            if time.monotonic() - self._since > RENEWED_SECONDS:
                self._now, self._since = f"Bearer {self._sign_in()}", time.monotonic()
            request.headers["authorization"] = self._now
        yield request


def environment(data: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process of the product: ours without its settings, then those given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MATINEE_")}
    own = {"MATINEE_PROFILE": "test", "MATINEE_DATA_DIR": str(data), "MATINEE_ADMIN_NAME": ADMIN[0]}
    return {**inherited, **own, "MATINEE_ADMIN_PASSWORD": ADMIN[1], **settings}


def run(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command of the product, from its start to its end; settings as in `running`."""
    data.mkdir(parents=True, exist_ok=True)
    given = {f"MATINEE_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "matinee", *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=data, env=environment(data, given), timeout=60
    )


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Product]:
    """A server for the time of the block; settings by their names in small letters, without the prefix."""
    product = Product(data, {f"MATINEE_{name.upper()}": value for name, value in settings.items()})
    try:
        product.start()
        yield product
    finally:
        product.close()
