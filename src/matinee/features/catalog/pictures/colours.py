"""The colour that stands for a picture until it is there.

Of pictures that were seen here, their own; of all others one that is made up from the name, so that it is the same each time.
"""

from __future__ import annotations

import asyncio
import colorsys
import contextlib
import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

_LINE = re.compile(r"([a-z0-9-]{1,32}~[A-Za-z0-9._!-]{1,250}) (#[0-9a-f]{6})")
_MOST = 20_000  # pictures whose colour is known; some 3 MB


def placeholder_colour(name: str) -> str:
    """`#rrggbb` from a picture's name: any hue, deep and quiet enough to carry white text. A few microseconds."""
    digest = hashlib.blake2b(name.encode(), digest_size=2).digest()
    red, green, blue = colorsys.hls_to_rgb(int.from_bytes(digest) / 65536, 0.24, 0.28)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


class Colours:
    """Remembers the colours of at most `limit` pictures; what was used least is forgotten.

    They outlive the process in a file of lines, to which every process of this machine appends.
    """

    def __init__(self, file: Path, limit: int = _MOST) -> None:
        self._file = file
        self._limit = limit
        self._known: OrderedDict[str, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def known(self, name: str) -> str | None:
        """The picture's own colour, if it was ever seen."""
        color = self._known.get(name)
        if color is not None:
            self._known.move_to_end(name)
        return color

    def of(self, name: str) -> str:
        """The picture's own colour, else a made-up one. Never waits."""
        return self.known(name) or placeholder_colour(name)

    async def remember(self, name: str, color: str) -> None:
        """Note the colour of a picture."""
        if self._known.get(name) != color and self._keep([f"{name} {color}"]):
            await asyncio.to_thread(self._append, f"{name} {color}\n")

    async def load(self) -> None:
        """Read what this and other processes have noted; the file is written anew when half of it is of no use."""
        self._keep(await asyncio.to_thread(self._lines))

    def _keep(self, lines: Iterable[str]) -> bool:
        kept = False
        for line in lines:
            if found := _LINE.fullmatch(line):
                self._known[found[1]] = found[2]
                self._known.move_to_end(found[1])
                kept = True
        while len(self._known) > self._limit:
            self._known.popitem(last=False)
        return kept

    def _lines(self) -> list[str]:
        try:
            lines = self._file.read_text("ascii", errors="replace").splitlines()
        except OSError:
            return []
        useful = list(dict.fromkeys(reversed(lines[-self._limit :])))[::-1]
        if len(lines) > 2 * max(len(useful), 100):
            fresh = self._file.with_suffix(".part")
            with contextlib.suppress(OSError):
                fresh.write_text("".join(f"{line}\n" for line in useful), "ascii", errors="replace")
                fresh.replace(self._file)
        return useful

    def _append(self, line: str) -> None:
        with contextlib.suppress(OSError):  # a colour is worth no error
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="ascii") as file:
                file.write(line)
