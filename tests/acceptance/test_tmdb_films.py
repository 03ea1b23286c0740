"""Names of real films against a TMDB of 4,803 of them: which share is matched, and that nearly none is matched wrongly."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable

import msgspec
import pytest

from matinee.features.catalog.policy import accepted
from matinee.infra.clock import ManualClock
from matinee.infra.upstream import Call, Reply
from matinee.ports.catalogue import Locale
from matinee.ports.metadata import Found, TitleQuery
from matinee.providers.tmdb import TmdbOptions, TmdbProvider
from tests.acceptance.test_tmdb_recorded import FOLDER
from tests.servers.fake_tmdb_answers import Answers, Refusal
from tests.servers.fake_tmdb_films import real_films
from tests.servers.fake_tmdb_records import Title, World

pytestmark = [pytest.mark.acceptance, pytest.mark.anyio]
SAMPLE = 200


class InProcess:
    """A transport that asks the fake without a network."""

    def __init__(self, world: World) -> None:
        self._answers = Answers(world)

    async def send(self, call: Call) -> Reply:
        try:
            body = msgspec.json.encode(
                self._answers.answer(call.path, {name: str(value) for name, value in dict(call.query).items()})
            )
        except Refusal as refusal:
            return Reply(refusal.status, {}, msgspec.json.encode(refusal.body), "", 0.0)
        return Reply(200, {}, body, "", 0.0, call.decode(body) if call.decode else None)


@pytest.fixture(scope="module")
def world() -> World:
    return real_films(FOLDER.parents[1] / "tmdb5000")


@pytest.fixture(scope="module")
def tmdb(world: World) -> TmdbProvider:
    transport = InProcess(world)
    return TmdbProvider(transport, transport, ManualClock(), TmdbOptions(key="k"))


def _year(film: Title) -> int:
    return int(film.date[:4])


SPELLINGS: dict[str, tuple[Callable[[Title], TitleQuery], float, float]] = {
    # how a file calls the film; the least share that is right, the largest that is wrong
    "title and year": (lambda film: TitleQuery("movie", film.title, _year(film)), 0.995, 0.0),
    "a year too late": (lambda film: TitleQuery("movie", film.title, _year(film) + 1), 0.99, 0.005),
    "no year": (lambda film: TitleQuery("movie", film.title), 0.98, 0.01),
    "no punctuation": (lambda film: TitleQuery("movie", re.sub(r"[^\w ]+", " ", film.title), _year(film)), 0.99, 0.005),
    "no subtitle": (lambda film: TitleQuery("movie", film.title.split(":")[0], _year(film)), 0.98, 0.005),
    "original title": (lambda film: TitleQuery("movie", film.original_title, _year(film)), 0.99, 0.005),
    "another year": (lambda film: TitleQuery("movie", film.title, _year(film) - 20), 0.0, 0.005),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_files_of_real_films_are_matched(tmdb: TmdbProvider, world: World, spelling: str) -> None:
    named, least, most = SPELLINGS[spelling]
    dated = sorted((film for film in world.films.values() if film.date), key=lambda film: film.id)
    counts: Counter[str] = Counter()
    for film in random.Random(spelling).sample(dated, SAMPLE):
        query = named(film)
        outcome = await tmdb.match(query)
        match = accepted(query, outcome.value) if isinstance(outcome, Found) else None
        counts["none" if match is None else "right" if match.title_id == f"movie-{film.id}" else "wrong"] += 1
    assert counts["right"] >= least * SAMPLE, counts
    assert counts["wrong"] <= most * SAMPLE, counts


async def test_every_real_film_is_mapped_with_its_people(tmdb: TmdbProvider, world: World) -> None:
    for film in world.films.values():
        found = await tmdb.details(f"movie-{film.id}", Locale())
        assert isinstance(found, Found)
        assert found.value.title == film.title.strip()
        assert len({one.person_id for one in found.value.credits if one.department == "cast"}) <= 60
        directors = {role.person for role in film.roles if role.job == "Director"}
        told = {one.person_id for one in found.value.credits if (one.department, one.role) == ("crew", "Director")}
        assert told == {f"person-{one}" for one in directors}
