from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from matinee.infra.media import keyframe_reader
from matinee.infra.media.keyframes import KeyFrameReader
from matinee.infra.media.probe import MediaUnreadable, Prober
from tests.fixtures.clips import Clips

pytestmark = pytest.mark.anyio


def decoded_key_frames(clips: Clips, path: Path, index: int) -> list[float]:
    """What ffmpeg's decoder finds: times, as the file has them, of the pictures it calls key frames."""
    command = [clips.ffmpeg, "-nostdin", "-copyts", "-i", str(path), "-map", f"0:{index}", "-vf", "showinfo", "-f", "null", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stderr
    return [float(time) for time in re.findall(r"pts_time:(\S+).*? iskey:1", text)]


@pytest.mark.parametrize(
    "name", ["film.mp4", "moov_end.mp4", "fragmented.mp4", "hevc10.mkv", "vp9.webm", "h264.ts", "xvid.avi", "h264.flv", "vfr.mp4"]
)
async def test_finds_the_key_frames_that_the_decoder_finds(name: str, prober: Prober, clips: Clips) -> None:
    path = clips.path(name)
    info = await prober.probe(path)
    found = await KeyFrameReader(prober.pool).read(path, info.main_video.index)
    expected = decoded_key_frames(clips, path, info.main_video.index)
    assert len(expected) >= (1 if name in ("vp9.webm", "xvid.avi") else 3)
    assert found.times == pytest.approx([time - info.start_time for time in expected], abs=0.002)
    assert found.exact


@pytest.mark.parametrize(("name", "end"), [("film.mp4", 6.0), ("fragmented.mp4", 6.08), ("long.mkv", 8.021), ("h264.ts", 3.021)])
async def test_the_end_is_that_of_the_last_picture(name: str, end: float, prober: Prober, clips: Clips) -> None:
    """Sound may begin first: by two pictures in a fragmented mp4, by its priming (21 ms) in Matroska and transport streams."""
    info = await prober.probe(clips.path(name))
    found = await KeyFrameReader(prober.pool).read(clips.path(name), info.main_video.index)
    assert found.end == pytest.approx(end, abs=0.002)


async def test_times_follow_the_container_start(prober: Prober, clips: Clips) -> None:
    """A transport stream begins at 1.4 seconds; a player's time begins at nought."""
    info = await prober.probe(clips.path("interlaced.ts"))
    found = await KeyFrameReader(prober.pool).read(clips.path("interlaced.ts"), info.main_video.index)
    assert info.start_time > 1
    assert found.times[0] < 0.1


async def test_a_matroska_file_too_large_to_read_through_answers_from_its_cues(
    clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(clips.path("hevc10.mkv"))
    whole = keyframe_reader.read_key_frames(path, 0)["value"]
    monkeypatch.setattr(keyframe_reader, "_READ_THROUGH", 0)
    quick = keyframe_reader.read_key_frames(path, 0)["value"]
    assert quick == {**whole, "exact": False}


@pytest.mark.parametrize("index", [1, 17])
async def test_what_is_no_video_track_is_refused(index: int, prober: Prober, clips: Clips) -> None:
    with pytest.raises(MediaUnreadable) as caught:
        await KeyFrameReader(prober.pool).read(clips.path("film.mp4"), index)
    assert caught.value.code == "no_video"


async def test_a_broken_file_is_refused_as_when_it_is_probed(prober: Prober, clips: Clips) -> None:
    with pytest.raises(MediaUnreadable) as caught:
        await KeyFrameReader(prober.pool).read(clips.path("truncated.mkv"), 0)
    assert caught.value.code == "truncated"
