"""What the hot lane must know of a request's header lines, read by the same parser as everywhere and then remembered.

A client sends the same lines with nearly every request, so the lines themselves are the key: what is remembered was parsed from
exactly these bytes. Nothing is read by a parser of our own.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass

import httptools
from starlette.requests import cookie_parser

from matinee.infra.http.caller import Caller
from matinee.infra.http.limits import Window

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_REMEMBERED = 20_000
_LONGEST = 8192
# What asks for more than bytes that lie ready; the normal path sees to it.
_OTHERS = frozenset({b"transfer-encoding", b"expect", b"upgrade", b"origin", b"access-control-request-method"})
# Conditions and ranges mean something for files.
_FOR_FILES = frozenset({b"range", b"if-range", b"if-none-match", b"if-modified-since"})


@dataclass(slots=True)
class Facts:
    """Of one set of header lines. `caller`, `window` and what follows are filled in by the hot lane, and may be old."""

    accept_encoding: str
    if_none_match: str | None
    request_id: bytes
    """The client's own, if it may be used; else empty."""
    authorization: str
    api_key: str
    session: str
    plain: bool
    """Whether a file may be sent whole: no range, no condition."""
    forwarded_for: tuple[str, ...] = ()
    forwarded: tuple[str, ...] = ()
    """What proxies say of the client; only a trusted one is believed."""
    peer: str = ""
    address: str = ""
    """The client behind `peer`, who sent these lines last."""
    caller: Caller | None = None
    window: Window | None = None
    until: float = 0.0
    generation: int = -1


class _Collector:
    """Callbacks of the parser."""

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.complete = self.keeps_alive = False
        self.parser = httptools.HttpRequestParser(self)

    def on_headers_complete(self) -> None:
        self.keeps_alive = self.parser.should_keep_alive()  # afterwards the parser has forgotten it

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_message_complete(self) -> None:
        self.complete = True


class Heads:
    """Facts by header lines; those not seen for longest are forgotten."""

    def __init__(self, session_cookie: str) -> None:
        self._cookie = session_cookie
        self._known: OrderedDict[bytes, Facts | None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def facts(self, lines: bytes) -> Facts | None:
        """Of the bytes after the request line, the empty line included; None for what the normal path should answer."""
        try:
            found = self._known[lines]
        except KeyError:
            if len(lines) > _LONGEST:
                return None
            found = self._known[lines] = self._read(lines)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found

    def forget(self) -> None:
        """Forget all; credentials are among what is remembered."""
        self._known.clear()

    def _read(self, lines: bytes) -> Facts | None:
        if lines.find(b"\r\n\r\n") != len(lines) - 4:  # not the whole head, or more than the head
            return None
        collected = _Collector()
        try:
            collected.parser.feed_data(b"GET / HTTP/1.1\r\n" + lines)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return None
        if not collected.complete or not collected.keeps_alive:
            return None
        first: dict[bytes, bytes] = {}
        for name, value in collected.headers:
            first.setdefault(name, value)
        if not _OTHERS.isdisjoint(first) or first.get(b"content-length", b"0") != b"0":
            return None
        facts = self._facts({name: value.decode("latin-1") for name, value in first.items()})
        facts.forwarded_for = tuple(value.decode("latin-1") for name, value in collected.headers if name == b"x-forwarded-for")
        facts.forwarded = tuple(value.decode("latin-1") for name, value in collected.headers if name == b"forwarded")
        return facts

    def _facts(self, first: dict[bytes, str]) -> Facts:
        given = first.get(b"x-request-id", "")
        cookies = cookie_parser(first[b"cookie"]) if b"cookie" in first else {}
        return Facts(
            accept_encoding=first.get(b"accept-encoding", ""),
            if_none_match=first.get(b"if-none-match"),
            request_id=given.encode() if _REQUEST_ID.fullmatch(given) else b"",
            authorization=first.get(b"authorization", ""),
            api_key=first.get(b"x-api-key", ""),
            session=cookies.get(self._cookie, ""),
            plain=_FOR_FILES.isdisjoint(first),
        )
