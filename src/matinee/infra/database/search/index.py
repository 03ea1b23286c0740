"""The search index: keep documents, find them by words, also misspelt ones, best first, the same on both engines.

Candidates come in stages, each of which reads a bounded number of rows through an index: titles that are or begin with the text
(spaces do not matter), titles with all the words, people and descriptions with all the words, titles with corrected words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import CompoundSelect, delete, select, union_all

from matinee.infra.database.search.engines import (
    CANDIDATE,
    Area,
    Candidates,
    PostgresEngine,
    SearchEngine,
    SqliteEngine,
    Term,
    after,
)
from matinee.infra.database.search.ranking import Hit, Wanted, score
from matinee.infra.database.search.tables import SearchDocument, SearchWord
from matinee.infra.database.search.text import STOP_WORDS, allowed_errors, corrections, near_spellings, squash, words_of
from matinee.infra.database.unit import ReadUnit, UnitOfWork
from matinee.infra.database.upsert import rows_into

MOST_HITS = 400
"""How deep a search goes."""
_MOST_WORDS = 10
_ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be found under `key`. `popularity` is 0..1 and decides between equals."""

    key: str
    kind: str
    title: str
    name: str = ""
    """Another title, such as the original one."""
    people: Sequence[str] = ()
    body: str = ""
    popularity: float = 0.0


class SearchIndex(Protocol):
    """Full-text search over documents of any feature."""

    async def put(self, unit: UnitOfWork, documents: Sequence[Document]) -> None:
        """Add documents, or replace those of the same key."""

    async def remove(self, unit: UnitOfWork, keys: Sequence[str]) -> None:
        """Take documents out; unknown keys are no error."""

    async def find(self, unit: ReadUnit, text: str, *, kind: str | None = None, limit: int = MOST_HITS) -> list[Hit]:
        """Documents that fit, best first. Any text is allowed; one without words finds nothing."""


class DatabaseSearch:
    """`SearchIndex` beside the data it indexes, in the same transactions."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self._engine: SearchEngine = SqliteEngine() if is_sqlite else PostgresEngine()

    async def put(self, unit: UnitOfWork, documents: Sequence[Document]) -> None:
        rows = [_row(document) for document in documents]
        if not rows:
            return
        statement = rows_into(unit, SearchDocument)
        changed = {name: statement.excluded[name] for name in rows[0] if name != "key"}
        await unit.session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=changed), rows)
        words = {word for row in rows for word in f"{row['title']} {row['name']}".split() if len(word) > 2}
        await self._learn(unit, sorted(words))

    async def remove(self, unit: UnitOfWork, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            await unit.session.execute(delete(SearchDocument).where(SearchDocument.key.in_(some)))

    async def find(self, unit: ReadUnit, text: str, *, kind: str | None = None, limit: int = MOST_HITS) -> list[Hit]:
        wanted = Wanted(words_of(text[:200])[:_MOST_WORDS], squash(text[:200]))
        if not wanted.words:
            return []
        found: dict[str, Hit] = {}
        await self._collect(unit, found, _beginning_with(wanted.squashed, kind), wanted)
        terms = _terms(wanted.words)
        if terms:
            await self._collect(unit, found, _of_kind(self._engine.matching(terms, "title"), kind), wanted)
            if len(found) < max(limit, _ENOUGH):
                everywhere = _of_kind(self._engine.matching(terms, "everything"), kind)
                await self._collect(unit, found, everywhere, wanted, area="everything")
        if sum(hit.in_title for hit in found.values()) < _ENOUGH and not any(hit.exact for hit in found.values()):
            await self._collect_corrected(unit, found, wanted, kind)
        return sorted(found.values(), key=lambda hit: (-hit.score, hit.key))[:limit]

    async def _collect(
        self,
        unit: ReadUnit,
        found: dict[str, Hit],
        query: Candidates | CompoundSelect[*tuple[Any, ...]],
        wanted: Wanted,
        area: Area = "title",
    ) -> None:
        for row in await unit.session.execute(query.limit(MOST_HITS)):
            hit = score(row, wanted, area)
            if hit.key not in found or found[hit.key].score < hit.score:
                found[hit.key] = hit

    async def _collect_corrected(self, unit: ReadUnit, found: dict[str, Hit], wanted: Wanted, kind: str | None) -> None:
        telling = [word for word in wanted.words if word not in STOP_WORDS or len(wanted.words) == 1]
        others = await self._corrections(unit, telling)
        if any(others.values()):
            last = wanted.words[-1]
            terms = [Term((word, *others.get(word, ())), prefix=word is last and len(word) > 2) for word in telling]
            misspelt = Wanted(wanted.words, wanted.squashed, tuple(term.spellings for term in terms))
            await self._collect(unit, found, _of_kind(self._engine.matching(terms, "title"), kind), misspelt)

    async def _corrections(self, unit: ReadUnit, words: Sequence[str]) -> dict[str, list[str]]:
        """Known words near to each of these; two questions whatever their number."""
        asked = [word for word in dict.fromkeys(words) if allowed_errors(word) and not word.isdigit()]
        if not asked:
            return {}
        near = {word: near_spellings(word) for word in asked}
        query = select(SearchWord.word).where(SearchWord.word.in_(sorted(set().union(*near.values()))))
        known = set((await unit.session.execute(query)).scalars())
        similar = await self._engine.similar_words(unit.session, asked)
        return {word: corrections(word, [*(near[word] & known), *similar.get(word, ())]) for word in asked}

    async def _learn(self, unit: UnitOfWork, words: Sequence[str]) -> None:
        """Words in order, so that two writers on PostgreSQL never wait for each other in a circle."""
        for start in range(0, len(words), 500):
            some = words[start : start + 500]
            known = set((await unit.session.execute(select(SearchWord.word).where(SearchWord.word.in_(some)))).scalars())
            fresh = [{"word": word} for word in some if word not in known]
            if fresh:
                await unit.session.execute(rows_into(unit, SearchWord).on_conflict_do_nothing(), fresh)


def _terms(words: Sequence[str]) -> list[Term]:
    """What is looked up word by word: everything but words too common or too short to tell titles apart.

    Those are served by the titles that begin with the text; a list of all others would be long and would say nothing.
    """
    telling = [word for word in words if word not in STOP_WORDS and (len(word) > 2 or len(words) > 1 or not word.isascii())]
    return [Term((word,), prefix=word is words[-1] and len(word) > 2) for word in telling]


def _beginning_with(squashed: str, kind: str | None) -> CompoundSelect[*tuple[Any, ...]]:
    """Titles and names that begin so, each by its own index; names are few, so they come first."""
    columns = (SearchDocument.squashed_name, SearchDocument.squashed_title)
    some = (
        _of_kind(_titles().where(column >= squashed, column < after(squashed)).order_by(column), kind)
        .limit(MOST_HITS // 2)
        .subquery()
        for column in columns
    )
    return union_all(*(select(one) for one in some))


def _titles() -> Candidates:
    return select(*CANDIDATE)


def _of_kind(query: Candidates, kind: str | None) -> Candidates:
    return query if kind is None else query.where(SearchDocument.kind == kind)


def _people(names: Sequence[str]) -> Sequence[str]:
    """The words of all names; at once where that gives the same."""
    joined = " ".join(names)
    return words_of(joined) if joined.isascii() else [word for name in names for word in words_of(name)]


def _row(document: Document) -> dict[str, Any]:
    folded_name = " ".join(words_of(document.name))
    return {
        "key": document.key,
        "kind": document.kind,
        "title": " ".join(words_of(document.title)),
        "name": folded_name,
        "people": " ".join(_people(document.people))[:2000],
        "body": " ".join(words_of(document.body))[:3000],
        "squashed_title": squash(document.title)[:200],
        "squashed_name": squash(document.name)[:200],
        "popularity": min(max(document.popularity, 0.0), 1.0),
    }
