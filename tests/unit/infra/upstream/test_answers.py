"""Statuses, Retry-After, and bodies under a cap."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from matinee.infra.upstream import Reply, UpstreamError, UpstreamRateLimited, UpstreamRejected, UpstreamUnavailable
from matinee.infra.upstream.body import BodyTooLarge, BodyUnreadable, read_body
from matinee.infra.upstream.verdicts import judged, retry_after
from tests.unit.infra.upstream.doubles import GET, START, reply

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("status", [200, 204, 301, 304, 400, 404, 405, 406, 422])
def test_what_the_provider_must_judge_is_a_reply(status: int) -> None:
    assert judged("films", GET, reply(status), START).status == status


@pytest.mark.parametrize(
    ("status", "kind", "transient"),
    [
        (401, UpstreamRejected, False),
        (403, UpstreamRejected, False),
        (429, UpstreamRateLimited, True),
        (500, UpstreamUnavailable, True),
        (501, UpstreamUnavailable, False),
        (503, UpstreamUnavailable, True),
        (522, UpstreamUnavailable, True),
    ],
)
def test_what_is_an_error(status: int, kind: type[UpstreamError], transient: bool) -> None:
    with pytest.raises(kind) as error:
        judged("films", GET, reply(status, retry_after="7"), START)
    assert error.value.transient is transient
    assert error.value.reply is not None
    assert error.value.reply.status == status
    assert error.value.retry_after == (None if kind is UpstreamRejected else 7)


def test_a_call_may_know_an_error_to_be_an_answer() -> None:
    def no_such_id(found: Reply) -> bool:
        return found.body == b'{"status_code":44}'

    call = replace(GET, accepts=no_such_id)
    for status in (500, 401, 403, 503):
        assert judged("films", call, reply(status, body=b'{"status_code":44}'), START).status == status
        with pytest.raises(UpstreamError):
            judged("films", call, reply(status, body=b'{"status_code":11}'), START)
    with pytest.raises(UpstreamRateLimited):
        judged("films", call, reply(429, body=b'{"status_code":44}'), START)


def test_retry_after_is_seconds_or_a_date() -> None:
    def read(text: str) -> float | None:
        return retry_after(reply(429, retry_after=text), START)

    assert read("120") == 120
    assert read(format_datetime(START + timedelta(seconds=90), usegmt=True)) == 90
    assert read(format_datetime(START - timedelta(days=1), usegmt=True)) == 0
    assert retry_after(reply(429), START) is None
    assert [read(text) for text in ("", "soon", "-5", "1.5", "9" * 40, "٣")] == [None] * 6


@given(st.text())
def test_no_retry_after_breaks_anything(text: str) -> None:
    assert (retry_after(reply(429, retry_after=text), START) or 0) >= 0


def test_a_page_of_somebody_else_in_between_is_no_answer() -> None:
    call = replace(GET, expects="application/json")
    assert judged("films", call, reply(content_type="application/json;charset=utf-8"), START).ok
    for other in ("text/html", "", "application/jsonp"):
        with pytest.raises(UpstreamUnavailable):
            judged("films", call, reply(content_type=other), START)
    assert judged("films", call, reply(404, content_type="text/html"), START).status == 404


def test_a_body_is_decoded_inside_the_chain_and_garbage_is_unavailable() -> None:
    call = replace(GET, decode=json.loads)
    assert judged("films", call, reply(body=b'{"id": 603}'), START).value == {"id": 603}
    for body in (b"{", b"", b"\xff\xfe", b"<html>"):
        with pytest.raises(UpstreamUnavailable):
            judged("films", call, reply(body=body), START)
    assert judged("films", call, reply(404, body=b"<html>"), START).value is None
    assert judged("films", call, reply(204, body=b""), START).value is None


async def pieces(body: bytes, size: int = 100) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


@given(body=st.binary(max_size=600), limit=st.integers(0, 600), size=st.integers(1, 50), packed=st.booleans())
async def test_a_body_is_whole_or_refused(body: bytes, limit: int, size: int, packed: bool) -> None:
    sent = gzip.compress(body) if packed else body
    coding = "gzip" if packed else ""
    if max(len(body), len(sent)) > limit:
        with pytest.raises(BodyTooLarge):
            await read_body(pieces(sent, size), coding, limit)
    else:
        assert await read_body(pieces(sent, size), coding, limit) == body


async def test_reading_stops_at_the_cap() -> None:
    given_out = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given_out
        while True:
            given_out += 1000
            yield b"x" * 1000

    with pytest.raises(BodyTooLarge):
        await read_body(endless(), "", 10_000)
    assert given_out == 11_000


async def test_a_bomb_is_not_unpacked() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(300)), packer.flush()])  # 300 MB in 300 KB
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge):
            await read_body(pieces(bomb, 65536), "gzip", 1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


async def test_cut_off_or_foreign_codings_are_unreadable() -> None:
    packed = gzip.compress(b"x" * 1000)
    for body, coding in ((packed[:-5], "gzip"), (b"not gzip", "gzip"), (b"x", "br"), (packed, "gzip, gzip")):
        with pytest.raises(BodyUnreadable):
            await read_body(pieces(body), coding, 10_000)
    assert await read_body(pieces(b""), "gzip", 10) == b""
