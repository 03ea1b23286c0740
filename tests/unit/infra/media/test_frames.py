from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from matinee.infra.media.colour import tone_map
from matinee.infra.media.drawing import liveliness, open_picture
from matinee.infra.media.frames import NoFrame, poster_frame, shown_size
from matinee.infra.media.pictures import sniff
from matinee.infra.media.probe import Prober
from matinee.infra.media.tools import MediaTools
from tests.fixtures.clips import Clips
from tests.unit.infra.media.test_info import INFO, VIDEO

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("film.mp4", (320, 180)),
        ("rotated.mp4", (180, 320)),
        ("anamorphic.mkv", (320, 180)),
        ("interlaced.ts", (352, 288)),
        ("hdr10.mp4", (320, 180)),
        ("two_videos.mkv", (320, 180)),
        ("no_duration.webm", (320, 180)),
        ("long.mkv", (640, 360)),
    ],
)
async def test_takes_an_upright_lively_picture(
    name: str, size: tuple[int, int], tools: MediaTools, prober: Prober, clips: Clips
) -> None:
    data = await poster_frame(tools, clips.path(name), await prober.probe(clips.path(name)))
    picture = open_picture(data)
    assert (sniff(data), picture.size) == ("image/jpeg", size)
    assert liveliness(picture) > 0.3


async def test_passes_over_the_dark(tools: MediaTools, prober: Prober, clips: Clips) -> None:
    path = clips.path("dark_start.mp4")
    assert liveliness(open_picture(await poster_frame(tools, path, await prober.probe(path)))) > 0.3


async def test_a_video_without_a_picture_is_an_error(tools: MediaTools, clips: Clips) -> None:
    with pytest.raises(NoFrame):
        await poster_frame(tools, clips.path("noise.mkv"), INFO, deadline=timedelta(seconds=10))


async def test_pictures_without_tone_mapping_are_better_than_none(tools: MediaTools, prober: Prober, clips: Clips) -> None:
    """The stream says nothing about its colours but its description does: the filter may refuse."""
    info = await prober.probe(clips.path("film.mp4"))
    wrong = replace(info, video=(replace(info.main_video, transfer="smpte2084", hdr="hdr10"),))
    assert open_picture(await poster_frame(tools, clips.path("film.mp4"), wrong)).size == (320, 180)


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(1920, 1080, (1280, 720)), (641, 346, (640, 346)), (1080, 1920, (1080, 1920)), (1, 1, (2, 2))],
)
def test_sizes_are_even_and_bounded(width: int, height: int, expected: tuple[int, int]) -> None:
    assert shown_size(replace(VIDEO, width=width, height=height), 1280) == expected


def test_only_hdr_is_tone_mapped_and_only_where_it_can_be(tools: MediaTools) -> None:
    able = replace(tools, filters=tools.filters | {"zscale", "tonemap"})
    assert "transferin=smpte2084" in tone_map(able, VIDEO)
    assert tone_map(able, replace(VIDEO, transfer="bt709", hdr=None)) == ""
    assert tone_map(replace(tools, filters=frozenset({"scale"})), VIDEO) == ""
