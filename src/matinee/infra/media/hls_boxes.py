"""Fragmented MP4 as ffmpeg writes it to a pipe, taken apart without decoding.

Source: ISO/IEC 14496-12 (`moof`, `tfhd`, `tfdt`, `trun`). Only streams with one track are read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LARGEST_BOX = 512 * 1024 * 1024  # ten seconds of uncompressed 4K; more is a broken stream
_DATA_OFFSET, _FIRST_FLAGS = 0x1, 0x4
_DURATION, _SIZE, _FLAGS, _SHIFT = 0x100, 0x200, 0x400, 0x800
_NOT_SYNC = 0x10000


class BrokenStream(Exception):
    """The bytes are not the fragmented MP4 that was expected."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture or sound frame. Times in ticks; `shift` leads from decoding to showing."""

    duration: int
    size: int
    flags: int
    shift: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """A `moof` with its `mdat`. `decode_time` is the `tfdt`, in ticks of the track."""

    decode_time: int
    samples: tuple[Sample, ...]
    moof: bytes
    payload: bytes

    @property
    def start(self) -> int:
        """When the first sample is shown, in ticks."""
        return self.decode_time + self.samples[0].shift

    @property
    def end(self) -> int:
        """The decoding time of what follows, in ticks."""
        return self.decode_time + sum(sample.duration for sample in self.samples)

    @property
    def starts_with_key(self) -> bool:
        """Whether decoding may begin here."""
        return not self.samples[0].flags & _NOT_SYNC

    def with_number(self, number: int) -> bytes:
        """The fragment as bytes, with `number` as its sequence number: the same in every run that makes it."""
        where = self.moof.find(b"mfhd") + 8
        moof = self.moof[:where] + struct.pack(">I", number & 0xFFFFFFFF) + self.moof[where + 4 :]
        return moof + _box(b"mdat", self.payload)


class BoxReader:
    """Collects bytes of a pipe and gives out whole top-level boxes."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Kind and complete bytes of each box that `data` completes. Raises `BrokenStream`."""
        self._held += data
        while len(self._held) >= 8:
            length, kind = struct.unpack_from(">I4s", self._held)
            if length == 1 and len(self._held) >= 16:
                length = struct.unpack_from(">Q", self._held, 8)[0]
            elif length == 1:
                return
            if not 8 <= length <= _LARGEST_BOX:
                raise BrokenStream(f"a box {kind!r} of {length} bytes")
            if len(self._held) < length:
                return
            box = bytes(self._held[:length])
            del self._held[:length]
            yield kind, box


def timescale_of(init: bytes) -> int:
    """Ticks per second of the track of an initialisation segment (its `mdhd`)."""
    where = init.find(b"mdhd")
    if where < 0:
        raise BrokenStream("no mdhd in the initialisation segment")
    return int(struct.unpack_from(">I", init, where + (24 if init[where + 4] == 1 else 16))[0])


def read_fragment(moof: bytes, mdat: bytes) -> Fragment:
    """The fragment that two boxes make. Raises `BrokenStream`."""
    decode_time: int | None = None
    defaults = (0, 0, 0)
    samples: list[Sample] = []
    for kind, start, end in _inside(moof, 8, len(moof)):
        if kind != b"traf":
            continue
        for inner, where, _ in _inside(moof, start, end):
            if inner == b"tfhd":
                defaults = _defaults(moof, where)
            elif inner == b"tfdt":
                decode_time = int(struct.unpack_from(">Q" if moof[where] else ">I", moof, where + 4)[0])
            elif inner == b"trun":
                samples += _samples(moof, where, defaults)
    if decode_time is None or not samples:
        raise BrokenStream("a fragment without tfdt or samples")
    header = 16 if mdat[:4] == b"\0\0\0\1" else 8
    return Fragment(decode_time, tuple(samples), moof, mdat[header:])


def join_fragments(fragments: Sequence[Fragment], number: int) -> bytes:
    """One fragment with the samples of several that follow each other."""
    samples = [sample for fragment in fragments for sample in fragment.samples]
    rows = b"".join(struct.pack(">IIIi", s.duration, s.size, s.flags, s.shift) for s in samples)
    flags = _DATA_OFFSET | _DURATION | _SIZE | _FLAGS | _SHIFT
    header = _full(b"mfhd", 0, 0, struct.pack(">I", number & 0xFFFFFFFF))
    track = _full(b"tfhd", 0, 0x020000, struct.pack(">I", 1))  # default-base-is-moof
    time = _full(b"tfdt", 1, 0, struct.pack(">Q", fragments[0].decode_time))
    size = 8 + len(header) + 8 + len(track) + len(time) + 20 + len(rows)
    run = _full(b"trun", 1, flags, struct.pack(">II", len(samples), size + 8) + rows)
    moof = _box(b"moof", header + _box(b"traf", track + time + run))
    return moof + _box(b"mdat", b"".join(fragment.payload for fragment in fragments))


def _inside(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the content of the boxes in a stretch."""
    while start + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, start)
        if length < 8:
            raise BrokenStream(f"a box {kind!r} of {length} bytes")
        yield kind, start + 8, start + length
        start += length


def _defaults(data: bytes, where: int) -> tuple[int, int, int]:
    """Duration, size and flags that samples have unless they say otherwise."""
    flags = int.from_bytes(data[where + 1 : where + 4], "big")
    where += 8
    for bit, width in ((0x1, 8), (0x2, 4)):
        where += width if flags & bit else 0
    found = []
    for bit in (0x8, 0x10, 0x20):
        found.append(struct.unpack_from(">I", data, where)[0] if flags & bit else 0)
        where += 4 if flags & bit else 0
    return found[0], found[1], found[2]


def _samples(data: bytes, where: int, defaults: tuple[int, int, int]) -> list[Sample]:
    version, flags = data[where], int.from_bytes(data[where + 1 : where + 4], "big")
    count = struct.unpack_from(">I", data, where + 4)[0]
    where += 8 + (4 if flags & _DATA_OFFSET else 0)
    first = None
    if flags & _FIRST_FLAGS:
        first = struct.unpack_from(">I", data, where)[0]
        where += 4
    found = []
    for position in range(count):
        values = list(defaults)
        for index, bit in enumerate((_DURATION, _SIZE, _FLAGS)):
            if flags & bit:
                values[index] = struct.unpack_from(">I", data, where)[0]
                where += 4
        shift = 0
        if flags & _SHIFT:
            shift = struct.unpack_from(">i" if version else ">I", data, where)[0]
            where += 4
        if position == 0 and first is not None and not flags & _FLAGS:
            values[2] = first
        found.append(Sample(values[0], values[1], values[2], shift))
    return found


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _full(kind: bytes, version: int, flags: int, content: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags) + content)
