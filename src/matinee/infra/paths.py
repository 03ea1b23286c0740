"""Where the process keeps its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DataPaths:
    """Folders below the data directory. Everything under `cache` may be deleted at any time."""

    root: Path

    @property
    def pictures(self) -> Path:
        return self.root / "pictures"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def segments(self) -> Path:
        return self.cache / "segments"

    @property
    def prepared(self) -> Path:
        return self.root / "prepared"

    @property
    def demo(self) -> Path:
        return self.root / "demo"

    @property
    def jobs_database(self) -> Path:
        return self.root / "jobs.db"

    def create(self) -> None:
        """Make the folders; raises OSError where that is not allowed."""
        for path in (self.root, self.pictures, self.cache, self.segments, self.prepared):
            path.mkdir(parents=True, exist_ok=True)
