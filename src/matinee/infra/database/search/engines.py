"""How each engine finds candidates. Ranking is the same for both and lives in `index.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sqlalchemy import Select, column, func, literal, literal_column, select, table, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from matinee.infra.database.search.tables import SearchDocument, SearchWord
from matinee.infra.database.search.text import trigrams

Area = Literal["title", "everything"]
Candidates = Select[*tuple[Any, ...]]
"""A query for rows of `CANDIDATE`."""
CANDIDATE = (
    SearchDocument.key,
    SearchDocument.title,
    SearchDocument.name,
    SearchDocument.people,
    SearchDocument.squashed_title,
    SearchDocument.squashed_name,
    SearchDocument.popularity,
)
_SIMILAR_WORDS = 120
_SIMILAR = """SELECT asked.word, near.word FROM unnest(CAST(:words AS text[])) AS asked(word) CROSS JOIN LATERAL (
    SELECT word FROM search_word WHERE word % asked.word ORDER BY similarity(word, asked.word) DESC LIMIT :most) AS near"""
Similar = Mapping[str, Sequence[str]]
_FTS = table("search_fts", column("rowid"))
_FTS_WORD = table("search_fts_word", column("rowid"))


@dataclass(frozen=True, slots=True)
class Term:
    """One word that is asked for: any of these spellings, the first one also as the beginning of a word where `prefix`."""

    spellings: tuple[str, ...]
    prefix: bool = False


class SearchEngine(Protocol):
    """The full-text half of one database engine."""

    def matching(self, terms: Sequence[Term], area: Area) -> Candidates:
        """A query for candidates in which every term occurs; in no order, so that it can stop early."""

    async def similar_words(self, session: AsyncSession, words: Sequence[str]) -> Similar:
        """For each of these, words of titles that share most groups of three characters with it; one question for all."""


class SqliteEngine:
    """FTS5: an inverted index of words and one of trigrams."""

    def matching(self, terms: Sequence[Term], area: Area) -> Candidates:
        query = " AND ".join(f"({self._term(term)})" for term in terms)
        if area == "title":
            query = f"{{title name}} : ({query})"
        found = select(_FTS.c.rowid).where(literal_column("search_fts").op("MATCH")(query)).subquery()
        return _candidates().join(found, found.c.rowid == SearchDocument.number)

    async def similar_words(self, session: AsyncSession, words: Sequence[str]) -> Similar:
        some = [self._similar(word) for word in words]
        return _by_word(await session.execute(union_all(*some) if len(some) > 1 else some[0]))

    @staticmethod
    def _similar(word: str) -> Select[str, str]:
        groups = [_quoted(group) for group in trigrams(word)]
        matches = literal_column("search_fts_word").op("MATCH")
        each = union_all(*(select(_FTS_WORD.c.rowid).where(matches(group)) for group in groups)).subquery()
        # One error spoils at most three groups; two in common are asked of longer words, which share one with too many others.
        least = 1 if len(groups) < 5 else 2
        counted = select(each.c.rowid).group_by(each.c.rowid).having(func.count() >= least)
        counted = counted.order_by(func.count().desc()).limit(_SIMILAR_WORDS)
        return select(literal(word), SearchWord.word).where(SearchWord.number.in_(counted))

    @staticmethod
    def _term(term: Term) -> str:
        words = [_quoted(spelling) for spelling in term.spellings]
        if term.prefix:
            words[0] += "*"
        return " OR ".join(words)


class PostgresEngine:
    """Text vectors under GIN, and pg_trgm where it is installed."""

    def __init__(self) -> None:
        self._trigrams: bool | None = None

    def matching(self, terms: Sequence[Term], area: Area) -> Candidates:
        query = " & ".join(f"({self._term(term)})" for term in terms)
        vector: Any = column("title_vector" if area == "title" else "text_vector")
        return _candidates().where(vector.op("@@")(func.to_tsquery("simple", query)))

    async def similar_words(self, session: AsyncSession, words: Sequence[str]) -> Similar:
        if self._trigrams is None:
            installed = await session.execute(text("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"))
            self._trigrams = bool(installed.scalar_one())
        if self._trigrams:
            return _by_word(await session.execute(text(_SIMILAR), {"words": list(words), "most": _SIMILAR_WORDS}))
        found: dict[str, list[str]] = {}
        for word in words:
            start = word[:2]
            near = select(SearchWord.word).where(SearchWord.word >= start, SearchWord.word < after(start))
            near = near.where(func.length(SearchWord.word).between(len(word) - 2, len(word) + 2))
            found[word] = list((await session.execute(near.limit(5000))).scalars())
        return found

    @staticmethod
    def _term(term: Term) -> str:
        words = [f"'{spelling}'" for spelling in term.spellings]
        if term.prefix:
            words[0] += ":*"
        return " | ".join(words)


def after(prefix: str) -> str:
    """A string greater than every string that begins with `prefix`, in byte order."""
    return prefix + "\U0010ffff"


def _by_word(rows: Iterable[Any]) -> Similar:  # Any: rows of two words
    found: dict[str, list[str]] = {}
    for asked, similar in rows:
        found.setdefault(asked, []).append(similar)
    return found


def _candidates() -> Candidates:
    return select(*CANDIDATE)


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
