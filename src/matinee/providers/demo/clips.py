"""The short films themselves: one ffmpeg run each.

The picture is the title's own scene with a moving camera, a generated motif in a frame, the title and a timecode burned in.
No font is asked of ffmpeg: title and timecode are drawn here and laid over. Sound is a bar of music for each language.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from matinee.infra.media.tools import file_url
from matinee.providers.demo.filters import FRAMES, OVERSIZE, graph, music
from matinee.providers.demo.overlays import TIMECODE, card_size, chapters, subtitles, timecode, title_card
from matinee.providers.demo.pictures import plate
from matinee.providers.demo.titles import Clip, ClipStyle

DRAWN_WIDTH = 1080
"""The scene is drawn this wide and then enlarged: the camera moves, so nobody sees the difference, and it takes half the time."""
ENCODING = ("-preset", "ultrafast", "-crf", "27", "-keyint_min", str(2 * FRAMES), "-sc_threshold", "0")
LANGUAGES = (("eng", "en", "English"), ("deu", "de", "Deutsch"))


def draw_sources(clip: Clip, folder: Path) -> None:
    """Put everything that ffmpeg reads into `folder`. Takes about a second of one core."""
    style = clip.title.clip
    width = min(DRAWN_WIDTH, _scene_size(style)[0])
    drawn = (width, _even(width * style.height / style.width))
    scene = plate(clip.title, *drawn, _variant(clip)).resize(_scene_size(style), Image.Resampling.BICUBIC)
    scene = scene.convert("L").convert("RGB") if style.monochrome else scene
    (folder / "scene.raw").write_bytes(scene.tobytes())
    (folder / "title.raw").write_bytes(title_card(clip).tobytes())
    (folder / "timecode.raw").write_bytes(timecode(clip))
    for position, (_, language, _) in enumerate(LANGUAGES):
        (folder / f"{language}.srt").write_text(subtitles(clip, position), encoding="utf-8")
    (folder / "chapters.txt").write_text(chapters(clip), encoding="utf-8")


def arguments(clip: Clip, folder: Path, target: Path, encoder: str = "libx264", *, motif: bool = True) -> list[str]:
    """The arguments of ffmpeg for `clip`, with the sources in `folder`; `motif` as in `graph`."""
    style = clip.title.clip
    mp4 = style.container == "mp4"
    return [
        *("-v", "error", "-y"),
        *_raw(folder / "scene.raw", "rgb24", _scene_size(style), FRAMES),
        *_raw(folder / "title.raw", "rgba", card_size(style), FRAMES),
        *_raw(folder / "timecode.raw", "rgba", TIMECODE, 1),
        *("-f", "lavfi", "-i", music(style, 0)),
        *("-f", "lavfi", "-i", music(style, 1)),
        *("-f", "srt", "-i", file_url(folder / "en.srt")),
        *("-f", "srt", "-i", file_url(folder / "de.srt")),
        *("-f", "ffmetadata", "-i", file_url(folder / "chapters.txt")),
        *("-filter_complex", graph(clip, motif=motif)),
        *(
            "-map",
            "[picture]",
            "-map",
            "[english]",
            "-map",
            "4:a",
            "-map",
            "5:s",
            "-map",
            "6:s",
            "-map_chapters",
            "-1" if mp4 else "7",
            "-map_metadata",
            "-1",
        ),
        *("-c:v", encoder, *(ENCODING if encoder == "libx264" else ("-b:v", "3M")), "-pix_fmt", "yuv420p", "-g", str(2 * FRAMES)),
        *("-c:a", "aac", "-b:a", "112k", "-ac", "2", "-aac_coder", "fast"),
        *("-c:s", "mov_text" if mp4 else "srt"),
        *_metadata(clip),
        *("-t", str(clip.seconds), "-f", "mp4" if mp4 else "matroska"),
        *(("-movflags", "+faststart") if mp4 else ()),
        file_url(target),
    ]


def _metadata(clip: Clip) -> list[str]:
    found = ["-metadata", f"title={clip.name}", "-metadata", "comment=Matinee demo"]
    for position, (code, _, name) in enumerate(LANGUAGES):
        for kind in ("a", "s"):
            found += [f"-metadata:s:{kind}:{position}", f"language={code}", f"-metadata:s:{kind}:{position}", f"title={name}"]
            found += [f"-metadata:s:{kind}:{position}", f"handler_name={name}"]
    return [*found, "-disposition:a:0", "default", "-disposition:a:1", "0", "-disposition:s:0", "0", "-disposition:s:1", "0"]


def _variant(clip: Clip) -> str:
    return f"{clip.episode.season}x{clip.episode.number}" if clip.episode else "film"


def _raw(path: Path, pixels: str, size: tuple[int, int], rate: int) -> list[str]:
    return ["-f", "rawvideo", "-pix_fmt", pixels, "-s", f"{size[0]}x{size[1]}", "-r", str(rate), "-i", file_url(path)]


def _scene_size(style: ClipStyle) -> tuple[int, int]:
    return _even(style.width * OVERSIZE), _even(style.height * OVERSIZE)


def _even(size: float) -> int:
    return round(size / 2) * 2
