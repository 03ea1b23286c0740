"""What a provider says, as the rows that are kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from matinee.features.catalog.models import Title
from matinee.features.catalog.pictures import picture_name
from matinee.features.catalog.policy import is_demo, popularity, sort_title
from matinee.features.catalog.repository import StoredTitle
from matinee.infra.database.search import Document
from matinee.ports.metadata import PersonCredit, TitleDetails, TitleKind

_PEOPLE = 40


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
        "poster": picture_name(provider, details.poster),
        "backdrop": picture_name(provider, details.backdrop),
        "attribution": details.attribution,
        "provider": provider,
        "matched": True,
        "demo": is_demo(details.title_id, provider),
        "external_ids": dict(details.external_ids),
        "genres": list(dict.fromkeys(details.genres)),
        "credits": [_credit(credit, provider) for credit in details.credits],
        "updated_at": at,
    }
    seasons = [
        {
            "title_id": details.title_id,
            "number": season.number,
            "name": season.name,
            "overview": season.overview,
            "air_date": season.air_date,
            "poster": picture_name(provider, season.poster),
        }
        for season in details.seasons
    ]
    episodes = [
        {
            "title_id": details.title_id,
            "season": episode.season,
            "number": episode.number,
            "name": episode.name,
            "overview": episode.overview,
            "air_date": episode.air_date,
            "runtime": episode.runtime or None,
            "still": picture_name(provider, episode.still),
        }
        for season in details.seasons
        for episode in season.episodes
    ]
    return StoredTitle(values, seasons, episodes, tuple(details.genres))


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


def _credit(credit: PersonCredit, provider: str) -> dict[str, str | None]:
    return {
        "id": credit.person_id,
        "name": credit.name,
        "role": credit.role,
        "department": credit.department,
        "profile": picture_name(provider, credit.profile),
    }
