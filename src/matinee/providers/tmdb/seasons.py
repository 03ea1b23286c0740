"""Seasons and episodes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from matinee.ports.metadata import EpisodeDetails, SeasonDetails
from matinee.providers.tmdb.values import Json, day, integer, items, picture, text

_NUMBER = re.compile(r"\d+")
_EPISODE = frozenset({
    "aflevering", "afsnit", "avsnitt", "bölüm", "episode", "episodi", "episodio", "episodul", "episódio", "epizod", "epizoda",
    "epizód", "folge", "jakso", "odcinek", "tập", "épisode", "επεισόδιο", "епизод", "серия", "эпизод", "פרק", "الحلقة",
    "エピソード", "에피소드", "第 集", "第 話", "第 话",
})  # fmt: skip
"""What an episode is called in front of its number."""


def season_summary(body: Json) -> SeasonDetails | None:
    """A season without its episodes; None for a body without a number."""
    number = integer(body, "season_number")
    if number is None:
        return None
    return SeasonDetails(
        number=number,
        name=text(body, "name"),
        overview=text(body, "overview"),
        air_date=day(body, "air_date"),
        poster=picture(body, "poster_path"),
        episode_count=integer(body, "episode_count") or 0,
    )


def season_details(body: Json) -> SeasonDetails | None:
    """A season with its episodes in order."""
    season = season_summary(body)
    if season is None:
        return None
    found = (_episode(one, season.number) for one in items(body, "episodes"))
    episodes = {one.number: one for one in found if one is not None}
    ordered = tuple(episodes[number] for number in sorted(episodes))
    return replace(season, episodes=ordered, episode_count=len(ordered))


def lacks_words(season: SeasonDetails) -> bool:
    """Whether an episode has no translation: its name is generic, or it says nothing."""
    return any(not one.overview or is_generic(one) for one in season.episodes)


def is_generic(episode: EpisodeDetails) -> bool:
    """Whether the name says no more than the number: `Folge 5`, `Épisode 5`, `5. Bölüm`, `第 5 集`.

    Where there is an overview somebody has translated the episode, and only well-known words count: `Brief 3` may be its name.
    """
    if episode.overview and episode.name:
        return _only_a_number(episode) and _without_number(episode.name) in _EPISODE
    return not episode.name or _only_a_number(episode)


def with_words_of(season: SeasonDetails, english: SeasonDetails) -> SeasonDetails:
    """The season with the English words wherever its own are missing."""
    known = {one.number: one for one in english.episodes}
    episodes = tuple(_filled(one, known.get(one.number)) for one in season.episodes)
    return replace(season, name=season.name or english.name, overview=season.overview or english.overview, episodes=episodes)


def joined(seasons: Sequence[SeasonDetails], detailed: Sequence[SeasonDetails]) -> tuple[SeasonDetails, ...]:
    """The seasons of a show with the episodes of those that are known in detail."""
    known = {one.number: one for one in detailed}
    found = {one.number: one for one in seasons}
    return tuple(known.get(number, found[number]) for number in sorted(found))


def _only_a_number(episode: EpisodeDetails) -> bool:
    others = _without_number(episode.name).split()
    return _NUMBER.findall(episode.name) == [str(episode.number)] and (len(others) <= 1 or all(len(word) == 1 for word in others))


def _without_number(name: str) -> str:
    return " ".join(_NUMBER.sub(" ", name).replace(".", " ").split()).casefold()


def _filled(episode: EpisodeDetails, english: EpisodeDetails | None) -> EpisodeDetails:
    if english is None:
        return episode
    name = english.name if english.name and is_generic(episode) and not _only_a_number(english) else episode.name
    return replace(episode, name=name, overview=episode.overview or english.overview)


def _episode(body: Json, season: int) -> EpisodeDetails | None:
    number = integer(body, "episode_number")
    if number is None:
        return None
    return EpisodeDetails(
        season=season,
        number=number,
        name=text(body, "name"),
        overview=text(body, "overview"),
        air_date=day(body, "air_date"),
        runtime=integer(body, "runtime") or None,
        still=picture(body, "still_path"),
    )
