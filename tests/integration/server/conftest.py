"""Real processes of the product, and what holds for the log of every one of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from tests.fixtures import episodes
from tests.servers.product import ADMIN, Product, Running

FILM = "Quiet Film"
FILM_SECONDS = 150
SECRET_FIELDS = re.compile(r'"(?:access_token|refresh_token|key|token)":\s*"([^"]{12,})"')
SIGNATURES = re.compile(r"[?&]s=([A-Za-z0-9_-]{8,})")
Launch = Callable[..., Any]


class Secrets:
    """What was seen of passwords, tokens, cookies and signatures; none of it may ever be in a log."""

    def __init__(self) -> None:
        self.seen = {ADMIN[1]}

    def listen(self, client: httpx2.Client) -> httpx2.Client:
        """Collect from every answer that `client` gets."""
        client.event_hooks = {"response": [self._collect]}
        return client

    def _collect(self, response: httpx2.Response) -> None:
        self.seen |= {value for value in response.cookies.values() if len(value) > 8}
        kind = response.headers.get("content-type", "")
        if "json" in kind or "mpegurl" in kind:
            response.read()
            self.seen |= set(SECRET_FIELDS.findall(response.text)) | set(SIGNATURES.findall(response.text))
        sent = response.request.headers.get("authorization")
        if sent:
            self.seen.add(sent.partition(" ")[2])


def check_log(process: Running, secrets: Secrets) -> list[dict[str, Any]]:
    """Standard error of the process: JSON lines without a traceback, and without a secret; gives the lines."""
    lines = [json.loads(line) for line in process.errors.splitlines()]
    for line in lines:
        assert {"event", "level", "timestamp"} <= set(line), line
        assert "exception" not in line, line["exception"]
    for secret in secrets.seen:
        assert secret not in process.errors, "a secret is in the log"
    return lines


def descendants(process: Running) -> list[psutil.Process]:
    """The processes that it has started."""
    return psutil.Process(process.pid).children(recursive=True)


def left_of(family: list[psutil.Process], seconds: float = 5) -> list[str]:
    """Those that still live after some seconds."""
    _, alive = psutil.wait_procs(family, timeout=seconds)
    return [" ".join(process.cmdline()) for process in alive if process.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture(scope="module")
def secrets() -> Secrets:
    """Every secret that the tests of a module have seen."""
    return Secrets()


@pytest.fixture
def launch(tmp_path: Path, secrets: Secrets) -> Iterator[Launch]:
    """Start a process: `launch("--role", "auth", kind=Worker, watch="false")`; its log is checked at the end."""
    started: list[Running] = []

    def start(*arguments: str, kind: type[Running] = Product, data: str = "data", **settings: str) -> Running:
        given = {f"MATINEE_{name.upper()}": value for name, value in settings.items()}
        process = kind(tmp_path / data, {"MATINEE_PROFILE": "production", "MATINEE_WATCH": "false", **given})
        started.append(process)
        process.start(*arguments)
        return process

    yield start
    for process in started:
        process.close()
    for process in started:
        check_log(process, secrets)


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one film, long enough to be played while something happens to the server."""
    folder = tmp_path_factory.mktemp("films")
    episodes.clip(folder / f"{FILM} (2019).mp4", seconds=FILM_SECONDS)
    return folder
