"""Every key, lifetime and tag of the catalogue.

Entries hold what the upstream says and nothing of the library, which is added when an answer is put together. So a scan that
finds a film invalidates answers (`library:<id>`, `library`) and never what the upstream has said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

import msgspec

from matinee.features.catalog.policy import Lifetime
from matinee.infra.cache import CachePolicy, SourceFailed
from matinee.infra.cache.freshness import Freshness
from matinee.ports.catalogue import DiscoverQuery, Listing, Locale, Relation
from matinee.ports.metadata import TitleKind

PREFIX = "catalog:1:"
"""The number is raised when the shape of the values changes, so that nothing old is read."""

_HOURS, _DAYS = timedelta(hours=1), timedelta(days=1)
LIFETIMES: Mapping[str, Lifetime] = {
    "trending": Lifetime(2 * _HOURS, 4 * _HOURS, 7 * _DAYS),
    "lists": Lifetime(6 * _HOURS, 6 * _HOURS, 7 * _DAYS),
    "details": Lifetime(24 * _HOURS, 24 * _HOURS, 30 * _DAYS),
    "search": Lifetime(timedelta(minutes=10), timedelta(minutes=20), 24 * _HOURS),
    "genres": Lifetime(7 * _DAYS, 7 * _DAYS, 90 * _DAYS),
    "home": Lifetime(timedelta(minutes=15), timedelta(minutes=15), 24 * _HOURS),
    "personal": Lifetime(timedelta(minutes=1), timedelta(minutes=1), 24 * _HOURS),
}
NOT_FOUND = timedelta(minutes=10)
KEPT_AT_MOST = timedelta(days=175)
"""Of titles that the library lacks: TMDB's terms forbid keeping its data over six months, and upkeep runs once a day."""
LAST_RESORT = timedelta(seconds=30)
"""How long an answer from the database stands in for an upstream that fails."""
ANSWER_SHARE = timedelta(seconds=30)
"""How long a home page that lacks a slow upstream's rows is kept."""

# Tags. `lists`, `trending`, `search`, `configuration` and `home` name kinds of content for an administrator's purge.
LISTS = "lists"
TRENDING = "trending"
SEARCH = "search"
CONFIGURATION = "configuration"
HOME = "home"
LIBRARY = "library"
LIBRARY_TAG = "library:"
"""On every answer that says of titles whether the library has them."""


def title_tag(title_id: str) -> str:
    """On what the upstream says of a title, season or person."""
    return f"title:{title_id}"


def library_tag(title_id: str) -> str:
    """On answers that show what this server itself knows of a title: its files, its poster, its details of its own."""
    return f"{LIBRARY_TAG}{title_id}"


def user_tag(user_id: str) -> str:
    """On what is put together for one profile."""
    return f"user:{user_id}"


@dataclass(frozen=True, slots=True)
class CatalogPolicies:
    """The policies, with an operator's lifetimes in place of the defaults. Raises ValueError for a name that is none of them."""

    trending: CachePolicy
    lists: CachePolicy
    details: CachePolicy
    search: CachePolicy
    genres: CachePolicy
    home: CachePolicy
    personal: CachePolicy

    @classmethod
    def of(cls, lifetimes: Mapping[str, Lifetime]) -> CatalogPolicies:
        unknown = sorted(lifetimes.keys() - LIFETIMES.keys())
        if unknown:
            raise ValueError(f"no such cache policy: {', '.join(unknown)}; there are {', '.join(LIFETIMES)}")
        return cls(**{name: _policy(name, lifetimes.get(name, default)) for name, default in LIFETIMES.items()})

    def of_listing(self, listing: Listing) -> CachePolicy:
        """Trending moves faster than the other lists."""
        return self.trending if listing == "trending" else self.lists


def _policy(name: str, life: Lifetime) -> CachePolicy:
    negative = NOT_FOUND if name == "details" else timedelta(0)
    scope: Literal["shared", "user"] = "user" if name == "personal" else "shared"
    return CachePolicy(f"catalog.{name}", life.fresh, life.stale, life.error, negative, scope)


def listing_tags(listing: Listing) -> frozenset[str]:
    return frozenset({TRENDING if listing == "trending" else LISTS})


def listing_key(kind: TitleKind, listing: Listing, page: int, locale: Locale) -> str:
    return f"{PREFIX}list:{kind}:{listing}:{_place(locale)}:{page}"


def discover_key(query: DiscoverQuery, page: int, locale: Locale) -> str:
    return f"{PREFIX}discover:{discover_scope(query)}:{_place(locale)}:{page}"


def discover_scope(query: DiscoverQuery) -> str:
    """The filters in one order, so that the same question has one key."""
    parts = {
        "genres": "+".join(sorted(set(query.genres))),
        "years": f"{query.year_from or ''}-{query.year_to or ''}",
        "vote": query.vote_from,
        "votes": query.votes_from,
        "language": query.language,
        "runtime": query.runtime_to,
        "sort": query.sort,
    }
    return ",".join([query.kind, *(f"{name}={value}" for name, value in parts.items() if value not in (None, "", "-"))])


def related_key(title_id: str, relation: Relation, page: int, locale: Locale) -> str:
    return f"{PREFIX}related:{title_id}:{relation}:{_place(locale)}:{page}"


def details_key(title_id: str, locale: Locale) -> str:
    return f"{PREFIX}title:{title_id}:{_place(locale)}"


def season_key(title_id: str, number: int, locale: Locale) -> str:
    return f"{PREFIX}season:{title_id}:{number}:{locale.language}"


def person_key(person_id: str, locale: Locale) -> str:
    return f"{PREFIX}person:{person_id}:{locale.language}"


def genres_key(locale: Locale) -> str:
    return f"{PREFIX}genres:{locale.language}"


def search_key(text: str, kind: TitleKind | None, page: int, locale: Locale) -> str:
    return f"{PREFIX}search:{kind or 'any'}:{_place(locale)}:{page}:{text}"


def home_key(locale: Locale, max_age: int | None = None) -> str:
    return f"{PREFIX}home:{_place(locale)}" + ("" if max_age is None else f":{max_age}")


def personal_key(user_id: str) -> str:
    return f"{PREFIX}personal:{user_id}"


def _place(locale: Locale) -> str:
    return f"{locale.language}.{locale.region}"


def last_resort(policy: CachePolicy, failed: SourceFailed, age: float, *tags: str) -> Freshness:
    """The freshness of an answer that stands in for an upstream that fails; `age` in seconds."""
    soon = _soon(failed)
    return Freshness(
        _brief(policy, soon), "error", max(0.0, age), soon.total_seconds(), tags=frozenset(tags), reason=failed.reason
    )


def incomplete(freshness: Freshness, failed: SourceFailed) -> Freshness:
    """The same for an answer of which a part is missing."""
    soon = _soon(failed)
    return msgspec.structs.replace(
        freshness, policy=_brief(freshness.policy, soon), state="error", fresh_for=soon.total_seconds(), reason=failed.reason
    )


def _soon(failed: SourceFailed) -> timedelta:
    return LAST_RESORT if failed.retry_after is None else min(LAST_RESORT, failed.retry_after)


def _brief(policy: CachePolicy, fresh: timedelta) -> CachePolicy:
    """What caches on the way are told: this is not for long."""
    return replace(policy, fresh=max(fresh, timedelta(seconds=1)), stale=timedelta(0))


def tagged(freshness: Freshness, *tags: str) -> Freshness:
    """The same with more tags."""
    return msgspec.structs.replace(freshness, tags=freshness.tags | frozenset(tags))
