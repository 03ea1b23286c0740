"""The second tier's file, as its one thread uses it. Generations are judged as in Redis; see `tiers`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog

from matinee.infra.cache import codec, disk_schema
from matinee.infra.cache.entries import Invalidation
from matinee.infra.cache.stored import Stored
from matinee.infra.cache.tiers import Answer, Verdict

log = structlog.get_logger(__name__)
KEEP = 20_000
"""Generations that are kept; beyond that the older half goes and the floor rises to it."""
_LOW_WATER = 0.9
_LOOK_AFTER = 0.02
"""Look at the size, and for entries that have ended, after writing that part of the limit."""
_TOUCHED = 4096
_PUT = (
    "INSERT INTO entries (key, mark, tags, expires, used, data) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE"
    " SET mark = excluded.mark, tags = excluded.tags, expires = excluded.expires, used = excluded.used, data = excluded.data"
)
_AT_ONCE = 500


class DiskFile:
    """Not safe for several threads at once; several processes may have it open. Methods raise sqlite3.Error.

    Times are seconds since the epoch. Use is written down with the next write, so reading costs no writing.
    """

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self._limit = limit
        self._connection: sqlite3.Connection | None = None
        self._touched: dict[str, float] = {}
        self._unseen = 0
        self.entries = self.bytes = self.evictions = 0

    def open(self, now: float) -> None:
        """Open it; one that is broken or of another version is set aside, and an empty one takes its place."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._begin(now)
        except sqlite3.Error as error:
            if not disk_schema.is_broken(error):
                raise
            self.set_aside(error)
            self._begin(now)

    def set_aside(self, error: sqlite3.Error) -> None:
        """Put the file away for whoever wants to look at it; only the last one is kept."""
        self.close()
        aside = self._path.with_name(self._path.name + ".broken")
        log.warning("cache_file_set_aside", file=str(aside), error=str(error))
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        if self._path.exists():
            self._path.replace(aside)

    def close(self) -> None:
        """Write down what was used, and close."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            self._write_touched(connection)
        except sqlite3.Error as error:
            log.debug("cache_file_close", error=str(error))
        finally:
            connection.close()

    def read(self, key: str, now: float) -> Answer:
        """A valid entry, and the latest generation."""
        connection = self._opened(now)
        latest = self._latest(connection, now)
        row = connection.execute("SELECT mark, tags, data FROM entries WHERE key = ? AND expires > ?", (key, now)).fetchone()
        if row is None:
            return Answer(None, latest)
        mark, tags = row[0], codec.unpack_tags(row[1])
        stored = codec.decode(row[2], tags, mark) if self._verdict(connection, key, tags, mark) == "valid" else None
        if stored is None:
            connection.execute("DELETE FROM entries WHERE key = ? AND mark = ?", (key, mark))
        else:
            self._touch(key, now)
        return Answer(stored, latest)

    def check(self, key: str, tags: frozenset[str], mark: int, now: float) -> Verdict:
        """Whether an entry is still valid; it counts as used."""
        connection = self._opened(now)
        self._touch(key, now)
        self._latest(connection, now)
        return self._verdict(connection, key, tags, mark)

    def write(self, key: str, stored: Stored, expires: float, now: float) -> bool:
        """False when it was invalidated since its mark."""
        return not self.write_all([(key, stored, expires)], now)

    def write_all(self, some: Sequence[tuple[str, Stored, float]], now: float) -> set[str]:
        """Entries with the times of their end, in one transaction; the keys of those that were invalidated since their marks."""
        connection = self._opened(now)
        made = [(codec.encode(stored), codec.pack_tags(stored.tags)) for _, stored, _ in some]
        refused: set[str] = set()
        self._latest(connection, now)
        with _transaction(connection):
            for (key, stored, expires), (data, tags) in zip(some, made, strict=True):
                if stored.mark is None or self._verdict(connection, key, stored.tags, stored.mark) != "valid":
                    refused.add(key)
                    continue
                connection.execute(_PUT, (key, stored.mark, tags, expires, now, data))
                self._unseen += len(data)
            self._write_touched(connection)
        if self._unseen > self._limit * _LOOK_AFTER:
            self._trim(connection, now)
        return refused

    def remove(self, invalidation: Invalidation, now: float) -> None:
        """Take the next generation for it."""
        connection = self._opened(now)
        self._latest(connection, now)
        names = [*("k" + key for key in invalidation.keys), *("t" + tag for tag in invalidation.tags)]
        names += ["*"] * invalidation.everything
        names += [] if invalidation.prefix is None else ["p" + invalidation.prefix]
        with _transaction(connection):
            number = max(_generation(connection, "#") + 1, int(now * 1e6))
            rows = [(name, number) for name in ("#", *names)]
            connection.executemany("INSERT OR REPLACE INTO generations VALUES (?, ?)", rows)
            connection.executemany("DELETE FROM entries WHERE key = ?", [(key,) for key in invalidation.keys])
            if invalidation.prefix is not None:
                prefix = invalidation.prefix
                connection.execute("DELETE FROM entries WHERE substr(key, 1, ?) = ?", (len(prefix), prefix))
            if invalidation.everything:
                connection.execute("DELETE FROM entries")
            self._prune(connection)
        if invalidation.everything:
            self._trim(connection, now)

    def _begin(self, now: float) -> None:
        self._connection = disk_schema.connect(self._path)
        self._latest(self._connection, now)
        self._trim(self._connection, now)

    def _opened(self, now: float) -> sqlite3.Connection:
        if self._connection is None:
            self.open(now)
        assert self._connection is not None
        return self._connection

    def _latest(self, connection: sqlite3.Connection, now: float) -> int:
        """The latest generation; in a new file the first one, which is the floor too."""
        found = _generation(connection, "#")
        if found:
            return found
        first = int(now * 1e6)
        with _transaction(connection):
            connection.executemany("INSERT OR IGNORE INTO generations VALUES (?, ?)", [("#", first), ("-", first)])
        return _generation(connection, "#")

    def _verdict(self, connection: sqlite3.Connection, key: str, tags: frozenset[str], mark: int) -> Verdict:
        if mark >= _generation(connection, "#"):  # nothing at all was invalidated since
            return "valid"
        if mark < _generation(connection, "-"):
            return "unknown"
        names = ["*", "k" + key, *("t" + tag for tag in tags)]
        query = f"SELECT max(generation) FROM generations WHERE name IN ({','.join('?' * len(names))})"  # noqa: S608 - only marks
        if (connection.execute(query, names).fetchone()[0] or 0) > mark:
            return "invalid"
        prefixes = connection.execute("SELECT name FROM generations WHERE name >= 'p' AND name < 'q' AND generation > ?", (mark,))
        return "invalid" if any(key.startswith(name[1:]) for (name,) in prefixes) else "valid"

    def _prune(self, connection: sqlite3.Connection) -> None:
        (count,) = connection.execute("SELECT count(*) FROM generations").fetchone()
        if count <= KEEP:
            return
        middle = "SELECT generation FROM generations WHERE name NOT IN ('#', '-', '*') ORDER BY generation LIMIT 1 OFFSET ?"
        (floor,) = connection.execute(middle, (count // 2,)).fetchone()
        connection.execute("DELETE FROM generations WHERE generation <= ? AND name NOT IN ('#', '-', '*')", (floor,))
        connection.execute("UPDATE generations SET generation = max(generation, ?) WHERE name = '-'", (floor,))

    def _touch(self, key: str, now: float) -> None:
        if len(self._touched) < _TOUCHED:
            self._touched[key] = now

    def _write_touched(self, connection: sqlite3.Connection) -> None:
        if self._touched:
            rows = [(used, key) for key, used in self._touched.items()]
            self._touched.clear()
            connection.executemany("UPDATE entries SET used = ? WHERE key = ?", rows)

    def _trim(self, connection: sqlite3.Connection, now: float) -> None:
        """Remove what has ended, and what was used least recently as long as there is too much."""
        self._unseen = 0
        with _transaction(connection):
            connection.execute("DELETE FROM entries WHERE expires <= ?", (now,))
        if disk_schema.size(connection) > self._limit:
            self._write_touched(connection)
            while disk_schema.size(connection) > self._limit * _LOW_WATER and self._evict(connection):
                pass
        connection.execute("PRAGMA incremental_vacuum").fetchall()
        self.bytes = disk_schema.size(connection)
        (self.entries,) = connection.execute("SELECT count(*) FROM entries").fetchone()

    def _evict(self, connection: sqlite3.Connection) -> int:
        """Remove some of the oldest: about a twentieth of them, so that small files are not emptied by one step."""
        (count,) = connection.execute("SELECT count(*) FROM entries").fetchone()
        some = max(1, min(_AT_ONCE, count // 20))
        with _transaction(connection):
            gone = connection.execute(
                "DELETE FROM entries WHERE id IN (SELECT id FROM entries ORDER BY used LIMIT ?)", (some,)
            ).rowcount
        self.evictions += gone
        return gone


def _generation(connection: sqlite3.Connection, name: str) -> int:
    row = connection.execute("SELECT generation FROM generations WHERE name = ?", (name,)).fetchone()
    return row[0] if row is not None else 0


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
