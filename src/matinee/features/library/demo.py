"""The demo library, as this feature sees it. A provider implements it; bootstrap puts it into the container under this type."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

DemoProgress = Callable[[int, int | None, str], Awaitable[None]]
"""Files done, files in all, what is being made. May raise to stop."""


class DemoLibrary(Protocol):
    """Makes and removes the demo's files."""

    folder: Path

    def present(self) -> bool:
        """Whether any of it is there. Blocking."""

    def installed(self) -> bool:
        """Whether every file is there. Blocking."""

    async def install(self, progress: DemoProgress | None = None) -> Path:
        """Make the files that are missing, whole and one by one; gives the folder. May be interrupted and called again."""

    async def remove(self) -> None:
        """Delete the demo's files and nothing else."""
