from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from matinee.infra.media.info import MediaInfo
from matinee.infra.media.probe import Prober
from matinee.infra.media.tools import FfmpegFailed, MediaTools
from matinee.infra.media.trickplay import TrickplayPlan, make_trickplay, plan_trickplay, thumbnails_vtt
from tests.fixtures.clips import Clips
from tests.unit.infra.media.test_info import INFO

pytestmark = pytest.mark.anyio


def lasting(seconds: float) -> MediaInfo:
    return replace(INFO, duration=seconds)


@pytest.mark.parametrize(
    ("seconds", "interval", "count", "sheets"),
    [
        (0.1, 1, 1, 1),
        (60, 1, 60, 1),
        (300, 2, 150, 2),
        (1500, 5, 300, 3),
        (7200, 10, 720, 8),
        (36_000, 36, 1000, 10),
        (400_000, 400, 1000, 10),
    ],
)
def test_the_interval_grows_with_the_duration_and_the_size_is_bounded(
    seconds: float, interval: int, count: int, sheets: int
) -> None:
    plan = plan_trickplay(lasting(seconds))
    assert (plan.interval, plan.count, plan.sheets) == (interval, count, sheets)


def test_tiles_have_the_shape_of_the_picture() -> None:
    upright = replace(INFO.main_video, width=1080, height=1920)
    tiny = replace(INFO.main_video, width=100, height=1)
    assert (plan_trickplay(INFO).tile_width, plan_trickplay(INFO).tile_height) == (240, 134)
    assert (
        plan_trickplay(replace(INFO, video=(upright,))).tile_width,
        plan_trickplay(replace(INFO, video=(upright,))).tile_height,
    ) == (134, 240)
    assert plan_trickplay(replace(INFO, video=(tiny,))).tile_height == 2


@pytest.mark.parametrize(
    ("name", "gap"), [("film.mp4", None), ("film.mp4", 1.0), ("rotated.mp4", None), ("hdr10.mp4", 0.5), ("interlaced.ts", None)]
)
async def test_sheets_have_the_planned_size(
    name: str, gap: float | None, tools: MediaTools, prober: Prober, clips: Clips, tmp_path: Path
) -> None:
    info = await prober.probe(clips.path(name))
    plan = await make_trickplay(tools, clips.path(name), info, tmp_path / "50%d", key_frame_gap=gap)
    assert names_in(tmp_path / "50%d") == ["0.jpg"]
    with Image.open(tmp_path / "50%d" / "0.jpg") as sheet:
        assert sheet.size == (plan.columns * plan.tile_width, plan.rows * plan.tile_height)
    assert names_in(tmp_path) == ["50%d"]


async def test_every_still_shows_its_own_time(tools: MediaTools, prober: Prober, clips: Clips, tmp_path: Path) -> None:
    """The clip is black until 6.5 seconds, then colourful."""
    path = clips.path("dark_start.mp4")
    plan = await make_trickplay(tools, path, await prober.probe(path), tmp_path / "sheets")
    assert (plan.interval, plan.count) == (1, 11)
    with Image.open(tmp_path / "sheets" / "0.jpg") as sheet:
        light = [brightness(sheet, plan, number) for number in range(plan.count)]
    assert max(light[:6]) < 20  # still 6 stands for 6 to 7 seconds: either is right
    assert min(light[7:]) > 60


def brightness(sheet: Image.Image, plan: TrickplayPlan, number: int) -> float:
    row, column = divmod(number, plan.columns)
    left, top = column * plan.tile_width, row * plan.tile_height
    return ImageStat.Stat(sheet.crop((left, top, left + plan.tile_width, top + plan.tile_height)).convert("L")).mean[0]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_failure_leaves_what_was_there_and_nothing_half(
    tools: MediaTools, prober: Prober, clips: Clips, tmp_path: Path
) -> None:
    info = await prober.probe(clips.path("film.mp4"))
    await make_trickplay(tools, clips.path("film.mp4"), info, tmp_path / "sheets")
    with pytest.raises(FfmpegFailed):
        await make_trickplay(tools, clips.path("noise.mkv"), info, tmp_path / "sheets")
    assert names_in(tmp_path) == ["sheets"]
    assert (tmp_path / "sheets" / "0.jpg").exists()


def test_the_index_names_sheet_and_rectangle_of_each_stretch() -> None:
    info = lasting(150.5)
    text = thumbnails_vtt(plan_trickplay(info), info.duration, lambda sheet: f"{sheet}.jpg?s=x")
    assert text.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n0.jpg?s=x#xywh=0,0,240,134\n")
    assert "00:00:20.000 --> 00:00:22.000\n0.jpg?s=x#xywh=0,134,240,134\n" in text
    assert text.endswith("00:02:30.000 --> 00:02:30.500\n0.jpg?s=x#xywh=1200,938,240,134\n")
    long = lasting(250)
    assert "00:03:20.000 --> 00:03:22.000\n1.jpg#xywh=0,0,240,134\n" in thumbnails_vtt(
        plan_trickplay(long), 250, lambda sheet: f"{sheet}.jpg"
    )
