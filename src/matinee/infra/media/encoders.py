"""Which H.264 encoder to use, and what to tell it.

A hardware encoder is used when ffmpeg lists it and a one-second trial with it works; being listed only means that it was
compiled in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from matinee.infra.media.tools import FfmpegFailed, MediaTools, run_ffmpeg

_TRIAL_DEADLINE = timedelta(seconds=15)  # a driver that needs longer for one second of 360p is no help
_RENDER_NODE = Path("/dev/dri/renderD128")


class NoEncoder(Exception):
    """This ffmpeg can encode no H.264 at all."""


@dataclass(frozen=True, slots=True)
class EncodeTarget:
    """One rendition. Rates are bits per second.

    `max_rate` is what a playlist promises: no encoder may exceed it for longer than `buffer_size` bits. Key frames come each
    `gop_frames` frames and nowhere else, which is each `segment_seconds` from the first frame of the run.
    """

    bit_rate: int
    max_rate: int
    buffer_size: int
    gop_frames: int
    segment_seconds: float


@dataclass(frozen=True, slots=True)
class VideoEncoder:
    """One encoder of one ffmpeg.

    `device` goes before the inputs; `upload` is the filter that ends a filter chain ("" when it takes pictures from memory
    as they are, in `pix_fmt`). All arguments are fixed by the target, so that two runs have equal parameter sets.
    """

    name: str
    hardware: bool
    device: tuple[str, ...]
    upload: str
    options: Callable[[EncodeTarget], list[str]]

    def filters(self, *chain: str) -> str:
        """A `-vf` value: the given filters, then what this encoder needs at the end."""
        return ",".join([*filter(None, chain), self.upload or "format=yuv420p"])

    def arguments(self, target: EncodeTarget) -> list[str]:
        """Output options: encoder, rate control, key frames."""
        return ["-c:v", self.name, *self.options(target)]


def _rates(target: EncodeTarget) -> list[str]:
    return ["-maxrate", str(target.max_rate), "-bufsize", str(target.buffer_size)]


def _gop(target: EncodeTarget) -> list[str]:
    return ["-g", str(target.gop_frames)]


def _forced(target: EncodeTarget) -> list[str]:
    """`t` counts from the first frame of the run, whatever the timestamps."""
    return ["-force_key_frames", f"expr:gte(t,n_forced*{target.segment_seconds:.6f})"]


def _x264(target: EncodeTarget) -> list[str]:
    quality = ["-preset", "veryfast", "-crf", "23", *_rates(target), "-profile:v", "high"]
    keys = [*_gop(target), "-keyint_min", str(target.gop_frames), "-sc_threshold", "0", *_forced(target)]
    return [*quality, "-pix_fmt", "yuv420p", *keys]


def _openh264(target: EncodeTarget) -> list[str]:
    rates = ["-b:v", str(target.bit_rate), "-maxrate", str(target.max_rate)]
    return [*rates, "-profile:v", "high", "-pix_fmt", "yuv420p", *_gop(target), *_forced(target)]


def _nvenc(target: EncodeTarget) -> list[str]:
    quality = ["-preset", "p4", "-rc", "vbr", "-cq", "23", "-b:v", "0", *_rates(target), "-profile:v", "high"]
    return [*quality, "-pix_fmt", "yuv420p", *_gop(target), "-no-scenecut", "1", "-forced-idr", "1", *_forced(target)]


def _qsv(target: EncodeTarget) -> list[str]:
    rates = ["-b:v", str(target.bit_rate), *_rates(target)]
    return ["-preset", "veryfast", *rates, "-profile:v", "high", *_gop(target), "-forced_idr", "1", *_forced(target)]


def _vaapi(target: EncodeTarget) -> list[str]:
    return ["-b:v", str(target.bit_rate), *_rates(target), "-profile:v", "high", *_gop(target), *_forced(target)]


def _videotoolbox(target: EncodeTarget) -> list[str]:
    rates = ["-b:v", str(target.bit_rate), *_rates(target)]
    return ["-allow_sw", "0", *rates, "-profile:v", "high", "-pix_fmt", "nv12", *_gop(target), *_forced(target)]


def _amf(target: EncodeTarget) -> list[str]:
    rates = ["-rc", "vbr_peak", "-b:v", str(target.bit_rate), *_rates(target)]
    return [
        "-quality",
        "speed",
        *rates,
        "-profile:v",
        "high",
        "-pix_fmt",
        "nv12",
        *_gop(target),
        "-forced_idr",
        "1",
        *_forced(target),
    ]


_HARDWARE = (
    VideoEncoder("h264_nvenc", True, (), "", _nvenc),
    VideoEncoder("h264_videotoolbox", True, (), "format=nv12", _videotoolbox),
    VideoEncoder("h264_qsv", True, ("-init_hw_device", "qsv=hw"), "format=nv12", _qsv),
    VideoEncoder("h264_vaapi", True, ("-vaapi_device", str(_RENDER_NODE)), "format=nv12,hwupload", _vaapi),
    VideoEncoder("h264_amf", True, (), "format=nv12", _amf),
)
_SOFTWARE = (VideoEncoder("libx264", False, (), "", _x264), VideoEncoder("libopenh264", False, (), "", _openh264))
TRIAL = EncodeTarget(bit_rate=1_000_000, max_rate=1_500_000, buffer_size=3_000_000, gop_frames=25, segment_seconds=1.0)


class EncoderChooser:
    """Finds the encoder once and remembers it."""

    def __init__(self, tools: MediaTools, *, software_only: bool = False) -> None:
        self._tools = tools
        self._software_only = software_only
        self._chosen: VideoEncoder | None = None

    async def choose(self) -> VideoEncoder:
        """The first hardware encoder that works, else the first software one. Raises `NoEncoder`."""
        if self._chosen is None:
            self._chosen = await self._find()
        return self._chosen

    @property
    def chosen(self) -> VideoEncoder | None:
        """What `choose` would give at once; None before it was asked."""
        return self._chosen

    def software(self) -> VideoEncoder:
        """The software encoder, for when the hardware one fails in the middle. Raises `NoEncoder`."""
        for encoder in _SOFTWARE:
            if encoder.name in self._tools.encoders:
                return encoder
        raise NoEncoder(f"{self._tools.ffmpeg} has no H.264 encoder")

    async def _find(self) -> VideoEncoder:
        if not self._software_only:
            for encoder in _HARDWARE:
                if encoder.name in self._tools.encoders and await encoder_works(self._tools, encoder):
                    return encoder
        return self.software()


async def encoder_works(tools: MediaTools, encoder: VideoEncoder) -> bool:
    """Whether one second of test picture comes out of it."""
    source = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=1"]
    output = ["-vf", encoder.filters(), *encoder.arguments(TRIAL), "-f", "null", "-"]
    try:
        await run_ffmpeg(tools, ["-v", "error", *encoder.device, *source, *output], deadline=_TRIAL_DEADLINE)
    except FfmpegFailed:
        return False
    return True
