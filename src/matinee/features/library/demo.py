"""The demo library, as this feature sees it. A provider implements it; bootstrap puts it into the container."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

DemoProgress = Callable[[int, int, str], Awaitable[None]]
"""Done, total, what is being made."""


class DemoLibrary(Protocol):
    """Makes and removes the demo's files."""

    async def installed(self) -> bool:
        """Whether the files are there."""

    async def install(self, progress: DemoProgress) -> Path:
        """Make what is missing of the files; gives their folder. May be interrupted and called again."""

    async def remove(self) -> None:
        """Delete the files."""
