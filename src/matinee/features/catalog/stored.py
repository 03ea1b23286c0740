"""What a provider says, as the rows that are kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

import msgspec

from matinee.features.catalog.models import Episode, Season, Title
from matinee.features.catalog.pictures import picture_name
from matinee.features.catalog.policy import is_demo, popularity, sort_title
from matinee.features.catalog.repository import StoredTitle
from matinee.infra.database.search import Document
from matinee.infra.database.tables import Table
from matinee.ports.metadata import EpisodeDetails, PersonCredit, SeasonDetails, TitleDetails, TitleKind, Video
from matinee.ports.ratings import encoded, printed_rating, stored_age

Row = TypeVar("Row", bound=Table)
_PEOPLE = 40
_CREDITS = 60
"""Kept of the cast and of the crew each; long shows have thousands."""
_VIDEOS = 30
_WORD = 32


def _loose(table: type[Row]) -> type[Row]:
    """A struct with the columns of a table, for rows that are only shown: the mapper's own watch every attribute. For mypy it is
    the row."""
    columns = [(column.key, Any, None) for column in table.__table__.columns]
    made: Any = msgspec.defstruct(f"Loose{table.__name__}", columns)
    return cast("type[Row]", made)


_Title, _Season, _Episode = _loose(Title), _loose(Season), _loose(Episode)


def stored_details(details: TitleDetails, provider: str, at: datetime) -> StoredTitle:
    """All rows of a title that a provider knows."""
    values = {
        "id": details.title_id,
        "kind": details.kind,
        "title": details.title,
        "sort_title": sort_title(details.title),
        "original_title": details.original_title,
        "overview": details.overview,
        "tagline": details.tagline,
        "release_date": details.release_date,
        "year": details.release_date.year if details.release_date else 0,
        "runtime": details.runtime or None,
        "vote_average": details.vote_average or 0.0,
        "vote_count": details.vote_count,
        "popularity": details.popularity or popularity(details.vote_average or 0.0, details.vote_count),
        "poster": picture_name(provider, details.poster),
        "backdrop": picture_name(provider, details.backdrop),
        "certification": details.certification[:_WORD],
        "age_rating": encoded(details.age_rating),
        "age": age_of_details(details),
        "status": details.status[:_WORD],
        "attribution": details.attribution,
        "provider": provider,
        "matched": True,
        "demo": is_demo(details.title_id, provider),
        "external_ids": dict(details.external_ids),
        "genres": list(dict.fromkeys(details.genres)),
        "credits": [_credit(credit, provider) for credit in _leading(details.credits)],
        "videos": [_video(video) for video in details.videos[:_VIDEOS]],
        "keywords": list(details.keywords),
        "updated_at": at,
    }
    seasons = [season_values(details.title_id, season, provider) for season in details.seasons]
    episodes = [episode_values(details.title_id, episode, provider) for season in details.seasons for episode in season.episodes]
    return StoredTitle(values, seasons, episodes, tuple(details.genres))


def age_of_details(details: TitleDetails) -> int:
    """For whom a title is, as `ports.ratings` stores it. What an older version kept has the printed words only."""
    return stored_age(details.age_rating or printed_rating(details.certification), adult=details.adult)


def season_values(title_id: str, season: SeasonDetails, provider: str) -> dict[str, Any]:
    """Columns of `season`."""
    return {
        "title_id": title_id,
        "number": season.number,
        "name": season.name,
        "overview": season.overview,
        "air_date": season.air_date,
        "poster": picture_name(provider, season.poster),
        "episode_count": season.episode_count or len(season.episodes),
    }


def episode_values(title_id: str, episode: EpisodeDetails, provider: str) -> dict[str, Any]:
    """Columns of `episode`."""
    return {
        "title_id": title_id,
        "season": episode.season,
        "number": episode.number,
        "name": episode.name,
        "overview": episode.overview,
        "air_date": episode.air_date,
        "runtime": episode.runtime or None,
        "still": picture_name(provider, episode.still),
    }


def title_row(stored: StoredTitle, known: Title | None) -> Title:
    """A row that is in no database, with what the database knows besides of the same title."""
    row = _Title(**stored.values)
    row.available = known.available if known is not None else False
    row.added_at = known.added_at if known is not None else None
    row.poster_color = known.poster_color if known is not None and known.poster == row.poster else None
    if row.poster is None and known is not None:
        row.poster, row.poster_color = known.poster, known.poster_color
    return row


def season_rows(stored: StoredTitle) -> list[Season]:
    """The seasons of a title, as rows in no database."""
    return [_Season(**values) for values in stored.seasons]


def season_row(title_id: str, season: SeasonDetails, provider: str) -> tuple[Season, list[Episode]]:
    """A season with its episodes, as rows in no database."""
    episodes = [_Episode(**episode_values(title_id, episode, provider)) for episode in season.episodes]
    return _Season(**season_values(title_id, season, provider)), episodes


def stored_name(title_id: str, kind: TitleKind, title: str, year: int | None, at: datetime, provider: str = "") -> StoredTitle:
    """A title of which only the name is known."""
    values = {
        "id": title_id,
        "kind": kind,
        "title": title,
        "sort_title": sort_title(title),
        "year": year or 0,
        "provider": provider,
        "matched": bool(provider),
        "demo": is_demo(title_id, provider),
        "updated_at": at,
    }
    return StoredTitle(values)


def document_of(values: Mapping[str, Any]) -> Document:
    """What a search finds a title by. `values` are columns of `title`; Any because they are of several types."""
    people = [credit["name"] for credit in values.get("credits") or ()]
    return Document(
        key=values["id"],
        kind=values["kind"],
        title=values["title"],
        name=values.get("original_title") or "",
        people=list(dict.fromkeys(people))[:_PEOPLE],
        body=values.get("overview") or "",
        popularity=popularity(values.get("vote_average") or 0.0, values.get("vote_count") or 0),
    )


def document_of_row(row: Title) -> Document:
    """The same for a title that is stored already."""
    names = ("id", "kind", "title", "original_title", "credits", "overview", "vote_average", "vote_count")
    return document_of({name: getattr(row, name) for name in names})


def _leading(people: Sequence[PersonCredit]) -> list[PersonCredit]:
    """The first of the cast and the first of the crew, in order."""
    left = {"cast": _CREDITS, "crew": _CREDITS}
    kept = []
    for credit in people:
        left[credit.department] -= 1
        if left[credit.department] >= 0:
            kept.append(credit)
    return kept


def _video(video: Video) -> dict[str, Any]:
    return {
        "name": video.name,
        "site": video.site,
        "key": video.key,
        "type": video.type,
        "official": video.official,
        "language": video.language,
    }


def _credit(credit: PersonCredit, provider: str) -> dict[str, str | None]:
    return {
        "id": credit.person_id,
        "name": credit.name,
        "role": credit.role,
        "department": credit.department,
        "profile": picture_name(provider, credit.profile),
    }
