"""The short films themselves: one ffmpeg run each.

The picture is the title's own scene with a moving camera, a generated motif in a frame, the title and a timecode burned in.
No font is asked of ffmpeg: title and timecode are drawn here and laid over. Sound is a bar of music for each language.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from matinee.infra.media.tools import file_url
from matinee.providers.demo.artwork.canvas import rgb
from matinee.providers.demo.artwork.lettering import SMALL, Face, fitted, line_mask
from matinee.providers.demo.artwork.posters import plate
from matinee.providers.demo.titles import ClipStyle, DemoEpisode, DemoTitle

FRAMES = 24
RATE = 48_000
BAR = 8
"""Seconds of music that repeat."""
OVERSIZE = 1.12
"""How much larger than the frame the scene is, so that the camera can move over it."""
DRAWN_WIDTH = 1080
"""The scene is drawn this wide and then enlarged: the camera moves, so nobody sees the difference, and it takes half the time."""
ENCODING = ("-preset", "ultrafast", "-tune", "animation", "-crf", "26", "-keyint_min", str(2 * FRAMES), "-sc_threshold", "0")
LANGUAGES = (("eng", "en", "English"), ("deu", "de", "Deutsch"))
TIMECODE = (236, 52)


@dataclass(frozen=True, slots=True)
class Clip:
    """One file to make. `path` is below the library's folder."""

    title: DemoTitle
    path: Path
    episode: DemoEpisode | None = None

    @property
    def seconds(self) -> int:
        return self.title.clip.seconds + (3 * self.episode.number if self.episode else 0)

    @property
    def name(self) -> str:
        if self.episode is None:
            return f"{self.title.title} ({self.title.year})"
        return f"{self.title.title} - S{self.episode.season:02}E{self.episode.number:02} - {self.episode.name}"


def draw_sources(clip: Clip, folder: Path) -> None:
    """Put everything that ffmpeg reads into `folder`. Takes about a second of one core."""
    style = clip.title.clip
    drawn = (_even(DRAWN_WIDTH), _even(DRAWN_WIDTH * style.height / style.width))
    scene = plate(clip.title, *drawn, _variant(clip)).resize(_scene_size(style), Image.Resampling.BICUBIC)
    scene = scene.convert("L").convert("RGB") if style.monochrome else scene
    (folder / "scene.raw").write_bytes(scene.tobytes())
    (folder / "title.raw").write_bytes(_title_card(clip).tobytes())
    (folder / "timecode.raw").write_bytes(_timecode(clip))
    for position, (_, language, _) in enumerate(LANGUAGES):
        (folder / f"{language}.srt").write_text(_subtitles(clip, position), encoding="utf-8")
    (folder / "chapters.txt").write_text(_chapters(clip), encoding="utf-8")


def arguments(clip: Clip, folder: Path, target: Path, encoder: str = "libx264", *, motif: bool = True) -> list[str]:
    """The arguments of ffmpeg for `clip`, with the sources in `folder`; `motif` as in `graph`."""
    style = clip.title.clip
    mp4 = style.container == "mp4"
    return [
        *("-v", "error", "-y"),
        *_raw(folder / "scene.raw", "rgb24", _scene_size(style), FRAMES),
        *_raw(folder / "title.raw", "rgba", _card_size(style), FRAMES),
        *_raw(folder / "timecode.raw", "rgba", TIMECODE, 1),
        *("-f", "lavfi", "-i", _music(style, 0)),
        *("-f", "lavfi", "-i", _music(style, 1)),
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


def graph(clip: Clip, *, motif: bool = True) -> str:
    """The filter graph: `[picture]` and `[english]`. Without `motif` only filters that every ffmpeg has."""
    style = clip.title.clip
    across, along = _camera(style.drift[0], style.width), _camera(style.drift[1], style.height)
    scene = (
        f"[0:v]format=yuv420p,loop=loop=-1:size=1:start=0,setpts=N/({FRAMES}*TB),fps={FRAMES},"
        f"crop={style.width}:{style.height}:x='{across}':y='{along}'[scene]"
    )
    steps = [scene]
    sound, drawing = _motif(style)
    if motif and drawing:
        steps += [
            "[3:a]asplit[english][heard]" if sound else "[3:a]anull[english]",
            drawing,
            f"[scene][motif]{_place(style)}[moving]",
        ]
    else:
        steps += ["[3:a]anull[english]", "[scene]null[moving]"]
    fade = f"fade=in:st=0:d=0.5,fade=out:st={clip.seconds - 1}:d=1"
    steps += [
        "[1:v]format=yuva420p[title]",
        f"[moving][title]overlay=x='{style.width * 0.06:.0f}-max(0,1-t)*40':y=H*0.62-h/2:enable='lt(t,6)':eof_action=repeat[titled]",
        f"[2:v]fps={FRAMES},format=yuva420p[timecode]",
        f"[titled][timecode]overlay=x=W-w-32:y=28:eof_action=repeat,{fade}[picture]",
    ]
    return ";".join(steps)


def _camera(share: float, size: int) -> str:
    spare = size * (OVERSIZE - 1) / 2
    return f"{spare:.1f}*(1-{share}*cos(2*PI*t/34))"


def _motif(style: ClipStyle) -> tuple[bool, str]:
    """Whether the motif shows the sound, and its part of the graph."""
    color = style.color.replace("#", "0x")
    box, rate = f"{_even(style.width * 0.34)}x{_even(style.width * 0.34 * 9 / 16)}", f"r={FRAMES}"
    width, strip = style.width, _even(style.height / 6)
    frame = "format=yuv420p,drawbox=c=black@0.55:t=3"
    grey = ",hue=s=0" if style.monochrome else ""
    large = f"scale={box.replace('x', ':')}"
    cells = {
        "life": f"life=s=128x72:{rate}:mold=24:ratio=0.16:seed=7:death_color=0x1d3b24:life_color={color}:mold_color=0x07120c,{large}:flags=neighbor",
        "cells": f"cellauto=s=96x54:{rate}:rule=30:seed=7:scroll=1,{large}:flags=neighbor",
        "fractal": f"mandelbrot=s=320x180:{rate}:start_scale=2.6:end_scale=0.002:end_pts=600:maxiter=900,{large}",
        "carpet": f"sierpinski=s=96x54:{rate}:seed=7:type=carpet:jump=12,{large}:flags=neighbor",
        "testcard": f"testsrc2=s=640x360:{rate},{large}",
        "gradient": f"gradients=s=192x108:{rate}:c0={color}:c1=0x16324a:c2=0x6b2d5c:n=3:seed=7:speed=0.03:type=spiral,{large}:flags=bilinear",
    }
    if style.motif in cells:
        return False, f"{cells[style.motif]}{grey},{frame}[motif]"
    heard = {
        "waves": f"volume=2.5,showwaves=s={width}x{strip}:mode=cline:scale=sqrt:{rate}:colors={color}|{color},format=rgba,colorchannelmixer=aa=0.75",
        "bars": f"aresample=4000,showfreqs=s={_even(width / 8)}x{_even(strip / 4)}:ascale=sqrt:win_size=256:averaging=2:colors={color}|{color},fps={FRAMES},"
        f"scale={width}:{strip}:flags=neighbor,format=yuva420p",
        "vectors": f"volume=2,avectorscope=s=240x240:{rate}:zoom=1.6:mode=lissajous_xy:rc=60:gc=150:bc=230:rf=12:gf=8:bf=5:draw=line,scale={_even(width * 0.22)}:-2,{frame}",
    }
    return True, f"[heard]{heard[style.motif]}[motif]" if style.motif in heard else ""


def _place(style: ClipStyle) -> str:
    if style.motif in {"waves", "bars"}:
        return "overlay=x=0:y=H-h:shortest=0"
    return "overlay=x=W*0.06:y=H*0.1"


def _music(style: ClipStyle, language: int) -> str:
    """A bar of plucked notes over a slow chord; German plays it backwards, an octave lower and softer."""
    notes = list(style.notes) if language == 0 else list(reversed(style.notes))
    root = style.root if language == 0 else style.root / 2
    pitch = _chosen([root * 2 ** (note / 12) for note in notes])
    decay, tone = (5.0, 0.3) if language == 0 else (3.0, 0.12)
    hold = f"(0.05*sin(2*PI*{root / 2:.3f}*t)+0.04*sin(2*PI*{root * 0.75:.3f}*t))*(0.8+0.2*sin(PI*t/2))"
    pluck = f"exp(-{decay}*mod(t,0.5))*min(1,200*mod(t,0.5))"
    left = f"st(0,{pitch});st(1,{pluck});{hold}+ld(1)*(0.22*sin(2*PI*ld(0)*t)+{tone}*0.3*sin(4*PI*ld(0)*t))"
    right = f"{hold}+ld(1)*(0.2*sin(2*PI*ld(0)*t+t*PI/4)+{tone}*0.35*sin(6*PI*ld(0)*t))"
    escaped = f"{left}|{right}".replace(",", "\\,").replace(";", "\\;")
    return f"aevalsrc=exprs={escaped}:s={RATE}:d={BAR}:c=stereo,aloop=loop=-1:size={BAR * RATE}"


def _chosen(values: Sequence[float], first: int = 0) -> str:
    """An expression that is the value of the current half second: a tree of comparisons, shallow because ffmpeg walks it."""
    if len(values) == 1:
        return f"{values[0]:.3f}"
    half = len(values) // 2
    left, right = _chosen(values[:half], first), _chosen(values[half:], first + half)
    return f"if(lt(mod(t,{BAR}),{(first + half) / 2}),{left},{right})"


def _title_card(clip: Clip) -> Image.Image:
    style = clip.title.clip
    width, height = _card_size(style)
    heading = fitted(clip.title.title, clip.title.poster.face, round(style.height * 0.065), width - 60)
    second = clip.episode.name if clip.episode else clip.title.tagline
    below = fitted(second, Face(spacing=0.04, capitals=False), round(style.height * 0.03), width - 60)
    above = line_mask(_kicker(clip), SMALL, round(style.height * 0.015))
    card = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    ImageDraw.Draw(card).rounded_rectangle((0, 0, width - 1, height - 1), 12, (8, 8, 12, 165))
    ink = rgb("#ffffff" if style.monochrome else "#ffd88a")
    gap = (height - heading.height - below.height - above.height) / 4
    y = gap
    for mask, color in ((above, ink), (heading, (255, 255, 255)), (below, (225, 225, 230))):
        card.paste((*color, 255), (30, round(y)), mask)
        y += mask.height + gap
    return card


def _kicker(clip: Clip) -> str:
    if clip.episode is None:
        return f"Matinee demo   {clip.title.year}"
    return f"Matinee demo   Season {clip.episode.season}   Episode {clip.episode.number}"


def _timecode(clip: Clip) -> bytes:
    """One picture for each second, as raw RGBA."""
    out = io.BytesIO()
    for second in range(clip.seconds + 1):
        sheet = Image.new("RGBA", TIMECODE, (0, 0, 0, 0))
        ImageDraw.Draw(sheet).rounded_rectangle((0, 0, TIMECODE[0] - 1, TIMECODE[1] - 1), 10, (8, 8, 12, 165))
        text = f"00:{second // 60:02}:{second % 60:02}"
        x = 22
        for letter in text:  # each in a cell of its own, so that nothing moves when a digit changes
            mask = line_mask(letter, Face(weight=0.02), 24)
            cell = 15 if letter == ":" else 27
            sheet.paste((255, 255, 255, 255), (x + (cell - mask.width) // 2, 14), mask)
            x += cell
        out.write(sheet.tobytes())
    return out.getvalue()


def _subtitles(clip: Clip, language: int) -> str:
    opening = (
        f"{clip.title.title}. A demo, made on your own machine.",
        f"{clip.title.title}. Eine Demo, auf Ihrem eigenen Gerät gemacht.",
    )
    closing = ("Picture, sound and words are inventions.", "Bild, Ton und Worte sind erfunden.")
    lines = [opening[language], *(pair[language] for pair in clip.title.spoken), closing[language]]
    step = (clip.seconds - 1) / len(lines)
    cues = []
    for number, line in enumerate(lines):
        start, end = 0.6 + number * step, 0.6 + (number + 0.85) * step
        cues.append(f"{number + 1}\n{_stamp(start)} --> {_stamp(end)}\n{line}\n")
    return "\n".join(cues)


def _stamp(seconds: float) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"00:{whole // 60:02}:{whole % 60:02},{thousandths:03}"


def _chapters(clip: Clip) -> str:
    third = clip.seconds * 1000 // 3
    parts = [";FFMETADATA1"]
    for number, name in enumerate(("Opening", "Turning point", "Ending")):
        end = clip.seconds * 1000 if number == 2 else (number + 1) * third
        parts += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={number * third}", f"END={end}", f"title={name}"]
    return "\n".join(parts) + "\n"


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


def _card_size(style: ClipStyle) -> tuple[int, int]:
    return _even(style.width * 0.56), _even(style.height * 0.2)


def _even(size: float) -> int:
    return round(size / 2) * 2
