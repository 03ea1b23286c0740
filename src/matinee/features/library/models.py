"""Tables of the library. Titles are the catalogue's: `title_id` is a plain id, so that neither feature's tables pin the other's.

Nothing here is deleted because a disk is away: a file that is gone becomes `missing` and keeps its row, ids and history.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import ByteOrdered, Json, Table


class LibraryFolder(Table):
    """A folder that is scanned. `path` is in the stored form of `paths.stored`."""

    __tablename__ = "library_folder"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    path: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    origin: Mapped[str] = mapped_column(String(8))
    """`user`, `settings` or `demo`."""
    generation: Mapped[int] = mapped_column(default=0)
    """Counts the scans; what carries an older number after a scan was not seen by it."""
    scanned_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    lease_holder: Mapped[str | None] = mapped_column(String(64))
    """Who scans this folder now, and until when it may be believed: two scans never run at once, in whatever process."""
    lease_until: Mapped[datetime | None]


class LibraryItem(Table):
    """Something that can be played: a film or one episode. `slot` is its place in the title (`movie`, `s01e02`, ...)."""

    __tablename__ = "library_item"
    __table_args__ = (UniqueConstraint("title_id", "slot"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    title_id: Mapped[str] = mapped_column(String(64))
    slot: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(8))
    season: Mapped[int | None]
    episode: Mapped[int | None]
    air_date: Mapped[str | None] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(Text, default="")
    """The episode's name as its file or NFO gives it; the catalogue's wins where it has one."""
    added_at: Mapped[datetime] = mapped_column(index=True)


class LibraryFile(Table):
    """A video file. `path` is relative to the folder, stored form; `path_key` is the same name in Unicode NFC, for comparison."""

    __tablename__ = "library_file"
    __table_args__ = (
        UniqueConstraint("folder_id", "path_key"),
        Index(None, "fingerprint"),
        Index(None, "folder_id", "generation"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    folder_id: Mapped[str] = mapped_column(ForeignKey("library_folder.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(Text)
    path_key: Mapped[str] = mapped_column(ByteOrdered)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    """0 asks the next scan to look again."""
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    sidecars_key: Mapped[str] = mapped_column(String(32), default="")
    """Changes when a subtitle or NFO beside the file does."""
    sidecars: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)  # Any: a JSON document
    """External subtitles: path (relative, stored form), language, title, forced, default, codec."""
    media: Mapped[dict[str, Any] | None] = mapped_column(Json)  # Any: the document of `infra.media.info`
    state: Mapped[str] = mapped_column(String(8))
    """`ok`, `broken` or `missing`."""
    edition: Mapped[str] = mapped_column(String(64), default="")
    generation: Mapped[int]
    added_at: Mapped[datetime]
    missing_since: Mapped[datetime | None]


class LibraryItemFile(Table):
    """Which files play an item. Several versions share an item; a file with several episodes serves several items."""

    __tablename__ = "library_item_file"

    item_id: Mapped[str] = mapped_column(ForeignKey("library_item.id", ondelete="CASCADE"), primary_key=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("library_file.id", ondelete="CASCADE"), primary_key=True, index=True)
    part: Mapped[int] = mapped_column(default=0)
    """1, 2, ... of a film in several files, else 0."""


class LibraryProblem(Table):
    """Why a file or folder could not be used; one row for each path, gone when a scan finds the path well."""

    __tablename__ = "library_problem"
    __table_args__ = (UniqueConstraint("folder_id", "path_key"), Index(None, "seen_at", "id"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    folder_id: Mapped[str] = mapped_column(ForeignKey("library_folder.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(Text)
    path_key: Mapped[str] = mapped_column(ByteOrdered)
    code: Mapped[str] = mapped_column(String(32))
    message: Mapped[str] = mapped_column(Text)
    generation: Mapped[int]
    seen_at: Mapped[datetime]


class LibraryScan(Table):
    """What a scan job has done so far; counted in the same commit as the work, so a resumed job counts nothing twice."""

    __tablename__ = "library_scan"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The job's id."""
    added: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0)
    missing: Mapped[int] = mapped_column(default=0)
    problems: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
