"""The learner's process: real ones, also such that fail."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

import psutil
import pytest

from matinee.infra.recommender.learner import LearnerFailed, lesson
from matinee.infra.recommender.values import ItemTraits, LearnOptions

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]
OPTIONS = LearnOptions(enough_people=3, least_people=2, regularisation=1.0)
TITLES = [ItemTraits(name, "movie", {"genre:war": 1.0, f"person:{name[0]}": 1.0}) for name in ("a1", "a2", "b1", "b2", "c1")]
PEOPLE = [{"a1": 1.0, "b1": 0.6}, {"a1": 0.9, "b1": 1.0}, {"a1": 0.4, "b2": 1.0}]


async def taught(
    deadline: timedelta = timedelta(seconds=50), command: list[str] | None = None
) -> dict[tuple[str, str], list[str]]:
    found = {}
    async with lesson(deadline, command) if command else lesson(deadline) as one:
        await one.items(TITLES)
        await one.people(PEOPLE)
        async for learned in one.learned(OPTIONS):
            found[learned.origin, learned.item] = [other for other, _ in learned.neighbours]
    return found


async def test_a_lesson_in_a_process_of_its_own() -> None:
    found = await taught()
    assert found["people", "a1"][0] == "b1"
    assert found["content", "a1"][0] == "a2"
    assert ("people", "c1") not in found
    assert not [child for child in psutil.Process().children(recursive=True) if "learner_process" in " ".join(child.cmdline())]


async def test_numpy_stays_out_of_the_serving_process() -> None:
    program = (
        "import sys; import matinee.infra.recommender.learner, matinee.infra.recommender.serving; print('numpy' in sys.modules)"
    )
    found = await _output(program)
    assert found == "False"


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import sys; sys.exit(3)", "ended early"),
        ("import sys; sys.stdin.read()", "not done after"),
        ("import sys; [line for line in sys.stdin if 'learn' in line and print('{\"error\": \"odd\"}', flush=True)]", "odd"),
    ],
)
async def test_a_process_that_fails_is_one_error(program: str, message: str) -> None:
    with pytest.raises(LearnerFailed, match=message):
        await taught(timedelta(seconds=3), [sys.executable, "-c", program])


async def _output(program: str) -> str:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return out.decode().strip()
