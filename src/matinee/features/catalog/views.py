"""Rows as wire types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from matinee.features.catalog.models import Episode, Season, Title
from matinee.features.catalog.pictures import PictureKind, picture_name
from matinee.features.catalog.repository import TitleFacts
from matinee.features.catalog.schemas import (
    AgeRatingView,
    CastCredit,
    Credits,
    CrewCredit,
    EpisodeView,
    FileSummary,
    GenreView,
    ItemProgress,
    ItemSummary,
    LibraryState,
    MovieView,
    PersonCard,
    PersonView,
    SearchHit,
    SeasonSummary,
    SeasonView,
    ShowView,
    TitleCard,
    VideoLink,
)
from matinee.infra.http.answers.structs import struct_of
from matinee.ports.catalogue import PersonDetails, PersonSummary, TitleSummary, genre_id
from matinee.ports.ratings import GROWN_UP, decoded

# What is the same for everybody is made for whoever asks first: as structs, see `infra.http.answers.structs`.
_Film, _Show, _Library, _Rating = struct_of(MovieView), struct_of(ShowView), struct_of(LibraryState), struct_of(AgeRatingView)
_Genre, _Video = struct_of(GenreView), struct_of(VideoLink)
_Credits, _Actor, _Maker = struct_of(Credits), struct_of(CastCredit), struct_of(CrewCredit)
_Card, _Person, _PersonCard, _Hit = struct_of(TitleCard), struct_of(PersonView), struct_of(PersonCard), struct_of(SearchHit)
_Season, _SeasonSummary, _Episode = struct_of(SeasonView), struct_of(SeasonSummary), struct_of(EpisodeView)
_Item, _File = struct_of(ItemSummary), struct_of(FileSummary)
_genre_id = lru_cache(maxsize=1024)(genre_id)
_CAST = 40
_CREW = 40


class Views:
    """Maps titles for the wire; knows where pictures are served.

    `placeholder` gives the colour that stands for a picture, `address` the public address of a path of this server.
    """

    def __init__(
        self, base_path: str, placeholder: Callable[[str | None], str | None], address: Callable[[str], str] = lambda path: path
    ) -> None:
        self._placeholder = placeholder
        self._address = address
        self._images = f"{base_path.rstrip('/')}/api/v1/images"

    def picture(self, kind: PictureKind, size: str, name: str | None) -> str | None:
        """The URL of a picture on this server."""
        return self._address(f"{self._images}/{kind}/{size}/{name}") if name else None

    def card(self, row: Title) -> TitleCard:
        return _Card(**self._card(row))

    def card_model(self, row: Title, progress: ItemProgress | None) -> TitleCard:
        """The card as a model, with somebody's progress."""
        return TitleCard(**self._card(row), progress=progress)

    def summary(self, source: str, one: TitleSummary, facts: TitleFacts | None) -> TitleCard:
        """The card of a title in an upstream's list."""
        return _Card(**self._summary(source, one, facts))

    def person(self, source: str, one: PersonDetails, facts: Mapping[str, TitleFacts]) -> PersonView:
        cards = []
        for part in sorted(one.titles, key=lambda part: -(part.title.year or 9999)):
            values = self._summary(source, part.title, facts.get(part.title.title_id))
            cards.append(_PersonCard(**values, role=part.role, department=part.department))
        return _Person(
            id=one.person_id,
            name=one.name,
            biography=one.biography,
            birthday=one.birthday,
            deathday=one.deathday,
            place_of_birth=one.place_of_birth,
            department=one.department,
            profile=self.picture("profile", "w185", picture_name(source, one.profile)),
            titles=cards,
        )

    def person_here(self, person_id: str, rows: Sequence[Title]) -> PersonView | None:
        """What the cast and crew of known titles say of somebody; None where they say nothing."""
        cards: list[PersonCard] = []
        found: dict[str, Any] | None = None  # Any: a credit's JSON
        for row in rows:
            own = next((credit for credit in row.credits or [] if credit.get("id") == person_id), None)
            if own is None:
                continue
            found = own if found is None or (own.get("profile") and not found.get("profile")) else found
            department: Literal["cast", "crew"] = "cast" if own.get("department") == "cast" else "crew"
            cards.append(_PersonCard(**self._card(row), role=own.get("role") or "", department=department))
        if found is None:
            return None
        cards.sort(key=lambda card: -(card.year or 9999))
        profile = self.picture("profile", "w185", found.get("profile"))
        return _Person(id=person_id, name=str(found["name"]), profile=profile, titles=cards)

    def summary_hit(self, source: str, one: TitleSummary, facts: TitleFacts | None, score: float) -> SearchHit:
        """An upstream's title among what a search found."""
        poster = picture_name(source, one.poster) or (facts.poster if facts is not None else None)
        return _Hit(
            id=one.title_id,
            kind=one.kind,
            title=one.title,
            year=one.year,
            overview=one.overview,
            poster=self.picture("poster", "w185", poster),
            poster_color=self._color(poster, facts),
            in_library=facts is not None and facts.available,
            score=round(score, 4),
        )

    def person_hit(self, source: str, one: PersonSummary, score: float) -> SearchHit:
        profile = self.picture("profile", "w185", picture_name(source, one.profile))
        return _Hit(
            id=one.person_id, kind="person", title=one.name, overview=one.department, poster=profile, score=round(score, 4)
        )

    def hit(self, row: Title, score: float) -> SearchHit:
        return _Hit(
            id=row.id,
            kind="show" if row.kind == "show" else "movie",
            title=row.title,
            year=row.year or None,
            overview=row.overview,
            poster=self.picture("poster", "w185", row.poster),
            poster_color=row.poster_color or self._placeholder(row.poster),
            in_library=row.available,
            score=round(score, 4),
        )

    def movie(self, row: Title, items: Sequence[ItemSummary]) -> MovieView:
        return _Film(**self._film(row, items))

    def show(self, row: Title, items: Sequence[ItemSummary], seasons: Sequence[SeasonSummary]) -> ShowView:
        return _Show(**self._film(row, items), seasons=list(seasons))

    def _film(self, row: Title, items: Sequence[ItemSummary]) -> dict[str, Any]:
        return {
            "id": row.id,
            "kind": "show" if row.kind == "show" else "movie",
            "title": row.title,
            "original_title": row.original_title,
            "overview": row.overview,
            "tagline": row.tagline,
            "release_date": row.release_date,
            "year": row.year or None,
            "runtime": row.runtime,
            "genres": [_Genre(id=_genre_id(name), name=name) for name in row.genres],
            "vote_average": row.vote_average or None,
            "vote_count": row.vote_count,
            "poster": self.picture("poster", "w780", row.poster),
            "poster_color": row.poster_color or self._placeholder(row.poster),
            "backdrop": self.picture("backdrop", "w1280", row.backdrop),
            "credits": self.credits(row),
            "videos": self.videos(row),
            "keywords": row.keywords or [],
            "certification": row.certification or "",
            "age_rating": _age_rating(row.age_rating or ""),
            "status": row.status or "",
            "external_ids": {name: str(value) for name, value in row.external_ids.items() if value},
            "attribution": row.attribution,
            "demo": row.demo,
            "matched": row.matched,
            "added_at": row.added_at,
            "library": _Library(available=_playable(items), items=[_held(item) for item in items]),
        }

    def videos(self, row: Title) -> list[VideoLink]:
        """Trailers and clips elsewhere."""
        return [_Video(**video) for video in row.videos or []]

    def seasons(self, rows: Sequence[Season], counts: Mapping[int, int], items: Sequence[ItemSummary]) -> list[SeasonSummary]:
        """Seasons that a provider or the library knows; specials (season 0) last."""
        named = {row.number: row for row in rows}
        present: dict[int, set[int | None]] = {}
        for item in items:
            if item.season is not None:
                present.setdefault(item.season, set()).add(item.episode)
        numbers = sorted(named.keys() | present.keys(), key=lambda number: (number == 0, number))
        return [
            _SeasonSummary(
                number=number,
                name=named[number].name if number in named else season_name(number),
                episode_count=max(
                    named[number].episode_count if number in named else 0, counts.get(number, 0), len(present.get(number, ()))
                ),
                poster=self.picture("poster", "w342", named[number].poster) if number in named else None,
            )
            for number in numbers
        ]

    def season(
        self,
        number: int,
        row: Season | None,
        episodes: Sequence[Episode],
        items: Sequence[ItemSummary],
    ) -> SeasonView:
        known = {episode.number: self._episode(episode) for episode in episodes}
        for item in items:
            if item.season != number or item.episode is None:
                continue
            name = item.name or f"Episode {item.episode}"
            view = known.setdefault(item.episode, _Episode(season=number, number=item.episode, name=name))
            if view.item_id is None:
                view.item_id = item.id
        return _Season(
            number=number,
            name=row.name if row is not None and row.name else season_name(number),
            overview=row.overview if row is not None else "",
            poster=self.picture("poster", "w342", row.poster if row is not None else None),
            episodes=[known[key] for key in sorted(known)],
        )

    def _card(self, row: Title) -> dict[str, Any]:
        return {
            "id": row.id,
            "kind": "show" if row.kind == "show" else "movie",
            "title": row.title,
            "year": row.year or None,
            "overview": row.overview,
            "poster": self.picture("poster", "w342", row.poster),
            "poster_color": row.poster_color or self._placeholder(row.poster),
            "backdrop": self.picture("backdrop", "w1280", row.backdrop),
            "genres": row.genres,
            "runtime": row.runtime,
            "vote_average": row.vote_average or None,
            "added_at": row.added_at,
            "demo": row.demo,
            "in_library": row.available,
        }

    def _summary(self, source: str, one: TitleSummary, facts: TitleFacts | None) -> dict[str, Any]:
        poster = picture_name(source, one.poster) or (facts.poster if facts is not None else None)
        return {
            "id": one.title_id,
            "kind": one.kind,
            "title": one.title,
            "year": one.year,
            "overview": one.overview,
            "poster": self.picture("poster", "w342", poster),
            "poster_color": self._color(poster, facts),
            "backdrop": self.picture("backdrop", "w1280", picture_name(source, one.backdrop)),
            "genres": list(one.genres),
            "runtime": facts.runtime if facts is not None else None,
            "vote_average": one.vote_average or None,
            "added_at": facts.added_at if facts is not None else None,
            "in_library": facts is not None and facts.available,
        }

    def _color(self, poster: str | None, facts: TitleFacts | None) -> str | None:
        known = facts.poster_color if facts is not None and facts.poster == poster else None
        return known or self._placeholder(poster)

    def _episode(self, row: Episode) -> EpisodeView:
        return _Episode(
            season=row.season,
            number=row.number,
            name=row.name or f"Episode {row.number}",
            overview=row.overview,
            air_date=row.air_date,
            runtime=row.runtime,
            still=self.picture("still", "w300", row.still),
        )

    def credits(self, row: Title) -> Credits:
        """The leading cast and crew."""
        cast = [credit for credit in row.credits or [] if credit["department"] == "cast"][:_CAST]
        crew = [credit for credit in row.credits or [] if credit["department"] == "crew"][:_CREW]
        return _Credits(
            cast=[
                _Actor(
                    id=credit["id"],
                    name=credit["name"],
                    character=credit["role"],
                    profile=self.picture("profile", "w185", credit["profile"]),
                )
                for credit in cast
            ],
            crew=[_Maker(id=credit["id"], name=credit["name"], job=credit["role"]) for credit in crew],
        )


def _age_rating(word: str) -> AgeRatingView | None:
    found = decoded(word)
    if found is None:
        return None
    return _Rating(region=found.region, rating=found.rating, age=None if found.age is None else min(found.age, GROWN_UP))


def season_name(number: int) -> str:
    """What a season is called when nobody named it."""
    return f"Season {number}" if number else "Specials"


def _held(item: ItemSummary) -> ItemSummary:
    """What the library says of an item, which it says as models."""
    return _Item(**{**dict(item), "files": [_File(**dict(file)) for file in item.files]})


def _playable(items: Sequence[ItemSummary]) -> bool:
    return any(file.state == "ok" for item in items for file in item.files)
