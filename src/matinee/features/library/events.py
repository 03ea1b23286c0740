"""What other features may want to know."""

from __future__ import annotations

from dataclasses import dataclass

from matinee.infra.feature import Event


@dataclass(frozen=True, slots=True)
class LibraryChanged(Event):
    """A scan, or the removal of a folder, has changed what can be played. Numbers of files."""

    added: int = 0
    updated: int = 0
    removed: int = 0
