"""Search: the server's own index and the upstream's answer as one list without doubles.

The first stretch of the list is the index's best hits and the first page of the upstream, in the order of one score; after it
come the further pages of the upstream. A cursor names a place in the first stretch by its score, so that a title that is added
meanwhile shifts nothing, or a page of the upstream.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from matinee.features.catalog.cache import LIBRARY, SEARCH, CatalogPolicies, incomplete, last_resort, tagged
from matinee.features.catalog.errors import source_error
from matinee.features.catalog.models import Title
from matinee.features.catalog.policy import popularity
from matinee.features.catalog.repository import KnownRepository, ListRepository, TitleFacts
from matinee.features.catalog.schemas import HitKind, SearchHit, SearchList, Suggestion, SuggestionList
from matinee.features.catalog.sourcing import Answer, Upstream
from matinee.features.catalog.views import Views
from matinee.infra.cache import SourceFailed
from matinee.infra.cache.freshness import Freshness
from matinee.infra.database import Database, ReadUnit
from matinee.infra.database.search import MOST_HITS, Document, Hit, SearchIndex, fitting
from matinee.infra.errors import InvalidCursor
from matinee.infra.http.answers.shared import Degraded
from matinee.infra.http.answers.structs import struct_of
from matinee.infra.paging import Cursors, Scalar
from matinee.ports.catalogue import Locale, PersonSummary, SearchPage, TitleSummary
from matinee.ports.metadata import TitleKind

_BEST = 60
"""Hits of the index that are merged with an upstream's; what ranks below is better told by the upstream."""
_MOST_PAGES = 6
_LONGEST = 100
_SearchList, _SuggestionList, _Suggestion = struct_of(SearchList), struct_of(SuggestionList), struct_of(Suggestion)
Said = Answer[SearchPage] | SourceFailed | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One hit before it is shown: a row, or what an upstream says."""

    key: str
    score: float
    source: str
    value: Title | TitleSummary | PersonSummary

    @property
    def place(self) -> tuple[float, str]:
        """What the first stretch is sorted by."""
        return (-self.score, self.key)


@dataclass(slots=True)
class Walk:
    """What one answer gathers. `number` and `offset` are where the upstream's further pages begin."""

    freshness: Freshness
    shown: set[str]
    found: list[tuple[list[Scalar], Entry]] = field(default_factory=list)
    number: int = 2
    offset: int = 0
    pages: int = 1


class Searcher:
    """Every answer comes with its freshness; nothing in it depends on the caller."""

    def __init__(
        self,
        database: Database,
        search: SearchIndex,
        upstream: Upstream,
        policies: CatalogPolicies,
        cursors: Cursors,
        views: Views,
    ) -> None:
        self._database = database
        self._search = search
        self._upstream = upstream
        self._policy = policies.search
        self._cursors = cursors
        self._views = views
        self._lists = ListRepository()
        self._known = KnownRepository()

    async def search(
        self, text: str, kind: HitKind | None, locale: Locale, limit: int, cursor: str | None = None
    ) -> tuple[SearchList, Freshness]:
        """Titles and people that fit the words, best first; forgives typing errors; accepts any text.

        Raises `InvalidCursor`; `SourceUnavailable` where the upstream cannot be asked and the index has nothing instead.
        """
        words = normal(text)
        scope = f"catalog.search?q={words}&kind={kind}&{locale}"
        place = _place(self._cursors.open(scope, cursor))
        said = await self._ask(words, kind, 1, locale)
        async with self._database.read() as unit:
            stretch = await self._stretch(unit, words, kind, said, limit, place)
        if isinstance(said, SourceFailed) and not stretch:
            # "Nothing found" would be a lie: whoever knows more could not be asked.
            raise source_error(said)
        walk = Walk(self._freshness(said), shown={entry.key for entry in stretch})
        if place is None or place[0] == "hit":
            walk.found = [(["hit", entry.score, entry.key], entry) for entry in _after(stretch, place)]
        else:
            walk.number, walk.offset = int(str(place[1])), int(str(place[2]))
        walk.pages = said.value.pages if isinstance(said, Answer) else 1
        if place is not None and place[0] == "page" and isinstance(said, SourceFailed):
            raise source_error(said)
        await self._walk_on(walk, words, kind, locale, limit)
        page = self._cursors.page(scope, walk.found, limit)
        following = page.next_cursor
        if following is None and walk.number <= walk.pages:
            following = self._cursors.seal(scope, ["page", walk.number, walk.offset])
        hits = await self._shown(page.items)
        return _SearchList(items=hits, next_cursor=following, degraded=Degraded.of(walk.freshness)), walk.freshness

    async def suggest(self, text: str, locale: Locale, limit: int) -> tuple[SuggestionList, Freshness]:
        """For text that is still being typed: the index, and what an upstream has already said of the same words."""
        words = normal(text)
        said = await self._upstream.searched(words, None, locale) if words and self._upstream.there else None
        async with self._database.read() as unit:
            hits = await self._search.find(unit, words, limit=limit)
            rows = await self._lists.by_ids(unit, [hit.key for hit in hits])
        entries = _merged(words, None, hits, rows, said)[:limit]
        freshness = self._freshness(None)
        return _SuggestionList(items=[_suggestion(entry) for entry in entries]), freshness

    async def _ask(self, words: str, kind: HitKind | None, page: int, locale: Locale) -> Said:
        if not words or not self._upstream.there:
            return None
        try:
            return await self._upstream.search(words, _title_kind(kind), page, locale)
        except SourceFailed as failed:
            return failed

    def _freshness(self, said: Said) -> Freshness:
        if isinstance(said, Answer):
            return tagged(said.freshness, LIBRARY)
        if said is None:
            return Freshness.now(self._policy, frozenset({SEARCH, LIBRARY}))
        return last_resort(self._policy, said, 0.0, SEARCH, LIBRARY)

    async def _stretch(
        self, unit: ReadUnit, words: str, kind: HitKind | None, said: Said, limit: int, place: Sequence[Scalar] | None
    ) -> list[Entry]:
        """The first stretch of the list, in order."""
        hits: Sequence[Hit] = ()
        if kind != "person":
            # The first page needs no more than its own best; what the index adds for later pages ranks below.
            alone = limit + 1 if place is None else MOST_HITS
            hits = await self._search.find(unit, words, kind=kind, limit=_BEST if isinstance(said, Answer) else alone)
        rows = await self._lists.by_ids(unit, [hit.key for hit in hits])
        return _merged(words, kind, hits, rows, said if isinstance(said, Answer) else None)

    async def _walk_on(self, walk: Walk, words: str, kind: HitKind | None, locale: Locale, limit: int) -> None:
        """Add hits of the upstream's further pages while there are too few."""
        for _ in range(_MOST_PAGES):
            if walk.number > walk.pages or len(walk.found) >= limit:
                return
            said = await self._ask(words, kind, walk.number, locale)
            if isinstance(said, SourceFailed):
                if not walk.found:
                    raise source_error(said)
                walk.freshness = incomplete(walk.freshness, said)
                return
            if said is None:
                walk.pages = walk.number - 1
                return
            walk.freshness = walk.freshness.joined(said.freshness)
            for index, entry in enumerate(_entries(words, kind, said)):
                if index >= walk.offset and entry.key not in walk.shown:
                    walk.shown.add(entry.key)
                    walk.found.append((["page", walk.number, index + 1], entry))
            walk.number, walk.offset = walk.number + 1, 0

    async def _shown(self, entries: Sequence[Entry]) -> list[SearchHit]:
        ids = [entry.key for entry in entries if isinstance(entry.value, TitleSummary)]
        async with self._database.read() as unit:
            facts = await self._known.facts(unit, ids)
        return [self._hit(entry, facts) for entry in entries]

    def _hit(self, entry: Entry, facts: Mapping[str, TitleFacts]) -> SearchHit:
        if isinstance(entry.value, Title):
            return self._views.hit(entry.value, entry.score)
        if isinstance(entry.value, PersonSummary):
            return self._views.person_hit(entry.source, entry.value, entry.score)
        return self._views.summary_hit(entry.source, entry.value, facts.get(entry.key), entry.score)


def normal(text: str) -> str:
    """The words as they are looked up: case and spaces make no other question."""
    return " ".join(text.replace("\0", " ").casefold().split())[:_LONGEST]


def _title_kind(kind: HitKind | None) -> TitleKind | None:
    return None if kind == "person" else kind


def _merged(
    words: str, kind: HitKind | None, hits: Sequence[Hit], rows: Mapping[str, Title], said: Answer[SearchPage] | None
) -> list[Entry]:
    """The index's hits and an upstream's as one list, best first; where both have a title, the better score and the upstream's
    words, which are in the caller's language."""
    entries = {hit.key: Entry(hit.key, hit.score, "", rows[hit.key]) for hit in hits if hit.key in rows}
    for entry in _entries(words, kind, said) if said is not None else ():
        ours = entries.get(entry.key)
        entries[entry.key] = entry if ours is None else replace(entry, score=max(entry.score, ours.score))
    return sorted(entries.values(), key=lambda entry: entry.place)


def _entries(words: str, kind: HitKind | None, said: Answer[SearchPage]) -> Iterator[Entry]:
    fit = fitting(words)
    if kind != "person":
        for one in said.value.titles:
            liked = popularity(one.vote_average or 0.0, one.vote_count)
            yield Entry(one.title_id, fit(Document(one.title_id, one.kind, one.title, popularity=liked)), said.source, one)
    if kind in {None, "person"}:
        for person in said.value.people:
            known = min(1.0, person.popularity / 100)
            document = Document(person.person_id, "person", person.name, popularity=known)
            yield Entry(person.person_id, fit(document), said.source, person)


def _after(stretch: Sequence[Entry], place: Sequence[Scalar] | None) -> list[Entry]:
    if place is None:
        return list(stretch)
    edge = (-float(str(place[1])), str(place[2]))
    return [entry for entry in stretch if entry.place > edge]


def _place(values: Sequence[Scalar] | None) -> Sequence[Scalar] | None:
    if values is not None and (len(values) != 3 or values[0] not in {"hit", "page"}):
        raise InvalidCursor
    return values


def _suggestion(entry: Entry) -> Suggestion:
    value = entry.value
    if isinstance(value, PersonSummary):
        return _Suggestion(id=value.person_id, kind="person", title=value.name)
    kind: HitKind = "show" if value.kind == "show" else "movie"
    return _Suggestion(id=entry.key, kind=kind, title=value.title, year=value.year or None)
