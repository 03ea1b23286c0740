"""The filter graph and the music of a demo film, as ffmpeg reads them."""

from __future__ import annotations

from collections.abc import Sequence

from matinee.providers.demo.titles import Clip, ClipStyle

FRAMES = 24
RATE = 32_000
BAR = 8
"""Seconds of music that repeat."""
OVERSIZE = 1.12
"""How much larger than the frame the scene is, so that the camera can move over it."""


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
        f"[moving][title]overlay=x='{style.width * 0.06:.0f}-max(0,1-t)*40':y=H*0.62-h/2:enable='lt(t,6)'[titled]",
        f"[2:v]fps={FRAMES},format=yuva420p[timecode]",
        f"[titled][timecode]overlay=x=W-w-32:y=28,{fade}[picture]",
    ]
    return ";".join(steps)


def _camera(share: float, size: int) -> str:
    spare = size * (OVERSIZE - 1) / 2
    return f"{spare:.1f}*(1-{share}*cos(2*PI*t/34))"


def _motif(style: ClipStyle) -> tuple[bool, str]:
    """Whether the motif shows the sound, and its part of the graph."""
    inset, strip = _insets(style), _strips(style)
    if style.motif in inset:
        grey = ",hue=s=0" if style.monochrome else ""
        width = round(style.width * 0.17) * 2
        large = f"scale={width}:{round(width * 9 / 32) * 2}:flags={'bicubic' if style.motif in SMOOTH else 'neighbor'}"
        return False, f"{inset[style.motif]},{large}{grey},{FRAME}[motif]"
    return True, f"[heard]{strip[style.motif]}[motif]" if style.motif in strip else ""


SMOOTH = frozenset({"fractal", "testcard", "gradient"})
FRAME = "format=yuv420p,drawbox=c=black@0.55:t=3"


def _insets(style: ClipStyle) -> dict[str, str]:
    """Pictures that ffmpeg invents."""
    color, rate = _color(style), f"r={FRAMES}"
    cells = f"mold=24:ratio=0.16:seed=7:death_color=0x1d3b24:life_color={color}:mold_color=0x07120c"
    return {
        "life": f"life=s=128x72:{rate}:{cells}",
        "cells": f"cellauto=s=96x54:{rate}:rule=30:seed=7:scroll=1",
        "fractal": f"mandelbrot=s=320x180:{rate}:start_scale=2.6:end_scale=0.002:end_pts=600:maxiter=900",
        "carpet": f"sierpinski=s=96x54:{rate}:seed=7:type=carpet:jump=12",
        "testcard": f"testsrc2=s=640x360:{rate}",
        "gradient": f"gradients=s=192x108:{rate}:c0={color}:c1=0x16324a:c2=0x6b2d5c:n=3:seed=7:speed=0.03:type=spiral",
    }


def _strips(style: ClipStyle) -> dict[str, str]:
    """Pictures of the sound."""
    color, width, high = _color(style), style.width, round(style.height / 12) * 2
    bins = f"s={round(width / 16) * 2}x{round(high / 8) * 2}:ascale=sqrt:win_size=256:averaging=2:colors={color}|{color}"
    beam = "zoom=1.6:mode=lissajous_xy:rc=60:gc=150:bc=230:rf=12:gf=8:bf=5:draw=line"
    return {
        "waves": f"volume=2.5,showwaves=s={width}x{high}:mode=cline:scale=sqrt:r={FRAMES}:colors={color}|{color},"
        "format=rgba,colorchannelmixer=aa=0.75",
        "bars": f"aresample=4000,showfreqs={bins},fps={FRAMES},scale={width}:{high}:flags=neighbor,format=yuva420p",
        "vectors": f"volume=2,avectorscope=s=240x240:r={FRAMES}:{beam},scale={round(width * 0.11) * 2}:-2,{FRAME}",
    }


def _color(style: ClipStyle) -> str:
    return style.color.replace("#", "0x")


def _place(style: ClipStyle) -> str:
    if style.motif in {"waves", "bars"}:
        return "overlay=x=0:y=H-h:shortest=0"
    return "overlay=x=W*0.06:y=H*0.1"


def music(style: ClipStyle, language: int) -> str:
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
