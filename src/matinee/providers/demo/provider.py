"""The demo as a source of titles: no key, no network."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from matinee.ports.metadata import (
    EpisodeDetails,
    Found,
    ImageSize,
    NotFound,
    Outcome,
    PersonCredit,
    SeasonDetails,
    TitleDetails,
    TitleMatch,
    TitleQuery,
)
from matinee.ports.ratings import AgeRating
from matinee.providers.demo.library import DemoLibrary
from matinee.providers.demo.titles import DemoEpisode, DemoTitle

EDITION = "v1"
"""Part of every picture's name, because a name never means other bytes later. Raise it when the drawings change."""
_PICTURE = re.compile(r"v1/(?P<slug>[a-z-]+)/(?:(?P<kind>poster|backdrop)|s(?P<season>\d)e(?P<number>\d))\.jpg")


class DemoProvider:
    """Implements `ports.metadata.MetadataProvider`. Finds its titles only while the demo library is there."""

    name = "demo"

    def __init__(self, library: DemoLibrary) -> None:
        self._library = library
        self._titles = {title.title_id: title for title in library.titles}
        self._drawing = asyncio.Semaphore(1)

    async def match(self, query: TitleQuery) -> Outcome[Sequence[TitleMatch]]:
        """By the exact words, with the year where the file has one; or by the hint `{demo-<slug>}`."""
        hinted = self._titles.get(f"local-demo-{query.hints.get('demo', '')}")
        if hinted is not None and hinted.kind == query.kind:
            return Found([replace(_match(hinted, 1.0), by_id=True)])
        if not await asyncio.to_thread(self._library.present):
            return NotFound()
        words = _folded(query.title)
        found = [
            _match(title, 0.99 if query.year else 0.9)
            for title in self._titles.values()
            if title.kind == query.kind and _folded(title.title) == words and query.year in {None, title.year}
        ]
        return Found(found) if found else NotFound()

    async def title(self, title_id: str) -> Outcome[TitleDetails]:
        """Everything about one of the titles."""
        title = self._titles.get(title_id)
        return Found(_details(title)) if title else NotFound()

    async def image(self, name: str, size: ImageSize | None = None) -> Outcome[bytes]:
        """The picture, drawn on the spot in its one size; about half a second of one core."""
        draw = self._drawing_of(name)
        if draw is None:
            return NotFound()
        async with self._drawing:
            return Found(await asyncio.to_thread(draw))

    def _drawing_of(self, name: str) -> Callable[[], bytes] | None:
        parts = _PICTURE.fullmatch(name)
        title = self._titles.get(f"local-demo-{parts['slug']}") if parts else None
        if parts is None or title is None:
            return None
        from matinee.providers.demo import pictures  # and Pillow, with the first picture

        if parts["kind"]:
            return partial(pictures.poster if parts["kind"] == "poster" else pictures.backdrop, title)
        wanted = (int(parts["season"]), int(parts["number"]))
        episode = next((one for one in title.episodes if (one.season, one.number) == wanted), None)
        return partial(pictures.still, title, episode) if episode else None


_EVERYBODY = AgeRating("", "G", 0)


def _match(title: DemoTitle, score: float) -> TitleMatch:
    return TitleMatch(title.title_id, title.kind, title.title, title.year, score)


def _details(title: DemoTitle) -> TitleDetails:
    made = "Creator" if title.kind == "show" else "Director"
    crew = [PersonCredit(title.director, made, "crew"), PersonCredit(title.writer, "Writer", "crew")]
    return TitleDetails(
        title_id=title.title_id,
        kind=title.kind,
        title=title.title,
        original_title=title.title,
        overview=title.overview,
        tagline=title.tagline,
        release_date=title.release_date,
        runtime=max(1, round(title.clip.seconds / 60)),
        genres=tuple(title.genres),
        vote_average=title.vote,
        vote_count=title.votes,
        poster=f"{EDITION}/{title.slug}/poster.jpg",
        backdrop=f"{EDITION}/{title.slug}/backdrop.jpg",
        credits=(*(PersonCredit(name, role) for name, role in title.cast), *crew),
        seasons=tuple(_season(title, number) for number in sorted({episode.season for episode in title.episodes})),
        age_rating=_EVERYBODY,
        attribution="Demo",
    )


def _season(title: DemoTitle, number: int) -> SeasonDetails:
    episodes = [episode for episode in title.episodes if episode.season == number]
    return SeasonDetails(
        number=number,
        name=f"Season {number}",
        air_date=title.air_date(episodes[0]),
        poster=f"{EDITION}/{title.slug}/poster.jpg",
        episodes=tuple(_episode(title, episode) for episode in episodes),
    )


def _episode(title: DemoTitle, episode: DemoEpisode) -> EpisodeDetails:
    return EpisodeDetails(
        season=episode.season,
        number=episode.number,
        name=episode.name,
        overview=episode.overview,
        air_date=title.air_date(episode),
        runtime=max(1, round(title.clip.seconds / 60)),
        still=f"{EDITION}/{title.slug}/s{episode.season}e{episode.number}.jpg",
    )


def _folded(words: str) -> str:
    plain = unicodedata.normalize("NFKD", words.casefold()).replace("&", " and ").replace("'", "").replace("\u2019", "")
    return " ".join(re.findall(r"[a-z0-9]+", plain))
