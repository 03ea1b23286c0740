"""Learning, in a process of its own: it takes a core for seconds and numpy's memory, and both are given back when it ends.

LearnerFailed       the process did not finish: it was killed, ran out of time, or found a fault
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from matinee.infra.recommender.values import ItemTraits, Learned, LearnOptions

_COMMAND = (sys.executable, "-P", "-m", "matinee.infra.recommender.learner_process")
_LONGEST_LINE = 1024 * 1024
DEADLINE = timedelta(minutes=30)


class LearnerFailed(Exception):
    """Nothing was learned, or not all."""


class Lesson:
    """One process that is being taught, then tells what it has learned."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout

    async def items(self, traits: Iterable[ItemTraits]) -> None:
        """Tell what the items are."""
        await self._tell([{"item": [one.item, one.kind, dict(one.features), one.appeal]} for one in traits])

    async def people(self, people: Iterable[Mapping[str, float]]) -> None:
        """Tell what each person used, with weights of 0..1."""
        await self._tell([{"person": dict(one)} for one in people])

    async def learned(self, options: LearnOptions) -> AsyncIterator[Learned]:
        """Have it learn; gives the neighbours of one item after the other. Raises `LearnerFailed`."""
        await self._tell([{"learn": asdict(options)}])
        while line := await self._out.readline():
            answer: dict[str, Any] = json.loads(line)
            if "done" in answer:
                return
            if "error" in answer:
                raise LearnerFailed(str(answer["error"]))
            yield Learned(answer["item"], answer["origin"], [(other, weight) for other, weight in answer["neighbours"]])
        raise LearnerFailed("the process ended early")

    async def _tell(self, lines: Sequence[Mapping[str, Any]]) -> None:
        try:
            self._in.writelines(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)
            await self._in.drain()
        except ConnectionError as error:
            raise LearnerFailed("the process ended early") from error


@asynccontextmanager
async def lesson(deadline: timedelta = DEADLINE, command: Sequence[str] = _COMMAND) -> AsyncIterator[Lesson]:
    """A process for one lesson; it ends with the block, however that ends. Raises `LearnerFailed` at the deadline."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LONGEST_LINE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            yield Lesson(process)
    except TimeoutError as error:
        raise LearnerFailed(f"not done after {deadline}") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
