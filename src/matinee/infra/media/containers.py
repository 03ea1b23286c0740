"""What the outermost structure of a file says, read without a media library.

FFmpeg's demuxers forgive: they open a file cut in half and report its full duration. The boxes, elements and chunks
themselves say how much data there should be.
Sources: ISO/IEC 14496-12 (boxes), RFC 8794 and RFC 9559 (EBML, Matroska), Microsoft RIFF/AVI and ASF specifications.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

Kind = Literal["mp4", "mkv", "avi", "asf"]

_BOXES_AT_START = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof", b"sidx"})
_BOXES_MAX = 200_000  # a day of one-second fragments, twice over
_MOOV_MAX = 64 * 1024 * 1024
_AVI_SLACK = 4096  # several writers pad their RIFF size
_TRACKS_WITHIN = 512 * 1024  # bytes into the segment; writers put the description of tracks first
_ZERO_TAIL = 64 * 1024


@dataclass(frozen=True, slots=True)
class Structure:
    """`kind` is None for what is not looked into. `brand` is the major brand (mp4) or document type (mkv).

    `overrun`: a part claims to end after the file does. `index_missing`: mp4 without its `moov`.
    `encrypted`: an mp4 sample entry says so. `blank_end`: the last 64 KiB are zeros, as in a file reserved but not yet written.
    `webvtt`: a Matroska track is `S_TEXT/WEBVTT`, which FFmpeg does not know.
    """

    kind: Kind | None = None
    brand: str = ""
    overrun: bool = False
    index_missing: bool = False
    fragmented: bool = False
    encrypted: bool = False
    blank_end: bool = False
    webvtt: bool = False


def read_structure(path: Path, size: int) -> Structure:
    """Look at a file of `size` bytes. Raises OSError when it cannot be read."""
    with path.open("rb") as file:
        head = file.read(64)
        if head[4:8] in _BOXES_AT_START:
            return _read_boxes(file, size)
        blank = _ends_blank(file, size)
        if head[:4] == b"\x1a\x45\xdf\xa3":
            return _read_ebml(file, size, blank)
        if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
            claimed = struct.unpack("<I", head[4:8])[0]
            overrun = claimed not in (0, 0xFFFFFFFF) and claimed + 8 > size + _AVI_SLACK
            return Structure("avi", "AVI", overrun=overrun, blank_end=blank)
        if head[:16] == bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"):
            return Structure("asf", "ASF", overrun=_asf_size(file) > size, blank_end=blank)
        return Structure(blank_end=blank)


def _ends_blank(file: BinaryIO, size: int) -> bool:
    if size < 4 * _ZERO_TAIL:
        return False
    file.seek(size - _ZERO_TAIL)
    return not file.read(_ZERO_TAIL).strip(b"\0")


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    header: int
    end: int


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[_Box]:
    """The boxes between two offsets; the last may claim to end after `end`."""
    for _ in range(_BOXES_MAX):
        file.seek(start)
        head = file.read(16)
        if len(head) < 8 or start + 8 > end:
            return
        length, kind = struct.unpack(">I4s", head[:8])
        header = 8
        if length == 1 and len(head) == 16:
            header, length = 16, struct.unpack(">Q", head[8:])[0]
        elif length == 0:
            length = end - start
        if length < header:
            return
        yield _Box(kind, start, header, start + length)
        start += length
        if start >= end:
            return


def _read_boxes(file: BinaryIO, size: int) -> Structure:
    brand, overrun, moov, fragmented = "", False, None, False
    for box in _boxes(file, 0, size):
        overrun = overrun or box.end > size
        if box.kind == b"ftyp":
            file.seek(box.start + box.header)
            brand = file.read(4).decode("latin-1")
        elif box.kind == b"moov" and box.end <= size:
            moov = box
        elif box.kind == b"moof":
            fragmented = True
    encrypted = moov is not None and _is_encrypted(file, moov)
    return Structure("mp4", brand, overrun, index_missing=moov is None, fragmented=fragmented, encrypted=encrypted)


def _is_encrypted(file: BinaryIO, moov: _Box) -> bool:
    """Whether a video or sound sample entry is `encv` or `enca` (ISO/IEC 23001-7)."""
    if moov.end - moov.start > _MOOV_MAX:
        return False
    for track in _children(file, moov, b"trak"):
        table = track
        for name in (b"mdia", b"minf", b"stbl", b"stsd"):
            inner = next(_children(file, table, name), None)
            if inner is None:
                break
            table = inner
        else:
            entries = _boxes(file, table.start + table.header + 8, table.end)
            if any(entry.kind in (b"encv", b"enca") for entry in entries):
                return True
    return False


def _children(file: BinaryIO, parent: _Box, kind: bytes) -> Iterator[_Box]:
    return (box for box in _boxes(file, parent.start + parent.header, parent.end) if box.kind == kind)


def _read_ebml(file: BinaryIO, size: int, blank: bool) -> Structure:
    file.seek(4)
    head = file.read(4096)
    length, used = _ebml_size(head)
    if length is None:
        return Structure("mkv", "", blank_end=blank)
    header = head[used : used + length]
    where = header.find(b"\x42\x82")  # DocType
    doctype = ""
    if where >= 0:
        text_length, text_used = _ebml_size(header[where + 2 :])
        text_start = where + 2 + text_used
        doctype = header[text_start : text_start + (text_length or 0)].rstrip(b"\0").decode("latin-1")
    rest = head[used + length :]
    if rest[:4] != b"\x18\x53\x80\x67":  # Segment; anything else between it and the header is rare and harmless
        return Structure("mkv", doctype, blank_end=blank)
    segment, segment_used = _ebml_size(rest[4:])
    start = 4 + used + length + 4 + segment_used
    file.seek(start)
    webvtt = b"S_TEXT/WEBVTT" in file.read(_TRACKS_WITHIN)
    overrun = segment is not None and start + segment > size
    return Structure("mkv", doctype, overrun=overrun, blank_end=blank, webvtt=webvtt)


def _ebml_size(data: bytes) -> tuple[int | None, int]:
    """An EBML length (None when unknown, as in a live recording) and the bytes it took."""
    if not data or data[0] == 0:
        return None, 1
    width = 9 - data[0].bit_length()
    value = int.from_bytes(data[:width], "big") & ((1 << (7 * width)) - 1)
    return (None if value == (1 << (7 * width)) - 1 else value), width


def _asf_size(file: BinaryIO) -> int:
    """The file size in the File Properties object, 0 when it is unknown or a broadcast."""
    file.seek(0)
    head = file.read(64 * 1024)
    where = head.find(bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365"))
    if where < 0 or len(head) < where + 104:
        return 0
    flags = struct.unpack("<I", head[where + 88 : where + 92])[0]
    return 0 if flags & 1 else int(struct.unpack("<Q", head[where + 40 : where + 48])[0])
