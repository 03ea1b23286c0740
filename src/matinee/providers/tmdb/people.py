"""People and what they took part in."""

from __future__ import annotations

from typing import Literal

from matinee.ports.catalogue import PersonDetails, PersonTitle
from matinee.providers.tmdb.lists import GenreNames, summary
from matinee.providers.tmdb.values import Json, day, integer, items, part, picture, text
from matinee.providers.tmdb.words import biography

_MOST_ROLES = 3
_MOST_TITLES = 400


def person_details(body: Json, names: GenreNames) -> PersonDetails | None:
    """A person with combined credits and translations appended; the newest titles first. None for a body without id or name."""
    key, name = integer(body, "id"), text(body, "name")
    if not key or not name:
        return None
    parts = part(body, "combined_credits")
    titles = [*_titles(parts, "cast", names), *_titles(parts, "crew", names)]
    titles.sort(key=lambda one: (-(one.title.year or 9999), -one.title.popularity))
    return PersonDetails(
        person_id=f"person-{key}",
        name=name,
        biography=biography(body),
        birthday=day(body, "birthday"),
        deathday=day(body, "deathday"),
        place_of_birth=text(body, "place_of_birth"),
        department=text(body, "known_for_department"),
        profile=picture(body, "profile_path"),
        titles=tuple(titles[:_MOST_TITLES]),
    )


def _titles(parts: Json, department: Literal["cast", "crew"], names: GenreNames) -> list[PersonTitle]:
    """Each title once, with all that somebody did there."""
    found: dict[str, PersonTitle] = {}
    roles: dict[str, dict[str, None]] = {}
    for item in items(parts, department):
        title = summary(item, None, names)
        if title is not None:
            found.setdefault(title.title_id, PersonTitle(title, "", department))
            role = text(item, "character" if department == "cast" else "job")
            roles.setdefault(title.title_id, {}).update({role: None} if role else {})
    return [PersonTitle(one.title, ", ".join(list(roles[key])[:_MOST_ROLES]), department) for key, one in found.items()]
