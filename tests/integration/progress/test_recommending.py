"""Recommendations over a real database, learned by the job in a real process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import psutil
import pytest

from matinee.features.progress import learning as learning_module
from matinee.features.progress.learning import LEARN, Learning
from matinee.features.progress.recommending import histories
from matinee.features.progress.repository import NeighboursRepository, TasteRepository
from matinee.features.progress.schemas import Recommendation
from matinee.infra.ids import JobId, TitleId, UserId
from matinee.infra.jobs.definitions import JobDefinition, JobView
from matinee.infra.jobs.immediate import ImmediateJobs
from matinee.infra.recommender.learner import lesson
from matinee.infra.recommender.values import ItemNeighbours, Learned, LearnOptions
from matinee.ports.metadata import PersonCredit, TitleDetails, TitleQuery
from tests.integration.catalog.conftest import ADDED
from tests.integration.progress.conftest import ANNA, BEN, FERRY, HARBOUR, LANTERN, Stand

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(90)]
SPACE = [TitleId(f"movie-{number}") for number in range(301, 306)]
HEIST = [TitleId(f"movie-{number}") for number in range(401, 406)]


@dataclass
class School:
    """A stand with ten films more, and the job."""

    stand: Stand
    jobs: ImmediateJobs
    learning: Learning

    async def learn(self, reason: str = "asked") -> JobView:
        return await self.jobs.get(JobId(await self.learning.start(reason)))

    async def rate(self, user: str, ratings: Iterable[tuple[TitleId, float]]) -> None:
        async with self.stand.database.write() as unit:
            for title_id, rating in ratings:
                await self.stand.ratings.rate(unit, UserId(user), title_id, rating)
        await self.stand.clock.advance(60)

    async def recommended(self, user: UserId = ANNA, limit: int = 20) -> list[Recommendation]:
        async with self.stand.database.read() as unit:
            return await self.stand.recommender.recommendations(unit, user, limit)


@pytest.fixture
async def school(stand: Stand) -> School:
    for genre, titles in (("Space", SPACE), ("Heist", HEIST)):
        for title_id in titles:
            cast = (PersonCredit(f"Star of {genre}", "Lead", person_id=f"9{genre}"),)
            released = date(1990 + int(title_id[-1]), 1, 1)
            stand.provider.answers[title_id] = TitleDetails(
                title_id, "movie", f"{genre} {title_id[-1]}", genres=(genre, "Adventure"), release_date=released, credits=cast
            )
            await stand.catalog.resolve(TitleQuery("movie", genre, hints={"tmdb": title_id.removeprefix("movie-")}))
    async with stand.database.write() as unit:
        await stand.catalog.set_available(unit, [*SPACE, *HEIST], ADDED)
    jobs = ImmediateJobs(clock=stand.clock)
    options = LearnOptions(enough_people=6, least_people=2, regularisation=2.0)
    learning = Learning(stand.database, stand.catalog, jobs, stand.clock, options, lesson)
    jobs.register(JobDefinition(LEARN, "Learn", learning.run))
    return School(stand, jobs, learning)


async def test_one_film_is_enough_for_sensible_recommendations(school: School) -> None:
    job = await school.learn()
    assert (job.state, job.error) == ("succeeded", None)
    assert await school.recommended() == []
    await school.rate(ANNA, [(SPACE[0], 4.5)])
    found = await school.recommended()
    assert {one.title.id for one in found[:4]} == set(SPACE[1:])
    assert {one.because.title for one in found[:4] if one.because} == {"Space 1"}
    assert SPACE[0] not in {one.title.id for one in found}
    assert len(await school.recommended(limit=2)) == 2
    assert await school.recommended(BEN) == []


async def test_what_was_begun_finished_or_rated_is_not_recommended(school: School) -> None:
    await school.learn()
    await school.stand.watch(LANTERN, 5900)
    await school.stand.watch(HARBOUR, 2900, "e1")
    await school.rate(ANNA, [(SPACE[0], 5), (SPACE[1], 1), (SPACE[2], 4)])
    found = {one.title.id for one in await school.recommended()}
    assert {SPACE[3], SPACE[4]} <= found
    assert not found & {LANTERN, HARBOUR, *SPACE[:3]}


async def test_people_teach_what_content_cannot_know(school: School) -> None:
    for number in range(8):
        await school.rate(f"fan{number}", [(SPACE[0], 5), (HEIST[4], 5)])
        await school.rate(f"other{number}", [(SPACE[1], 4), (HEIST[1 + number % 2], 4)])
    job = await school.learn()
    assert job.result is not None
    assert job.result["people"] == 16
    await school.rate(ANNA, [(SPACE[0], 5)])
    best, *_ = await school.recommended()
    assert best.title.id == HEIST[4]
    assert best.because is not None
    assert best.because.title_id == SPACE[0]


async def test_what_left_the_library_is_not_recommended(school: School) -> None:
    await school.learn()
    await school.rate(ANNA, [(SPACE[0], 5)])
    async with school.stand.database.write() as unit:
        await school.stand.catalog.set_unavailable(unit, [SPACE[1]])
        await school.stand.catalog.remove_titles(unit, [SPACE[2]])
    found = {one.title.id for one in await school.recommended()}
    assert found & set(SPACE) == {SPACE[3], SPACE[4]}


async def test_learning_anew_forgets_what_is_no_longer_so(school: School) -> None:
    await school.learn()
    await school.rate(ANNA, [(SPACE[0], 5)])
    before = await school.recommended()
    async with school.stand.database.write() as unit:
        await school.stand.catalog.remove_titles(unit, [SPACE[0]])
    await school.stand.clock.advance(60)
    await school.learn()
    assert before
    assert await school.recommended() == []


async def test_a_reason_that_is_gone_is_not_given(school: School) -> None:
    await school.learn()
    await school.rate(ANNA, [(SPACE[0], 5)])
    async with school.stand.database.write() as unit:
        await school.stand.catalog.remove_titles(unit, [SPACE[0]])
    assert {one.because for one in await school.recommended()} == {None}


async def test_a_cancelled_job_leaves_what_was_learned_before(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    await school.learn()
    await school.rate(ANNA, [(SPACE[0], 5)])
    before = [one.title.id for one in await school.recommended()]
    await school.stand.clock.advance(60)
    monkeypatch.setattr(learning_module, "_ROWS_AT_ONCE", 2)
    school.jobs.hold = True
    job_id = JobId(await school.learning.start("asked"))
    reports = 0

    def cancelled_after_some_rows(job: JobView) -> None:
        nonlocal reports
        if job.state == "running" and job.done:
            reports += 1
            school.jobs._jobs[job_id] = replace(job, state="cancelled")

    stop = school.jobs.listen(cancelled_after_some_rows)
    await school.jobs.run(job_id)
    stop()
    assert reports == 1
    assert (await school.jobs.get(job_id)).state == "cancelled"
    assert not [child for child in psutil.Process().children() if "learner_process" in " ".join(child.cmdline())]
    assert [one.title.id for one in await school.recommended()] == before
    school.jobs.hold = False
    assert (await school.learn()).state == "succeeded"


async def test_an_empty_library_forgets(school: School) -> None:
    await school.learn()
    await school.rate(ANNA, [(SPACE[0], 5)])
    async with school.stand.database.write() as unit:
        await school.stand.catalog.set_unavailable(unit, [*SPACE, *HEIST, LANTERN, FERRY, HARBOUR])
    job = await school.learn()
    assert (job.state, job.result) == ("succeeded", {"titles": 0})
    async with school.stand.database.read() as unit:
        assert await NeighboursRepository().of(unit, [*SPACE]) == {}


async def test_of_two_runs_at_once_the_later_one_counts(stand: Stand) -> None:
    rows, early, late = NeighboursRepository(), ADDED, ADDED + timedelta(minutes=1)
    async with stand.database.write() as unit:
        await rows.put(unit, [Learned("a", "people", [("new", 0.5)])], late)
        await rows.put(unit, [Learned("a", "people", [("old", 0.5)]), Learned("b", "people", [("old", 0.5)])], early)
        await rows.remove_older(unit, late)
    async with stand.database.read() as unit:
        assert await rows.of(unit, ["a", "b"]) == {"a": ItemNeighbours("a", [("new", 0.5)])}
        assert await rows.learned_at(unit) == late


async def test_progress_is_shown_up_to_the_whole(school: School) -> None:
    await school.learn()
    done = [(done, total) for _, done, total, _ in school.jobs.reports]
    assert done == sorted(done)
    assert done[-1] == (26, 26)


async def test_a_large_library_is_not_learned_after_every_scan(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_module, "_SMALL", 5)
    first, second = await school.learn("library"), await school.learn("library")
    await school.stand.clock.advance(timedelta(hours=1).total_seconds())
    third = await school.learn("library")
    assert [job.result and job.result.get("waits") for job in (first, second, third)] == [None, True, None]
    assert (await school.learn("asked")).result != {"waits": True}


async def test_what_was_watched_is_summed_up_by_title(stand: Stand) -> None:
    for item, position in (("e1", 2900), ("e2", 2950), ("e3", 300)):
        await stand.watch(HARBOUR, position, item)
    await stand.watch(LANTERN, 1500)
    await stand.watch(FERRY, 3)
    await stand.watch(FERRY, 2700, user=BEN)
    tastes = TasteRepository()
    async with stand.database.write() as unit:
        await stand.ratings.rate(unit, ANNA, LANTERN, 4.5)
    async with stand.database.read() as unit:
        assert await tastes.people(unit, 10) == [ANNA, BEN]
        played, rated = await tastes.played(unit, [ANNA, BEN], 100), await tastes.rated(unit, [ANNA, BEN], 100)
        assert [one.title_id for one in await tastes.played(unit, [ANNA], 2)] == [FERRY, LANTERN]
    found = {user: {seen.title_id: seen for seen in history} for user, history in histories(played, rated).items()}
    assert found.keys() == {ANNA, BEN}
    assert found[ANNA].keys() == {HARBOUR, LANTERN}, "opened for a moment only"
    harbour, lantern, ferry = found[ANNA][HARBOUR], found[ANNA][LANTERN], found[BEN][FERRY]
    assert (harbour.kind, harbour.watched, harbour.share, harbour.rating) == ("show", 2, pytest.approx(2950 / 3000), None)
    assert (lantern.kind, lantern.watched, lantern.share, lantern.rating) == ("movie", 0, 0.25, 4.5)
    assert lantern.at == stand.clock.now()
    assert (ferry.watched, ferry.share) == (0, 0.5)


async def test_rows_of_the_home_page(school: School) -> None:
    await school.learn()
    await school.rate(ANNA, [(HEIST[0], 2), (SPACE[0], 5)])
    async with school.stand.database.read() as unit:
        rows = {row.id: row for row in (await school.stand.catalog.home(unit, ANNA)).rows}
    assert rows["because-movie-301"].title == "Because you watched Space 1"
    because = rows["because-movie-301"].because
    assert because is not None
    assert (because.id, because.title) == ("movie-301", "Space 1")
    assert rows["recommended"].because is None
    assert {card.id for card in rows["because-movie-301"].items[:4]} == set(SPACE[1:])
    assert {card.id for card in rows["recommended"].items} >= set(SPACE[1:])
    assert "because-movie-401" not in rows, "nobody wants more of what was disliked"
    async with school.stand.database.write() as unit:
        await school.stand.catalog.set_unavailable(unit, [SPACE[4]])
    async with school.stand.database.read() as unit:
        rows = {row.id: row for row in (await school.stand.catalog.home(unit, ANNA)).rows}
    for row in ("because-movie-301", "recommended"):
        shown = {card.id for card in rows[row].items}
        assert shown & set(SPACE) == set(SPACE[1:4]), row
