"""Work for a few threads, with a bounded queue and honest figures."""

from __future__ import annotations

import asyncio
import threading

import pytest

from matinee.infra.workshop import Workshop, WorkshopFull

pytestmark = pytest.mark.anyio


async def test_gives_what_the_work_gives_and_raises_what_it_raises() -> None:
    workshop = Workshop("test", workers=1, places=2)
    assert await workshop.run(lambda: threading.current_thread() is threading.main_thread()) is False
    with pytest.raises(ZeroDivisionError):
        await workshop.run(lambda: 1 // 0)
    assert (workshop.figures.done, workshop.figures.running, workshop.figures.waiting) == (2, 0, 0)
    workshop.close()


async def test_at_most_so_many_run_and_wait() -> None:
    workshop, gate, begun = Workshop("test", workers=2, places=3), threading.Event(), threading.Semaphore(0)

    def piece() -> int:
        begun.release()
        gate.wait(20)
        return 1

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(workshop.run(piece)) for _ in range(2)]
            for _ in range(2):
                await asyncio.to_thread(begun.acquire, timeout=20)
            tasks += [group.create_task(workshop.run(piece)) for _ in range(3)]
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert (workshop.figures.running, workshop.figures.waiting) == (2, 3)
            with pytest.raises(WorkshopFull):
                await workshop.run(piece)
            tasks[4].cancel()
            while workshop.figures.waiting > 2:
                await asyncio.sleep(0)
            gate.set()
        assert [task.result() for task in tasks[:4]] == [1] * 4
    finally:
        gate.set()
        workshop.close()
    figures = workshop.figures
    assert (figures.running, figures.waiting, figures.done, figures.refused) == (0, 0, 4, 1)


async def test_a_closed_workshop_takes_nothing() -> None:
    workshop = Workshop("test", workers=1, places=1)
    workshop.close()
    with pytest.raises(RuntimeError):
        await workshop.run(lambda: 1)
    assert workshop.figures.waiting == 0
