"""What is laid over a demo film: the title card, the timecode, subtitles, chapters."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from matinee.providers.demo.artwork.canvas import rgb
from matinee.providers.demo.artwork.faces import SMALL, Face
from matinee.providers.demo.artwork.lettering import fitted, line_mask
from matinee.providers.demo.titles import Clip, ClipStyle

TIMECODE = (236, 52)


def card_size(style: ClipStyle) -> tuple[int, int]:
    """Width and height of the title card."""
    return round(style.width * 0.28) * 2, round(style.height * 0.1) * 2


def title_card(clip: Clip) -> Image.Image:
    style = clip.title.clip
    width, height = card_size(style)
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


def timecode(clip: Clip) -> bytes:
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


def subtitles(clip: Clip, language: int) -> str:
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


def chapters(clip: Clip) -> str:
    third = clip.seconds * 1000 // 3
    parts = [";FFMETADATA1"]
    for number, name in enumerate(("Opening", "Turning point", "Ending")):
        end = clip.seconds * 1000 if number == 2 else (number + 1) * third
        parts += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={number * third}", f"END={end}", f"title={name}"]
    return "\n".join(parts) + "\n"
