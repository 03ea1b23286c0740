"""What ffmpeg is told for one run: from one segment on, as fragmented MP4 into a pipe.

Every run of a rendition writes the same initialisation segment and the same times, wherever it starts:
- times are absolute (`-copyts -start_at_zero`), moved by a constant, and never shifted to be positive;
- `frag_discont` puts a run's start into `tfdt` and not into an edit list, which players of segments do not read;
- `negative_cts_offsets` keeps the delay of B pictures out of both;
- pictures are laid on the frame grid by `fps` with an absolute start, sound on the grid of AAC frames by `aresample`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from matinee.infra.media.encoders import EncodeTarget, VideoEncoder
from matinee.infra.media.hls_grid import AUDIO_FRAME, AUDIO_RATE, TIMELINE_OFFSET
from matinee.infra.media.tools import media_input

PRIMING_FRAMES = 8
"""AAC frames that a run starts early and throws away, so that its first sound joins what an earlier run made."""

_FLAGS = "empty_moov+default_base_moof+frag_discont+negative_cts_offsets+skip_trailer"


@dataclass(frozen=True, slots=True)
class PictureRun:
    """Encode from frame `first` on, until `last` (exclusive). `filters` come after the picture has its size."""

    path: Path
    stream: int
    width: int
    height: int
    rate: Fraction
    first: int
    last: int
    encoder: VideoEncoder
    target: EncodeTarget
    deinterlace: bool = False
    filters: str = ""


@dataclass(frozen=True, slots=True)
class CopyRun:
    """Copy pictures from `seek` seconds on (or from the key frame before it). `tag` is the sample entry, "" for the usual one."""

    path: Path
    stream: int
    seek: float
    tag: str = ""


@dataclass(frozen=True, slots=True)
class SoundRun:
    """Encode to AAC from AAC frame `first` on, until `last` (exclusive), padded with silence where the source has none."""

    path: Path
    stream: int
    first: int
    last: int
    bit_rate: int
    channels: int = 2


def picture_arguments(run: PictureRun) -> list[str]:
    """For `PictureRun`."""
    start = run.first / run.rate
    chain = [
        "yadif" if run.deinterlace else "",
        f"fps=fps={run.rate.numerator}/{run.rate.denominator}:start_time={float(start):.6f}",
        "tpad=stop=-1:stop_mode=clone",  # a picture track that ends early is held until the promised end
        f"scale={run.width}:{run.height}:flags=bicubic",
        run.filters,
        "setsar=1",
    ]
    return [
        *run.encoder.device,
        *_input(run.path, max(0.0, float(start) - 0.5) if run.first else 0.0),
        *("-map", f"0:{run.stream}", *_NOTHING_ELSE),
        *("-vf", run.encoder.filters(*chain)),
        *run.encoder.arguments(run.target),
        *_FASTER.get(run.encoder.name, ()),
        *("-frames:v", str(run.last - run.first)),
        *_output("frag_keyframe"),
    ]


def copy_arguments(run: CopyRun) -> list[str]:
    """For `CopyRun`."""
    tag = ["-tag:v", run.tag] if run.tag else []
    return [
        *_input(run.path, run.seek),
        *("-map", f"0:{run.stream}", *_NOTHING_ELSE, "-c:v", "copy", *tag),
        *_output("frag_keyframe"),
    ]


def sound_arguments(run: SoundRun) -> list[str]:
    """For `SoundRun`. The run starts `PRIMING_FRAMES` early."""
    first = max(0, run.first - PRIMING_FRAMES)
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[run.channels]
    chain = (
        f"aresample={AUDIO_RATE},aresample=async=1:min_hard_comp=0.1:first_pts={first * AUDIO_FRAME},"
        f"aformat=sample_fmts=fltp:sample_rates={AUDIO_RATE}:channel_layouts={layout},apad"
    )
    start = first * AUDIO_FRAME / AUDIO_RATE
    # The whole frame before is read: `first_pts` cuts to the sample, the seek need not.
    return [
        *_input(run.path, max(0.0, start - 0.2)),
        *("-map", f"0:{run.stream}", *_NOTHING_ELSE),
        *("-af", f"atrim=start={start:.6f},{chain}", "-c:a", "aac", "-b:a", str(run.bit_rate)),
        *("-frames:a", str(run.last - first + 8)),
        *_output("frag_every_frame"),
    ]


# On demand, a second of 1080p must be ready within a second on one core: 0.55 s of it here, 0.75 s with veryfast.
_FASTER = {"libx264": ("-preset", "superfast")}
_NOTHING_ELSE = ("-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1")


def _input(path: Path, seek: float) -> list[str]:
    start = ["-ss", f"{seek:.6f}", "-noaccurate_seek"] if seek > 0 else []
    return ["-v", "warning", *start, "-copyts", "-start_at_zero", *media_input(path)]


def _output(cut: str) -> list[str]:
    return [
        *("-avoid_negative_ts", "disabled", "-output_ts_offset", str(TIMELINE_OFFSET), "-max_muxing_queue_size", "4096"),
        *("-f", "mp4", "-use_editlist", "0", "-movflags", f"{_FLAGS}+{cut}", "pipe:1"),
    ]
