"""An evening of people who browse, search and watch: what is asked of a server, and how often, for loads and for tests.

    content = asyncio.run(survey(url, token, popularity(folder)))   # reads what there is; every address once
    report = asyncio.run(evening(url, token, content, people=20, seconds=60))

Only what the survey has read is asked for, so that with an upstream that has died since, every answer is one of seen content.
Titles are wanted as MovieLens' people wanted them, where its data is there; else the first of a list most (Zipf).
"""

from __future__ import annotations

import asyncio
import csv
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.load import CAPABILITIES, Report

API = "/api/v1"
LISTS = tuple(f"{kind}/{name}" for kind in ("movies", "shows") for name in ("popular", "trending", "top-rated"))
WORDS = ("the", "lantern", "harbour", "night", "garden")
_SHARES = {
    "home": 18,
    "list": 15,
    "title": 22,
    "related": 6,
    "season": 6,
    "person": 5,
    "search": 8,
    "suggestions": 8,
    "image": 8,
    "watch": 4,
}
"""Of a hundred actions."""
_TITLES, _SHOWS, _PEOPLE, _IMAGES = 40, 10, 20, 40


@dataclass(frozen=True, slots=True)
class Content:
    """What there is to ask for; addresses begin with a slash. `weights` go with `titles`."""

    titles: Sequence[str]
    weights: Sequence[float]
    related: Sequence[str]
    seasons: Sequence[str]
    people: Sequence[str]
    searches: Sequence[str]
    suggestions: Sequence[str]
    images: Sequence[str]
    playable: Sequence[str] = ()
    """Ids of films of the library."""

    def addresses(self) -> list[str]:
        """Every address, once."""
        lists = [f"{API}/{name}" for name in LISTS]
        found = [f"{API}/home", *lists, *self.titles, *self.related, *self.seasons, *self.people]
        return list(dict.fromkeys([*found, *self.searches, *self.suggestions, *self.images]))


def popularity(data: Path) -> dict[int, int]:
    """How many of MovieLens' people rated each film, by TMDB's number; empty where the data is not there."""
    folder = data / "ml-latest-small"
    if not folder.is_dir():
        return {}
    with (folder / "links.csv").open(encoding="utf-8", newline="") as file:
        numbers = {row["movieId"]: int(row["tmdbId"]) for row in csv.DictReader(file) if row["tmdbId"]}
    with (folder / "ratings.csv").open(encoding="utf-8", newline="") as file:
        counted = Counter(numbers.get(row["movieId"], 0) for row in csv.DictReader(file))
    del counted[0]
    return dict(counted)


async def survey(url: str, token: str, wanted: Mapping[int, int] | None = None, titles: Sequence[str] = ()) -> Content:
    """What the server has, by its own lists (or these ids of films); everything is asked for once, so that it is seen."""
    async with client_of(url, token) as client:
        films = list(titles) or await _ids(client, f"{API}/movies/popular?limit={_TITLES}")
        shows = (await _ids(client, f"{API}/shows/popular?limit={_SHOWS}"))[:_SHOWS]
        details = [await _json(client, f"{API}/movies/{film}") for film in films]
        series = [await _json(client, f"{API}/shows/{show}") for show in shows]
        cast = [person["id"] for one in (*details, *series) for person in one["credits"]["cast"] if person.get("id")]
        pictures = [one[name] for one in (*details, *series) for name in ("poster", "backdrop") if one.get(name)]
        library = await _ids(client, f"{API}/library/movies?limit=50")
        content = Content(
            titles=[*(f"{API}/movies/{film}" for film in films), *(f"{API}/shows/{show}" for show in shows)],
            weights=_weights([*films, *shows], wanted or {}),
            related=[f"{API}/movies/{film}/{part}" for film in films[:10] for part in ("similar", "credits", "videos")],
            seasons=[f"{API}/shows/{one['id']}/seasons/{season['number']}" for one in series for season in one["seasons"][:2]],
            people=[f"{API}/people/{person}" for person in list(dict.fromkeys(cast))[:_PEOPLE]],
            searches=[f"{API}/search?q={word}" for word in WORDS],
            suggestions=[f"{API}/search/suggest?q={word[:end]}" for word in WORDS for end in (2, 4)],
            images=list(dict.fromkeys(pictures))[:_IMAGES],
            playable=library,
        )
        for address in content.addresses():
            (await client.get(address)).raise_for_status()
    return content


async def evening(url: str, token: str, content: Content, people: int = 20, seconds: float = 60.0, seed: int = 0) -> Report:
    """So many people for so long; who they are is the same for one seed."""
    report, began = Report(), time.perf_counter()
    async with client_of(url, token, people) as client:

        async def live(number: int) -> None:
            visitor = Visitor(client, content, report, random.Random(seed * 10_007 + number))
            while time.perf_counter() - began < seconds:
                await visitor.act()

        async with asyncio.TaskGroup() as group:
            for number in range(people):
                group.create_task(live(number))
    report.seconds = time.perf_counter() - began
    return report


@dataclass(slots=True)
class Visitor:
    """One person."""

    client: httpx2.AsyncClient
    content: Content
    report: Report
    chance: random.Random
    sequence: int = 0
    _kinds: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        self._kinds = [kind for kind in _SHARES if self._choices(kind)]

    async def act(self) -> None:
        """One thing that people do."""
        kind = self.chance.choices(self._kinds, [_SHARES[one] for one in self._kinds])[0]
        if kind == "watch":
            await self._watch(self.chance.choice(self.content.playable))
        elif kind == "title":
            await self._ask(kind, "GET", self.chance.choices(self.content.titles, self.content.weights)[0])
        else:
            await self._ask(kind, "GET", self.chance.choice(self._choices(kind)))

    def _choices(self, kind: str) -> Sequence[str]:
        own = {
            "home": [f"{API}/home"],
            "list": [f"{API}/{name}" for name in LISTS],
            "title": self.content.titles,
            "related": self.content.related,
            "season": self.content.seasons,
            "person": self.content.people,
            "search": self.content.searches,
            "suggestions": self.content.suggestions,
            "image": self.content.images,
            "watch": self.content.playable,
        }
        return own[kind]

    async def _watch(self, title: str) -> None:
        """Start a film, read a little, say how far it was watched, leave."""
        started = await self._ask(
            "session", "POST", f"{API}/streaming/sessions", {"title_id": title, "capabilities": CAPABILITIES}
        )
        if started is None:
            return
        session = started.json()
        if session.get("file_url"):
            await self._ask("range", "GET", session["file_url"], headers={"range": "bytes=0-65535"})
        else:
            await self._ask("playlist", "GET", session["master_url"])
        self.sequence += 1
        report = {"position": self.sequence % 60, "duration": 60, "state": "playing", "sequence": self.sequence}
        await self._ask("progress", "POST", f"{API}/streaming/progress/{title}", report)
        await self._ask("end", "DELETE", f"{API}/streaming/sessions/{session['id']}")

    async def _ask(
        self, kind: str, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> httpx2.Response | None:
        """The answer; None, and a failure in the report, for an error of whatever kind."""
        began = time.perf_counter()
        try:
            answer = await self.client.request(method, path, json=body, headers=headers)
        except httpx2.HTTPError as error:
            self._failed(f"{kind}: {type(error).__name__}")
            return None
        self.report.latencies.setdefault(kind, []).append(time.perf_counter() - began)
        if answer.status_code >= 400:
            self._failed(f"{kind}: {answer.status_code}")
            return None
        return answer

    def _failed(self, what: str) -> None:
        self.report.failures[what] = self.report.failures.get(what, 0) + 1


def client_of(url: str, token: str, connections: int = 4) -> httpx2.AsyncClient:
    """One person's, or everybody's."""
    return httpx2.AsyncClient(
        base_url=url,
        headers={"authorization": f"Bearer {token}"},
        limits=httpx2.Limits(max_connections=connections),
        timeout=30,
        trust_env=False,
    )


async def _json(client: httpx2.AsyncClient, path: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(path)).raise_for_status().json()
    return found


async def _ids(client: httpx2.AsyncClient, path: str) -> list[str]:
    return [item["id"] for item in (await _json(client, path))["items"]]


def _weights(ids: Sequence[str], wanted: Mapping[int, int]) -> list[float]:
    """As often as MovieLens' people wanted a film; what they do not know as a place of its rank would be wanted."""
    known = [wanted.get(int(one.partition("-")[2]), 0) if one.partition("-")[2].isdigit() else 0 for one in ids]
    top = max(known, default=0) or 100
    return [float(number) if number else top / (rank + 1) for rank, number in enumerate(known)]
