"""The API tested against its own description by schemathesis, as each kind of caller: `make fuzz FUZZ_MINUTES=10`.

`test_description.py` does the same within the time that `make test` has. The server belongs to this run alone: what is called
deletes, signs out and fills it with nonsense.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.contract.conftest import UNBOUNDED
from tests.fixtures import episodes
from tests.servers.fake_tmdb import KEY, FakeTmdb
from tests.servers.product import Product, running
from tests.servers.waiting import wait_for_job

CONFIG = Path(__file__).with_name("schemathesis.toml")
PASSWORD = "a phrase for fuzzing alone"
KINDS = ("anonymous", "free", "premium", "restricted", "key", "admin")
FREE_SCOPES = ["catalog:read", "library:read", "playback", "progress", "requests", "downloads"]
NOT_ASKED = (
    "/auth/(oidc/)?logout$",
    "/me/sessions$",
    "/library/(demo|scan|purge)$",
    "/admin/cache/warm$",
    "/recommendations/learn$",
)
"""By callers with a credential: it would end the credential, or fill the server with jobs."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried. `phases` as schemathesis names them; `seconds` end it, whatever is left."""

    phases: str
    examples: int
    seconds: int
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a run said. `clean`: every check passed."""

    clean: bool
    report: str


@contextmanager
def server(folder: Path) -> Iterator[Product]:
    """A server with a small library and a TMDB that always answers."""
    library = folder / "library"
    library.mkdir(parents=True)
    episodes.fill(library, episodes.clip(library / "Plain Film (2001).mp4"), 3)
    with ExitStack() as stack:
        tmdb = stack.enter_context(FakeTmdb())
        settings = {"library_paths": str(library), "watch": "false", "allow": "127.0.0.0/8", "limits": UNBOUNDED}
        product = stack.enter_context(running(folder / "data", tmdb_api_key=KEY, tmdb_base_urls=tmdb.url, **settings))
        with product.signed_in() as admin:
            wait_for_job(admin, admin.post("/api/v1/library/scan", json={}))
        yield product


def headers_of(product: Product, kind: str) -> dict[str, str]:
    """A fresh credential of a kind of caller; the account is made at the first time."""
    if kind == "anonymous":
        return {}
    if kind == "admin":
        with product.signed_in() as admin:
            return {"X-Api-Key": _key(admin, [*FREE_SCOPES, "library:write", "admin"])}
    with _signed_in(product, "premium" if kind == "premium" else "free", f"{kind}-fuzzed") as client:
        if kind == "key":
            return {"X-Api-Key": _key(client, FREE_SCOPES)}
        return {"Authorization": _restricted(client) if kind == "restricted" else client.headers["authorization"]}


def fuzz(product: Product, headers: Mapping[str, str], effort: Effort, folder: Path) -> Found:
    """One run as one caller. What it writes goes into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", str(CONFIG)),
        *("run", f"{product.url}/openapi.json", "--phases", effort.phases, "--max-examples", str(effort.examples)),
        *("--max-time", str(effort.seconds), "--workers", "1", "--suppress-health-check", "all", *effort.arguments),
    ]
    for name, value in headers.items():
        command += ["--header", f"{name}:{value}"]
    if headers:
        command += ["--exclude-path-regex", "|".join(NOT_ASKED)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, timeout=effort.seconds + 120)
    report = done.stdout + done.stderr
    return Found(done.returncode == 0 and "SUMMARY" in report, report)


def main() -> int:
    """All callers in turn, for the minutes asked for; says what was found and gives the exit status."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    minutes = parser.parse_args().minutes
    dirty = []
    with tempfile.TemporaryDirectory() as made, server(Path(made) / "server") as product:
        for kind in KINDS:
            headers = headers_of(product, kind)
            seconds = int(minutes * 60 * (0.4 if kind == "admin" else 0.6 / (len(KINDS) - 1)))
            found = fuzz(product, headers, Effort("examples,coverage,fuzzing,stateful", 1000, max(seconds, 5)), Path(made) / kind)
            sys.stdout.write(f"== {kind}: {'clean' if found.clean else 'not clean'}\n{found.report[-20_000:]}\n")
            dirty += [] if found.clean else [kind]
        crashes = product.log.count("request_crashed")
    sys.stdout.write(f"not clean: {', '.join(dirty) or 'nobody'}; crashes in the log: {crashes}\n")
    return 1 if dirty or crashes else 0


@contextmanager
def _signed_in(product: Product, tier: str, name: str) -> Iterator[httpx2.Client]:
    with product.signed_in() as admin:
        made = admin.post("/api/v1/admin/users", json={"name": name, "password": PASSWORD, "tier": tier})
        assert made.status_code in {201, 409}, made.text
    with product.client() as client:
        answer = client.post("/api/v1/auth/login", json={"name": name, "password": PASSWORD}).raise_for_status()
        client.cookies.clear()
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def _key(owner: httpx2.Client, scopes: list[str]) -> str:
    made = owner.post("/api/v1/me/api-keys", json={"name": "fuzzing", "scopes": scopes}).raise_for_status()
    return str(made.json()["key"])


def _restricted(client: httpx2.Client) -> str:
    made = client.post("/api/v1/me/profiles", json={"name": "Small", "avatar": "fox", "max_age": 6}).raise_for_status()
    used = client.post(f"/api/v1/me/profiles/{made.json()['id']}/use", json={}).raise_for_status()
    return f"Bearer {used.json()['access_token']}"


if __name__ == "__main__":
    sys.exit(main())
