"""An entry as bytes, for the second tier. Values are compressed where that pays."""

from __future__ import annotations

import sys
import threading

import msgspec

from matinee.infra.cache.stored import Stored

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_VERSION = b"\x01"
_WORTH_IT = 1024
_LEVEL = 3


class _Envelope(msgspec.Struct, array_like=True, frozen=True):
    stored_at: float
    fresh: float
    load_seconds: float
    compressed: bool
    value: bytes | None


_kept = threading.local()
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Envelope)


def encode(stored: Stored) -> bytes:
    """Everything but tags and mark, which the tier must be able to read."""
    value, compressed = stored.value, False
    if value is not None and len(value) >= _WORTH_IT:
        smaller = _compressed(value)
        if len(smaller) < 0.9 * len(value):
            value, compressed = smaller, True
    return _VERSION + _encoder.encode(_Envelope(stored.stored_at, stored.fresh, stored.load_seconds, compressed, value))


def _compressed(value: bytes) -> bytes:
    """With a compressor that each thread keeps: to make one takes as long as to compress an entry."""
    compressor = getattr(_kept, "compressor", None)
    if compressor is None:
        compressor = _kept.compressor = zstd.ZstdCompressor(_LEVEL)
    found: bytes = compressor.compress(value, zstd.ZstdCompressor.FLUSH_FRAME)
    return found


def decode(data: bytes, tags: frozenset[str], mark: int) -> Stored | None:
    """None for what another version wrote, or what is damaged."""
    if data[:1] != _VERSION:
        return None
    try:
        envelope = _decoder.decode(data[1:])
        value = envelope.value
        if envelope.compressed and value is not None:
            value = zstd.decompress(value)
    except (msgspec.DecodeError, zstd.ZstdError):
        return None
    return Stored(value, tags, envelope.stored_at, envelope.fresh, envelope.load_seconds, mark)


def pack_tags(tags: frozenset[str]) -> bytes:
    """For the tier."""
    return _encoder.encode(sorted(tags))


def unpack_tags(data: bytes) -> frozenset[str]:
    """The opposite; none when they are damaged."""
    try:
        return frozenset(msgspec.msgpack.decode(data, type=list[str]))
    except msgspec.DecodeError:
        return frozenset()
