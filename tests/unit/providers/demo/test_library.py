"""Making the demo library, with a real ffmpeg and small pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import av
import pysubs2
import pytest

from matinee.infra.media.tools import FfmpegFailed, MediaTools, find_media_tools
from matinee.providers.demo import DemoLibrary, filters
from matinee.providers.demo.library import EVERYTHING, NOTICE, WORK
from matinee.providers.demo.overlays import subtitles
from matinee.providers.demo.titles import Clip

pytestmark = pytest.mark.anyio


class Stopped(Exception):
    """What a cancelled job raises from its progress."""


@pytest.fixture(scope="module")
async def tools(anyio_backend: str) -> MediaTools:
    return await find_media_tools()


def small(clip: Clip, seconds: int = 2) -> Clip:
    style = clip.title.clip
    size = (240, 180) if style.width * 3 == style.height * 4 else (320, 180)
    title = replace(clip.title, clip=replace(style, seconds=seconds, width=size[0], height=size[1]))
    return Clip(title, clip.path, clip.episode)


def library(tools: MediaTools, folder: Path, slugs: Sequence[str]) -> DemoLibrary:
    found = DemoLibrary(tools, folder)
    found.clips = tuple(small(clip) for clip in found.clips if clip.title.slug in slugs)
    return found


def by_motif() -> list[str]:
    """One film for each motif."""
    return list({title.clip.motif: title.slug for title in EVERYTHING if title.kind == "movie"}.values())


async def test_every_motif_makes_a_playable_film(tools: MediaTools, tmp_path: Path) -> None:
    demo = library(tools, tmp_path / "demo", by_motif())
    assert len(demo.clips) >= 9
    reports: list[tuple[int, int | None, str]] = []

    async def progress(done: int, total: int | None, message: str) -> None:
        assert sum(1 for clip in demo.clips if (demo.folder / clip.path).exists()) >= done
        reports.append((done, total, message))

    assert await demo.install(progress) == demo.folder
    assert demo.installed()
    assert not (demo.folder / WORK).exists()
    assert [done for done, _, _ in reports] == sorted(done for done, _, _ in reports)
    assert (reports[0][0], reports[-1][0], reports[-1][1]) == (0, len(demo.clips), len(demo.clips))
    for clip in demo.clips:
        with av.open(str(demo.folder / clip.path)) as file:
            kinds = [stream.type for stream in file.streams]
            assert kinds == ["video", "audio", "audio", "subtitle", "subtitle"]
            assert [stream.language for stream in list(file.streams)[1:]] == ["eng", "deu", "eng", "deu"]
            assert file.streams.video[0].codec_context.name == "h264"
            assert (file.streams.video[0].width, file.streams.video[0].height) == (clip.title.clip.width, clip.title.clip.height)
            assert abs((file.duration or 0) / av.time_base - clip.seconds) < 0.5
            frames = [bytes(frame.reformat(64, 36, "gray").planes[0]) for frame in file.decode(video=0)]
            assert abs(len(frames) - clip.seconds * filters.FRAMES) <= 1
            assert len(set(frames)) > len(frames) // 2


async def test_it_goes_on_where_it_was_stopped(tools: MediaTools, tmp_path: Path) -> None:
    demo = library(tools, tmp_path / "demo", ["salt-and-silver", "winter-tram", "paper-kites"])

    async def stop(done: int, total: int | None, message: str) -> None:
        if done:
            raise Stopped

    with pytest.raises(Stopped):
        await demo.install(stop)
    made = {clip.path: (demo.folder / clip.path).stat().st_mtime_ns for clip in demo.clips if (demo.folder / clip.path).exists()}
    assert 1 <= len(made) < 3
    assert demo.present()
    assert not demo.installed()
    assert not (demo.folder / WORK).exists()
    await demo.install()
    assert demo.installed()
    for path, modified in made.items():
        assert (demo.folder / path).stat().st_mtime_ns == modified


async def test_a_cancelled_making_leaves_only_whole_files(tools: MediaTools, tmp_path: Path) -> None:
    demo = library(tools, tmp_path / "demo", ["salt-and-silver", "winter-tram", "paper-kites"])
    first = asyncio.Event()

    async def progress(done: int, total: int | None, message: str) -> None:
        if done:
            first.set()

    making = asyncio.create_task(demo.install(progress))
    await asyncio.wait_for(first.wait(), 60)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    found = [path for path in demo.folder.rglob("*") if path.is_file() and path.name != NOTICE]
    assert set(found) <= {demo.folder / clip.path for clip in demo.clips}
    for path in found:
        with av.open(str(path)) as file:
            assert (file.duration or 0) > 0


async def test_a_second_making_makes_nothing(tools: MediaTools, tmp_path: Path) -> None:
    demo = library(tools, tmp_path / "demo", ["salt-and-silver"])
    await demo.install()
    [clip] = demo.clips
    before = (demo.folder / clip.path).stat().st_mtime_ns
    await demo.install()
    assert (demo.folder / clip.path).stat().st_mtime_ns == before


async def test_removal_leaves_what_is_not_of_the_demo(tools: MediaTools, tmp_path: Path) -> None:
    demo = library(tools, tmp_path / "demo", ["salt-and-silver", "winter-tram"])
    await demo.install()
    mine = demo.folder / "Movies" / "My Film (2020)" / "My Film (2020).mkv"
    mine.parent.mkdir()
    mine.touch()
    await demo.remove()
    assert not demo.present()
    assert [path for path in demo.folder.rglob("*") if path.is_file()] == [mine]
    mine.unlink()
    mine.parent.rmdir()
    await demo.remove()
    assert not demo.folder.exists()


async def test_without_the_filters_of_the_motif_there_is_still_a_film(
    tools: MediaTools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "_insets", lambda style: {style.motif: "nosuchfilter"})
    demo = library(tools, tmp_path / "demo", ["greenhouse"])
    await demo.install()
    assert demo.installed()


async def test_a_failing_ffmpeg_is_reported(tools: MediaTools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "FRAMES", 0)
    demo = library(tools, tmp_path / "demo", ["winter-tram"])
    with pytest.raises(FfmpegFailed):
        await demo.install()
    assert not demo.installed()


@pytest.mark.parametrize("language", [0, 1])
async def test_subtitles_are_in_order_and_end_with_the_film(tools: MediaTools, tmp_path: Path, language: int) -> None:
    for clip in DemoLibrary(tools, tmp_path).clips:
        cues = pysubs2.SSAFile.from_string(subtitles(clip, language), "srt")
        assert len(cues) == len(clip.title.spoken) + 2
        times = [time for cue in cues for time in (cue.start, cue.end)]
        assert times == sorted(times)
        assert times[-1] <= clip.seconds * 1000


async def test_the_number_of_titles_can_be_cut(tools: MediaTools, tmp_path: Path) -> None:
    demo = DemoLibrary(tools, tmp_path, titles=2)
    assert [clip.title.slug for clip in demo.clips] == ["salt-and-silver", "eleven-moons-of-ada"]


async def test_files_are_named_as_people_name_them(tools: MediaTools, tmp_path: Path) -> None:
    paths = {clip.path.as_posix() for clip in DemoLibrary(tools, tmp_path).clips}
    assert "Movies/Salt and Silver (2016)/Salt and Silver (2016).mp4" in paths
    assert "Shows/Station Keeping (2021)/Season 02/Station Keeping - S02E01 - New Management.mkv" in paths
    assert len(paths) == 28
