"""From subtitle events with ASS markup to cues with the little markup WebVTT players agree on."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pysubs2 import SSAEvent, SSAFile

_BLOCK = re.compile(r"\{([^}]*)\}")
_SWITCH = re.compile(r"\\([ibu])(\d+)?(?![a-z(])")
_DRAWING = re.compile(r"\\p[1-9]")
_ALIGNMENT = re.compile(r"\\an?(\d+)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")
_UNKNOWN_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>|<\d[\d:.]{3,}>")
_LONGEST_TEXT = 2_000
_TOP = "line:0"


@dataclass(frozen=True, slots=True)
class Cue:
    """`text` is safe WebVTT cue text: escaped, tags limited to i, b, u and closed, no empty line. `settings` may be empty."""

    start: float
    end: float
    text: str
    settings: str = ""


def cues_from_events(file: SSAFile, limit: int) -> tuple[Cue, ...]:
    """The visible events in order of time; drawings, comments and what is empty or lasts no time are left out."""
    found = []
    for event in file.events:
        if event.type != "Dialogue" or event.end <= max(event.start, 0) or _DRAWING.search(event.text):
            continue
        text = cue_text(event.text, _style_switches(file, event))
        if text:
            found.append(Cue(max(event.start, 0) / 1000, event.end / 1000, text, _settings(file, event)))
            if len(found) >= limit:
                break
    return tuple(sorted(found, key=lambda cue: (cue.start, cue.end)))


def cue_text(text: str, on: frozenset[str] = frozenset()) -> str:
    """WebVTT cue text from ASS text; `on` are the switches (i, b, u) the style begins with."""
    parts: list[str] = []
    open_tags: list[str] = []
    _switch(parts, open_tags, set(on))
    wanted = set(on)
    where = 0
    for block in _BLOCK.finditer(text[:_LONGEST_TEXT]):
        parts.append(_plain(text[where : block.start()]))
        where = block.end()
        for letter, value in _SWITCH.findall(block[1]):
            (wanted.discard if value == "0" else wanted.add)(letter)
        if "\\r" in block[1]:
            wanted = set(on)
        _switch(parts, open_tags, wanted)
    parts.append(_plain(text[where:_LONGEST_TEXT]))
    _switch(parts, open_tags, set())
    lines = (line.strip() for line in "".join(parts).split("\n"))
    joined = "\n".join(line for line in lines if _has_text(line))
    return _balanced(joined) if _has_text(joined) else ""


def _plain(text: str) -> str:
    text = text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", "\u00a0")
    text = _CONTROL.sub("", html.unescape(text))
    return html.escape(_UNKNOWN_TAG.sub("", text), quote=False)


def _switch(parts: list[str], open_tags: list[str], wanted: set[str]) -> None:
    """Close down to the first tag that is not wanted any more, then open what is missing: tags stay nested."""
    while any(tag not in wanted for tag in open_tags):
        parts.append(f"</{open_tags.pop()}>")
    for tag in sorted(wanted - set(open_tags)):
        open_tags.append(tag)
        parts.append(f"<{tag}>")


def _has_text(line: str) -> bool:
    return bool(re.sub(r"</?[ibu]>", "", line).strip().strip("\u00a0\u200b"))


def _balanced(text: str) -> str:
    """Dropping an empty line may have dropped a tag with it; then the markup goes and the words stay."""
    tags: list[str] = []
    for closing, name in re.findall(r"<(/?)([ibu])>", text):
        if not closing:
            tags.append(name)
        elif not tags or tags.pop() != name:
            return re.sub(r"</?[ibu]>", "", text)
    return text if not tags else re.sub(r"</?[ibu]>", "", text)


def _style_switches(file: SSAFile, event: SSAEvent) -> frozenset[str]:
    style = file.styles.get(event.style)
    if style is None:
        return frozenset()
    # Bold is left out: it is the common choice for a whole file, and players have a weight of their own.
    return frozenset(letter for letter, on in (("i", style.italic), ("u", style.underline)) if on)


def _settings(file: SSAFile, event: SSAEvent) -> str:
    """Only "at the top" survives: it keeps subtitles off what is written at the bottom of the picture."""
    told = _ALIGNMENT.search(event.text)
    if told is not None:
        legacy = "\\an" not in told[0]
        return _TOP if int(told[1]) in ((5, 6, 7) if legacy else (7, 8, 9)) else ""
    style = file.styles.get(event.style)
    return _TOP if style is not None and int(style.alignment) in (7, 8, 9) else ""
