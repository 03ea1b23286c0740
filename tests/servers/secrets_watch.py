"""No secret of the tests appears in what the product writes: `tests/conftest.py` hooks this into every run.

Clients of `Product.client` note every password, key, token and cookie that goes over the wire; tests may `note` others. What is
noted is looked for in the output that pytest captured from each test, in the logs of every process of the product, in the
problems and the metrics that it answers, and in where it sends browsers.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx2

SHORTEST = 12
"""Characters. Shorter ones are found by accident; the product's own secrets are longer."""
LOGS = ("serve.log", "worker.log")
_NAMES = re.compile(r"password|token|secret|api_?key|^key$|device_code", re.IGNORECASE)
_HEADERS = ("authorization", "x-api-key", "cookie", "set-cookie", "x-csrf-token")
_PUBLIC = re.compile(r"next_cursor|public_key|token_type|keys?_id", re.IGNORECASE)


class Watch:
    """What this process knows, and what it has found."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.leaks: list[str] = []

    def note(self, *secrets: str | None) -> None:
        """These must not be seen anywhere."""
        self.known.update(secret for secret in secrets if secret and len(secret) >= SHORTEST)

    def found_in(self, text: str) -> list[str]:
        """The beginnings of the secrets in a text: enough to know them by, not enough to use them."""
        return sorted(f"{secret[:4]}… ({len(secret)} characters)" for secret in self.known if secret in text)

    def check(self, where: str, text: str) -> None:
        """Remember a leak, for the end of the test."""
        self.leaks += [f"{where}: {secret}" for secret in self.found_in(text)]

    def taken_leaks(self) -> list[str]:
        """What was found since the last time."""
        found, self.leaks = self.leaks, []
        return found


WATCH = Watch()


def watched(client: httpx2.Client) -> httpx2.Client:
    """The same client, whose secrets are noted and whose answers are looked at."""
    client.event_hooks = {"request": [_note_request], "response": [_look_at_response]}
    return client


def logs_below(folder: Path) -> list[str]:
    """Leaks in the logs of the product's processes below a folder."""
    problems = []
    for path in sorted(folder.rglob("*.log")):
        if path.name in LOGS:
            text = path.read_text(encoding="utf-8", errors="replace")
            problems += [f"{path}: {secret}" for secret in WATCH.found_in(text)]
    return problems


def _note_request(request: httpx2.Request) -> None:
    _note_headers(request.headers)
    _note_json(request.content if hasattr(request, "_content") else b"")


def _look_at_response(response: httpx2.Response) -> None:
    _note_headers(response.headers)
    kind = response.headers.get("content-type", "")
    if "json" not in kind and not kind.startswith("text/plain"):
        return
    response.read()
    if kind.startswith(("application/problem", "text/plain")):
        WATCH.check(f"{kind} of {response.request.method} {response.request.url.path}", response.text)
    else:
        _note_json(response.content)
    WATCH.check("Location", response.headers.get("location", ""))


def _note_headers(headers: httpx2.Headers) -> None:
    for name in _HEADERS:
        for value in headers.get_list(name):
            if "cookie" in name:
                WATCH.note(*re.findall(r"(?:matinee_session|matinee_csrf)=([^;,\s]+)", value))
            else:
                WATCH.note(value.rpartition(" ")[2])


def _note_json(body: bytes) -> None:
    try:
        value = json.loads(body) if body else None
    except ValueError:
        return
    _note_members(value)


def _note_members(value: Any) -> None:
    if isinstance(value, list):
        for inner in value:
            _note_members(inner)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and _NAMES.search(name) and not _PUBLIC.search(name):
                WATCH.note(inner)
            else:
                _note_members(inner)
