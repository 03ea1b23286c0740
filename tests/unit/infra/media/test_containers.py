from __future__ import annotations

import struct
from pathlib import Path

import pytest

from matinee.infra.media.containers import Structure, read_structure


def box(kind: bytes, content: bytes = b"", claimed: int | None = None) -> bytes:
    return struct.pack(">I4s", len(content) + 8 if claimed is None else claimed, kind) + content


def structure_of(data: bytes, folder: Path) -> Structure:
    path = folder / "file"
    path.write_bytes(data)
    return read_structure(path, len(data))


FTYP = box(b"ftyp", b"isom\0\0\0\0isom")
MOOV = box(b"moov", box(b"mvhd", bytes(20)))


def encrypted_moov(entry: bytes) -> bytes:
    table = box(b"stsd", struct.pack(">II", 0, 1) + box(entry, bytes(80)))
    return box(b"moov", box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", table)))))


def test_a_whole_mp4_has_no_fault(tmp_path: Path) -> None:
    assert structure_of(FTYP + MOOV + box(b"mdat", bytes(50)), tmp_path) == Structure("mp4", "isom")


def test_an_index_after_the_data_is_found(tmp_path: Path) -> None:
    assert not structure_of(FTYP + box(b"mdat", bytes(50)) + MOOV, tmp_path).index_missing


def test_long_box_sizes_are_understood(tmp_path: Path) -> None:
    long = struct.pack(">I4sQ", 1, b"mdat", 16 + 50) + bytes(50)
    assert structure_of(FTYP + long + MOOV, tmp_path) == Structure("mp4", "isom")


def test_a_last_box_of_size_zero_reaches_to_the_end(tmp_path: Path) -> None:
    assert structure_of(FTYP + MOOV + box(b"mdat", bytes(50), claimed=0), tmp_path) == Structure("mp4", "isom")


def test_a_box_beyond_the_end_is_an_overrun(tmp_path: Path) -> None:
    assert structure_of(FTYP + MOOV + box(b"mdat", bytes(50), claimed=5000), tmp_path).overrun


def test_a_missing_or_cut_index_is_noticed(tmp_path: Path) -> None:
    assert structure_of(FTYP + box(b"mdat", bytes(50), claimed=5000), tmp_path).index_missing
    assert structure_of(FTYP + box(b"mdat", bytes(50)) + MOOV[:-4], tmp_path).index_missing


def test_fragments_are_noticed(tmp_path: Path) -> None:
    assert structure_of(FTYP + MOOV + box(b"moof", bytes(8)) + box(b"mdat", bytes(8)), tmp_path).fragmented


@pytest.mark.parametrize(("entry", "encrypted"), [(b"encv", True), (b"enca", True), (b"avc1", False)])
def test_encrypted_sample_entries_are_noticed(entry: bytes, encrypted: bool, tmp_path: Path) -> None:
    assert structure_of(FTYP + encrypted_moov(entry) + box(b"mdat", bytes(8)), tmp_path).encrypted is encrypted


@pytest.mark.parametrize("size", [2, 7, 8])
def test_boxes_of_impossible_sizes_end_the_walk(size: int, tmp_path: Path) -> None:
    assert structure_of(FTYP + MOOV + box(b"mdat", bytes(8), claimed=size) + b"rest", tmp_path).kind == "mp4"


def ebml(doctype: bytes, segment: bytes, segment_size: bytes) -> bytes:
    header = b"\x42\x82" + bytes([0x80 | len(doctype)]) + doctype
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(header)]) + header + b"\x18\x53\x80\x67" + segment_size + segment


def test_matroska_and_webm_are_told_apart(tmp_path: Path) -> None:
    assert structure_of(ebml(b"webm", bytes(10), b"\x8a"), tmp_path) == Structure("mkv", "webm")
    assert structure_of(ebml(b"matroska", bytes(10), b"\x8a"), tmp_path) == Structure("mkv", "matroska")


@pytest.mark.parametrize(
    ("size", "overrun"), [(b"\x8a", False), (b"\x8b", True), (b"\x01\0\0\0\0\0\0\x0b", True), (b"\x01" + b"\xff" * 7, False)]
)
def test_a_segment_beyond_the_end_is_an_overrun_but_an_unknown_size_is_not(size: bytes, overrun: bool, tmp_path: Path) -> None:
    assert structure_of(ebml(b"matroska", bytes(10), size), tmp_path).overrun is overrun


@pytest.mark.parametrize(("claimed", "overrun"), [(92, False), (0, False), (0xFFFFFFFF, False), (2_000, False), (10_000, True)])
def test_avi_sizes_have_slack_and_unknown_values(claimed: int, overrun: bool, tmp_path: Path) -> None:
    assert structure_of(b"RIFF" + struct.pack("<I", claimed) + b"AVI " + bytes(88), tmp_path).overrun is overrun


def test_a_blank_end_is_noticed(tmp_path: Path) -> None:
    data = ebml(b"matroska", b"x" * 400_000, b"\x08\x06\x1a\x80"[:1] + b"\0\0\0\0")
    assert not structure_of(data, tmp_path).blank_end
    assert structure_of(data[:-100_000] + bytes(100_000), tmp_path).blank_end


@pytest.mark.parametrize("data", [b"", b"x", b"\x1a\x45\xdf\xa3", b"\x1a\x45\xdf\xa3\x00", b"RIFF", b"\0" * 8 + b"ftyp"])
def test_nothing_short_or_senseless_is_an_error(data: bytes, tmp_path: Path) -> None:
    assert structure_of(data, tmp_path).overrun is False
