"""Fragments taken apart and joined again."""

from __future__ import annotations

import struct

import pytest

from matinee.infra.media.hls_boxes import BoxReader, BrokenStream, Fragment, Sample, join_fragments, read_fragment

PAYLOADS = (b"first", b"second!", b"x")


def one(decode_time: int, payload: bytes) -> Fragment:
    return Fragment(decode_time, (Sample(1024, len(payload), 0x2000000, 0),), b"", payload)


def joined() -> bytes:
    return join_fragments([one(480_000 + 1024 * n, payload) for n, payload in enumerate(PAYLOADS)], 7)


def test_joined_fragments_hold_every_sample_in_order() -> None:
    boxes = list(BoxReader().feed(joined()))
    assert [kind for kind, _ in boxes] == [b"moof", b"mdat"]
    fragment = read_fragment(boxes[0][1], boxes[1][1])
    assert (fragment.decode_time, fragment.start, fragment.end) == (480_000, 480_000, 480_000 + 3 * 1024)
    assert [sample.size for sample in fragment.samples] == [5, 7, 1]
    assert fragment.payload == b"".join(PAYLOADS)
    assert fragment.starts_with_key


def test_the_run_says_where_its_data_begins() -> None:
    data = joined()
    where = data.find(b"trun") + 12
    (offset,) = struct.unpack_from(">i", data, where)
    assert data[offset : offset + 5] == b"first"


def test_a_fragment_gets_the_number_of_its_place_whatever_run_made_it() -> None:
    (_, moof), (_, mdat) = BoxReader().feed(joined())
    assert read_fragment(moof, mdat).with_number(7) == joined()
    assert read_fragment(moof, mdat).with_number(8) != joined()


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_boxes_come_whole_however_the_pipe_cuts_them(step: int) -> None:
    data, reader = joined() * 2, BoxReader()
    found = [box for start in range(0, len(data), step) for box in reader.feed(data[start : start + step])]
    assert b"".join(box for _, box in found) == data


@pytest.mark.parametrize("data", [b"\0\0\0\4moof", b"\xff\xff\xff\xffmdat"])
def test_impossible_lengths_are_refused(data: bytes) -> None:
    with pytest.raises(BrokenStream):
        list(BoxReader().feed(data))
