"""The bridge between handler and workflow thread, with a recorder in place of the engine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from matinee.infra.jobs.channel import RunLost, StepChannel
from matinee.infra.jobs.definitions import JobInterrupted

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(10)]


class Recorder:
    """Records as DBOS does: by the order of the calls, failures of `perform` not at all."""

    def __init__(self, *recorded: str, refuse: Exception | None = None) -> None:
        self.recorded = list(recorded)
        self.position = 0
        self.refuse = refuse

    def __call__(self, name: str, perform: Callable[[], str]) -> str:
        position, self.position = self.position, self.position + 1
        if position < len(self.recorded):
            return self.recorded[position]
        text = perform()
        if self.refuse is not None:
            raise self.refuse
        self.recorded.append(text)
        return text


class Channel:
    """A channel with its thread."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def __aenter__(self) -> StepChannel:
        self._channel = StepChannel(asyncio.get_running_loop())
        self._thread = threading.Thread(target=self._channel.serve, args=(self._recorder,))
        self._thread.start()
        return self._channel

    async def __aexit__(self, *_: object) -> None:
        self._channel.close()
        await asyncio.to_thread(self._thread.join, 5)
        assert not self._thread.is_alive()


async def give(value: Any) -> Any:
    return value


async def test_steps_run_in_the_handlers_task_and_are_recorded() -> None:
    recorder = Recorder()
    here = asyncio.current_task()
    async with Channel(recorder) as channel:

        async def action() -> list[Any]:
            return [asyncio.current_task() is here, (1, 2)]

        assert await channel.step("a", action) == [True, [1, 2]]
    assert recorder.recorded == ["[true,[1,2]]"]


async def test_a_recorded_step_does_not_run_again() -> None:
    async with Channel(Recorder('"old"')) as channel:
        assert await channel.step("a", lambda: give("new")) == "old"
        assert await channel.step("b", lambda: give("new")) == "new"


async def test_a_failed_step_leaves_no_record_and_the_next_one_works() -> None:
    recorder = Recorder()

    async def fail() -> None:
        raise OSError("disk")

    async with Channel(recorder) as channel:
        with pytest.raises(OSError, match="disk"):
            await channel.step("a", fail)
        assert await channel.step("b", lambda: give(1)) == 1
    assert recorder.recorded == ["1"]


async def test_a_result_that_is_not_json_fails_the_step() -> None:
    recorder = Recorder()
    async with Channel(recorder) as channel:
        with pytest.raises(TypeError):
            await channel.step("a", lambda: give(object()))
    assert recorder.recorded == []


async def test_a_cancelled_handler_leaves_no_record() -> None:
    recorder = Recorder()
    async with Channel(recorder) as channel:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await channel.step("a", asyncio.Event().wait)
    assert recorder.recorded == []


async def test_a_run_that_was_taken_over_is_interrupted() -> None:
    async with Channel(Recorder(refuse=RunLost())) as channel:
        with pytest.raises(JobInterrupted):
            await channel.step("a", lambda: give(1))


async def test_trouble_of_the_engine_is_the_steps_failure() -> None:
    async with Channel(Recorder(refuse=ConnectionError("gone"))) as channel:
        with pytest.raises(ConnectionError, match="gone"):
            await channel.step("a", lambda: give(1))
