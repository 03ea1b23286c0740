"""How TMDB is treated: addresses, limits, lifetimes. Sources: its developer pages on limits and errors, its terms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from matinee.infra.upstream import Backoff, BreakerPolicy, BudgetPolicy, BulkheadPolicy, UpstreamPolicy
from matinee.ports.catalogue import Locale

NAME = "tmdb"
IMAGES = "tmdb-images"
API_URL = "https://api.themoviedb.org/3"
IMAGE_URL = "https://image.tmdb.org/t/p/"
ATTRIBUTION = "This product uses the TMDB API but is not endorsed or certified by TMDB."
LAST_PAGE = 500
"""TMDB serves no page behind this, whatever `total_pages` says (38,020 was seen)."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2})?")
_REGION = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class TmdbOptions:
    """What an operator sets. `key` is a v3 key, or a v4 token, which begins with `eyJ`. `image_url` overrides what TMDB says."""

    key: str = field(default="", repr=False)
    base_urls: tuple[str, ...] = (API_URL,)
    image_url: str = ""
    language: str = "en"
    region: str = ""
    proxy: str | None = field(default=None, repr=False)
    rate: float = 20.0
    """Requests a second at most; twice as many at once after a quiet while."""

    @property
    def locale(self) -> Locale:
        """What is asked for where the caller names nothing."""
        return Locale(self.language, self.region)


def api_policy(options: TmdbOptions) -> UpstreamPolicy:
    """Calls of the API.

    The ceiling is near 40 requests a second (the page says so in 2026; 50 in 2024) and may change at any time, so half of it is
    what we take unless told otherwise. The network in front allows about 20 connections from one address, for data and pictures
    together: 8 and 8.
    Answers take 50 to 300 ms, up to about 2 s with many parts appended, so 5 s is no answer and 4 s is slow. Details of a show
    with several seasons have up to some megabytes.
    """
    return UpstreamPolicy(
        name=NAME,
        base_urls=tuple(url.rstrip("/") for url in options.base_urls),
        total=timedelta(seconds=9),
        per_try=timedelta(seconds=5),
        connect=timedelta(seconds=3),
        attempts=3,
        backoff=Backoff(first=timedelta(milliseconds=250), longest=timedelta(seconds=2)),
        breaker=BreakerPolicy(minimum_calls=8, slow_after=timedelta(seconds=4), open_for=timedelta(seconds=15)),
        budget=BudgetPolicy(rate=options.rate, burst=max(1, round(2 * options.rate)), longest_pause=timedelta(seconds=30)),
        bulkhead=BulkheadPolicy(concurrent=8),
        response_limit=16 * 1024 * 1024,
        proxy=options.proxy,
    )


def image_policy(options: TmdbOptions) -> UpstreamPolicy:
    """Pictures: no limit of requests, only of connections. Originals have some megabytes; the catalogue takes 20 MB."""
    return UpstreamPolicy(
        name=IMAGES,
        base_urls=((options.image_url or IMAGE_URL).rstrip("/"),),
        total=timedelta(seconds=15),
        per_try=timedelta(seconds=10),
        connect=timedelta(seconds=3),
        attempts=2,
        breaker=BreakerPolicy(slow_after=timedelta(seconds=8)),
        budget=BudgetPolicy(rate=1000, burst=1000),
        bulkhead=BulkheadPolicy(concurrent=8),
        response_limit=20 * 1024 * 1024,
        proxy=options.proxy,
    )


def language_asked(locale: Locale, options: TmdbOptions) -> str:
    """`de` or `pt-BR`; what is not written like that is replaced by the operator's."""
    wanted = locale.language
    if not _LANGUAGE.fullmatch(wanted):
        wanted = options.language
    language, _, country = wanted.partition("-")
    return f"{language}-{country.upper()}" if country else language


def region_asked(locale: Locale) -> str:
    """The region, or nothing."""
    return locale.region if _REGION.fullmatch(locale.region) else ""


def base_language(language: str) -> str:
    """`pt` of `pt-BR`."""
    return language.partition("-")[0]
