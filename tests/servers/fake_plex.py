"""A Plex of our own, as far as signing in needs one: `python -m tests.servers.fake_plex --port 8091`.

It answers below `/api/v2` in the shapes of Plex's answers. `confirm` is the person who confirms at Plex's page; by hand, the page
`/auth` does that. `MATINEE_PLEX_URL` and `MATINEE_PLEX_PAGE_URL` lead here.
"""

from __future__ import annotations

import argparse
import itertools
import json
import secrets
import sys
import threading
from dataclasses import dataclass

from tests.servers.fake_http import Answered, Asked, FakeHttp, as_json, as_page

LIFE = 1800
SAM = {"id": 5001, "uuid": "a1b2c3", "username": "sam", "title": "sam", "friendlyName": "Sam", "email": "sam@mail.example"}
_PAGE = """<!doctype html><title>Fake Plex</title><h1>Fake Plex</h1><p>Who are you?</p><button id="yes">Sam</button><script>
const wanted = new URLSearchParams(location.hash.slice(2));
document.getElementById("yes").onclick = async () => {
  await fetch("/_confirm?code=" + encodeURIComponent(wanted.get("code")), {method: "POST"});
  location = wanted.get("forwardUrl") || "/";
};</script>"""


@dataclass
class Pin:
    """One sign-in. `token` is there once somebody has confirmed."""

    number: int
    code: str
    client: str
    token: str | None = None
    gone: bool = False


class FakePlex(FakeHttp):
    """People by the tokens they have."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.pins: dict[int, Pin] = {}
        self.people: dict[str, dict[str, object]] = {}
        self._numbers = itertools.count(987654321)

    @property
    def page_url(self) -> str:
        """What `MATINEE_PLEX_PAGE_URL` names."""
        return f"{self.url}/auth"

    def confirm(self, code: str, person: dict[str, object] | None = None) -> str:
        """Somebody confirms the sign-in with this code; gives the token."""
        pin = next(pin for pin in self.pins.values() if pin.code == code)
        pin.token = f"plex-token-{secrets.token_hex(8)}"
        self.people[pin.token] = dict(person or SAM)
        return pin.token

    def expire(self, code: str) -> None:
        """The time to confirm is over."""
        next(pin for pin in self.pins.values() if pin.code == code).gone = True

    def answer(self, asked: Asked) -> Answered:
        if asked.path == "/auth":
            return as_page(_PAGE)
        if asked.path == "/_confirm" and asked.method == "POST":
            self.confirm(asked.query["code"])
            return Answered(204)
        if asked.path == "/api/v2/ping":
            return as_json({"pong": True})
        client = asked.headers.get("x-plex-client-identifier", "")
        if not client:
            return _error(400, 1000, "X-Plex-Client-Identifier is missing")
        if asked.path == "/api/v2/pins" and asked.method == "POST":
            return self._new_pin(client, strong=asked.query.get("strong") == "true")
        if asked.path.startswith("/api/v2/pins/"):
            return self._pin(asked, client)
        if asked.path == "/api/v2/user":
            person = self.people.get(asked.headers.get("x-plex-token", ""))
            return as_json(person) if person else _error(401, 1001, "User could not be authenticated")
        return _error(404, 1020, "Not found")

    def _new_pin(self, client: str, *, strong: bool) -> Answered:
        code = secrets.token_hex(13)[:25] if strong else secrets.token_hex(2)
        pin = Pin(next(self._numbers), code, client)
        self.pins[pin.number] = pin
        return as_json(self._shown(pin), 201)

    def _pin(self, asked: Asked, client: str) -> Answered:
        number = asked.path.rsplit("/", 1)[1]
        pin = self.pins.get(int(number)) if number.isdigit() else None
        if pin is None or pin.gone or pin.client != client or asked.query.get("code", pin.code) != pin.code:
            return _error(404, 1020, "Code not found or expired")
        return as_json(self._shown(pin))

    def _shown(self, pin: Pin) -> dict[str, object]:
        return {
            "id": pin.number,
            "code": pin.code,
            "product": "Matinee",
            "trusted": False,
            "qr": f"{self.url}/api/v2/pins/qr/{pin.code}",
            "clientIdentifier": pin.client,
            "location": {"code": "DE", "country": "Germany"},
            "expiresIn": LIFE,
            "createdAt": "2026-01-02T10:00:00Z",
            "expiresAt": "2026-01-02T10:30:00Z",
            "authToken": pin.token,
            "newRegistration": None,
        }


def over_limit(retry_after: str | None = None) -> Answered:
    """What Plex says to who asks too often."""
    found = _error(429, 1003, "API rate limit exceeded")
    return Answered(429, found.body, {**found.headers, **({"Retry-After": retry_after} if retry_after else {})})


def _error(status: int, code: int, message: str) -> Answered:
    return as_json({"errors": [{"code": code, "message": message, "status": status}]}, status)


def main() -> None:
    """Run alone until interrupted."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    with FakePlex(options.parse_args().port) as fake:
        sys.stdout.write(json.dumps({"MATINEE_PLEX_URL": fake.url, "MATINEE_PLEX_PAGE_URL": fake.page_url}) + "\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
