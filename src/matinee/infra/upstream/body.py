"""Reads a body under a cap: of the bytes on the wire and of the bytes they stand for, so that a small bomb is harmless as
well."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable

ACCEPT_ENCODING = "gzip"
"""The only coding that is asked for, and so the only one that is read."""
_GZIP = 16 + zlib.MAX_WBITS


class BodyTooLarge(Exception):
    """More bytes than the cap."""


class BodyUnreadable(Exception):
    """Not in the coding that it claims, or cut off."""


async def read_body(chunks: AsyncIterable[bytes], coding: str, limit: int) -> bytes:
    """The decoded body. Stops at the first byte over `limit`."""
    coding = coding.strip().lower()
    if coding in {"", "identity"}:
        return await _plain(chunks, limit)
    if coding in {"gzip", "x-gzip"}:
        return await _gunzipped(chunks, limit)
    raise BodyUnreadable


async def _plain(chunks: AsyncIterable[bytes], limit: int) -> bytes:
    parts, size = [], 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge
        parts.append(chunk)
    return b"".join(parts)


async def _gunzipped(chunks: AsyncIterable[bytes], limit: int) -> bytes:
    parts, size, read = [], 0, 0
    decoder = zlib.decompressobj(_GZIP)
    async for chunk in chunks:
        read += len(chunk)
        if read > limit:
            raise BodyTooLarge
        try:
            # One byte more than allowed is enough to know, and nothing beyond it is unpacked.
            part = decoder.decompress(chunk, limit - size + 1)
        except zlib.error:
            raise BodyUnreadable from None
        size += len(part)
        if size > limit:
            raise BodyTooLarge
        parts.append(part)
    if read and not decoder.eof:
        raise BodyUnreadable
    return b"".join(parts)
