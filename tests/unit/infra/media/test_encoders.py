from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import av
import pytest

from matinee.infra.media import encoders
from matinee.infra.media.encoders import EncoderChooser, EncodeTarget, NoEncoder, VideoEncoder, encoder_works
from matinee.infra.media.tools import MediaTools, file_url, media_input, run_ffmpeg
from tests.fixtures.clips import Clips

pytestmark = pytest.mark.anyio
TARGET = EncodeTarget(bit_rate=300_000, max_rate=400_000, buffer_size=800_000, gop_frames=50, segment_seconds=2.0)


async def test_a_listed_hardware_encoder_that_fails_its_trial_is_not_chosen(tools: MediaTools) -> None:
    """The hardware of another vendor than this machine's: h264_v4l2m2m needs a device that does not exist."""
    broken = VideoEncoder("h264_nvenc", True, ("-init_hw_device", "vaapi=none:/nonexistent"), "", lambda target: [])
    assert not await encoder_works(tools, broken)


async def test_the_first_that_works_is_chosen_and_asked_once(tools: MediaTools, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def works(tools: MediaTools, encoder: VideoEncoder) -> bool:
        asked.append(encoder.name)
        return encoder.name == "h264_vaapi"

    monkeypatch.setattr(encoders, "encoder_works", works)
    chooser = EncoderChooser(replace(tools, encoders=frozenset({"h264_nvenc", "h264_vaapi", "libx264"})))
    assert (await chooser.choose()).name == "h264_vaapi"
    assert (await chooser.choose()).name == "h264_vaapi"
    assert asked == ["h264_nvenc", "h264_vaapi"]


async def test_without_working_hardware_it_is_software(tools: MediaTools, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(tools: MediaTools, encoder: VideoEncoder) -> bool:
        return False

    monkeypatch.setattr(encoders, "encoder_works", never)
    assert (await EncoderChooser(tools).choose()).name == "libx264"


async def test_software_can_be_forced(tools: MediaTools, monkeypatch: pytest.MonkeyPatch) -> None:
    async def always(tools: MediaTools, encoder: VideoEncoder) -> bool:
        return True

    monkeypatch.setattr(encoders, "encoder_works", always)
    listed = replace(tools, encoders=tools.encoders | {"h264_nvenc"})
    assert (await EncoderChooser(listed).choose()).hardware
    assert not (await EncoderChooser(listed, software_only=True).choose()).hardware


async def test_an_ffmpeg_without_any_is_an_error(tools: MediaTools) -> None:
    with pytest.raises(NoEncoder):
        await EncoderChooser(replace(tools, encoders=frozenset({"aac"}))).choose()


async def test_the_software_encoder_keeps_key_frames_and_rates(tools: MediaTools, clips: Clips, tmp_path: Path) -> None:
    encoder = EncoderChooser(tools).software()
    output = tmp_path / "out.mp4"
    options = ["-map", "0:v:0", "-vf", encoder.filters("scale=320:180"), *encoder.arguments(TARGET), file_url(output)]
    await run_ffmpeg(
        tools, ["-v", "error", *encoder.device, *media_input(clips.path("film.mp4")), *options], deadline=timedelta(seconds=60)
    )
    with av.open(str(output)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.pts is not None]
        times = [float(packet.pts * packet.time_base) for packet in packets if packet.is_keyframe and packet.pts is not None]
        assert times == pytest.approx([0.0, 2.0, 4.0], abs=0.001)
        assert (stream.profile, stream.pix_fmt) == ("High", "yuv420p")
        assert sum(packet.size for packet in packets) * 8 / 6 < TARGET.max_rate * 1.1


@pytest.mark.parametrize("encoder", [*encoders._HARDWARE, *encoders._SOFTWARE], ids=lambda encoder: encoder.name)
def test_every_encoder_is_told_rate_and_key_frames(encoder: VideoEncoder) -> None:
    arguments = encoder.arguments(TARGET)
    assert arguments[:2] == ["-c:v", encoder.name]
    assert arguments[arguments.index("-maxrate") + 1] == "400000"
    assert arguments[arguments.index("-g") + 1] == "50"
    assert "expr:gte(t,n_forced*2.000000)" in arguments
    assert encoder.filters("scale=2:2").startswith("scale=2:2,")
