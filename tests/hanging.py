"""A test that hangs fails where it hung; a hang that cannot be ended ends its process, with all stacks.

pytest-timeout's signal does not get out of a loop of uvloop: its handler raises inside the loop, which throws that away. So:

1. the body of an async test is cancelled: it fails like any test, and its traceback leads to what it waited for;
2. any other test is ended by pytest-timeout's signal, in whatever its main thread does;
3. what still runs `GRACE_SECONDS` later (an async fixture, a test that swallows its end, a loop that is kept busy) ends the
   process. The stacks of all threads and tasks go to standard error; pytest-xdist names the test as the one that crashed its
   worker, starts another worker and goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import functools
import gc
import inspect
import os
import sys
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Generator, Iterator
from typing import Any

import pytest

GRACE_SECONDS = float(os.environ.get("PYTEST_HANG_GRACE", "20"))
DEADLINE = pytest.StashKey[float]()
BACKSTOP = pytest.StashKey[threading.Timer]()
TERMINAL = pytest.StashKey[int]()
Test = Callable[..., Awaitable[None]]


def pytest_configure(config: pytest.Config) -> None:
    """Keep the way to the terminal, which is hidden while a test runs."""
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        config.stash[TERMINAL] = os.dup(2)


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool | None:
    """Start the last resort; only tests that are not async are left to pytest-timeout's signal."""
    item.stash[DEADLINE] = time.monotonic() + settings.timeout
    seconds, terminal = settings.timeout + GRACE_SECONDS, item.config.stash[TERMINAL]
    timer = item.stash[BACKSTOP] = threading.Timer(seconds, _end_process, (item, terminal))
    timer.daemon = True
    timer.start()
    faulthandler.dump_traceback_later(seconds + GRACE_SECONDS, exit=True, file=terminal)  # needs no GIL
    return True if inspect.iscoroutinefunction(getattr(item, "obj", None)) else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """The last resort holds for the teardown too; pytest-timeout takes its own signal back as soon as a test fails."""
    try:
        return (yield)
    finally:
        _stop_backstop(item)


def pytest_exception_interact(node: pytest.Item) -> None:
    """pytest's own plugin takes the dump back at a failure, before a debugger; so does this where there is one."""
    if node.config.getoption("usepdb", default=False):
        _stop_backstop(node)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Before anyio runs the test, give it its limit."""
    deadline, test = pyfuncitem.stash.get(DEADLINE, None), pyfuncitem.obj
    if deadline is not None and inspect.iscoroutinefunction(test):
        pyfuncitem.obj = bounded(test, max(deadline - time.monotonic(), 0.5))
    try:
        return (yield)
    finally:
        pyfuncitem.obj = test


def bounded(test: Test, seconds: float) -> Test:
    """The test, ended from within after so long."""

    @functools.wraps(test)
    async def run(*args: Any, **kwargs: Any) -> None:
        task, loop, expired = asyncio.current_task(), asyncio.get_running_loop(), threading.Event()
        assert task is not None

        def expire() -> None:
            expired.set()
            sys.stderr.write(stacks_of_tasks())
            with contextlib.suppress(RuntimeError):  # the loop has ended in this moment
                loop.call_soon_threadsafe(task.cancel)

        # A thread's time, not the loop's: there are tests whose loops let time fly.
        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            await test(*args, **kwargs)
        except asyncio.CancelledError:
            if not expired.is_set():
                raise
            task.uncancel()
            pytest.fail(f"hung: not at its end after {seconds:.0f} s")
        finally:
            timer.cancel()

    return run


def stacks_of_tasks() -> str:
    """Where each task of every loop of this process waits, the innermost call last."""
    tasks = [one for one in gc.get_objects() if isinstance(one, asyncio.Task) and not one.done()]
    return "".join(f"Task {task.get_name()}\n{''.join(_waits(task.get_coro()))}" for task in tasks)


def _waits(awaited: Any) -> Iterator[str]:
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
        if frame is not None:
            yield f'  File "{frame.f_code.co_filename}", line {frame.f_lineno}, in {frame.f_code.co_qualname}\n'
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)


def _stop_backstop(item: pytest.Item) -> None:
    if BACKSTOP in item.stash:
        item.stash[BACKSTOP].cancel()
        faulthandler.cancel_dump_traceback_later()


def _end_process(item: pytest.Item, terminal: int) -> None:
    try:
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        told = [f"\n++ hung and could not be ended: {item.nodeid}, process {os.getpid()}\n"]
        for identity, frame in sys._current_frames().items():
            if identity != threading.get_ident():
                told += [f"Thread {names.get(identity, identity)}\n", *traceback.format_stack(frame)]
        told.append(stacks_of_tasks())
        os.write(terminal, "".join(told).encode())
    finally:
        os._exit(1)
