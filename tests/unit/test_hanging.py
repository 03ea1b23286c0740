"""A test that hangs ends, and says where, whatever it does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFTEST = """
import pytest

pytest_plugins = ["tests.hanging"]


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio", {"use_uvloop": True}
"""
HEAD = """
import asyncio
import threading

import pytest

"""
ENDED = """
async def never():
    await asyncio.Event().wait()

async def beside():
    await asyncio.sleep(3600)

@pytest.mark.anyio
async def test_waits():
    async with asyncio.TaskGroup() as group:
        group.create_task(beside())
        await never()

def test_waits_for_a_thread():
    threading.Event().wait()

def test_passes():
    pass

@pytest.mark.anyio
async def test_ends_something_in_time():
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await never()

@pytest.mark.timeout(9)
@pytest.mark.anyio
async def test_has_its_own_limit():
    await asyncio.sleep(1.2)
"""
NOT_ENDED = """
@pytest.fixture
async def stuck(anyio_backend):
    await asyncio.Event().wait()

@pytest.mark.anyio
async def test_async_fixture(stuck):
    pass

@pytest.mark.anyio
async def test_swallows_its_end():
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass

@pytest.mark.anyio
async def test_keeps_the_loop_busy():
    while True:
        pass

@pytest.fixture
def stuck_at_the_end():
    yield
    threading.Event().wait()

def test_teardown_of_a_failure(stuck_at_the_end):
    assert False

def test_passes():
    pass
"""


def run(folder: Path, tests: str, *arguments: str) -> tuple[str, dict[str, int]]:
    """What pytest says of a file with these tests, their limit being one second; the results counted."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text(HEAD + tests)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(folder)]
    command += [argument for plugin in ("anyio", "pytest_timeout", "xdist") for argument in ("-p", plugin)]
    done = subprocess.run(
        [*command, "--timeout", "1", *arguments, str(folder)],
        check=False,
        capture_output=True,
        text=True,
        timeout=90,
        cwd=ROOT,
        env={**os.environ, "PYTEST_HANG_GRACE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
    )
    counted = re.findall(r"(\d+) (passed|failed|error)", done.stdout.splitlines()[-1])
    return done.stdout + done.stderr, {word: int(count) for count, word in counted}


def test_a_hung_test_fails_where_it_waits(tmp_path: Path) -> None:
    said, counted = run(tmp_path, ENDED)
    assert counted == {"passed": 3, "failed": 2}, said
    assert said.count("hung: not at its end after 1 s") >= 1
    assert re.search(r"test_it.py:\d+: in never\n", said), "the traceback leads there"
    assert "in beside" in said, "and the other tasks are told of"
    assert "Failed: Timeout (>1.0s) from pytest-timeout" in said


@pytest.mark.slow
def test_what_cannot_be_ended_ends_its_worker_and_the_others_go_on(tmp_path: Path) -> None:
    said, counted = run(tmp_path, NOT_ENDED, "-n", "2", "--dist", "worksteal")
    names = re.findall(r"def (test_\w+)", NOT_ENDED)[:-1]
    for name in names:
        assert f"hung and could not be ended: test_it.py::{name}" in said
        assert f"crashed while running 'test_it.py::{name}'" in said
    for place in ("stuck", "test_swallows_its_end", "test_keeps_the_loop_busy", "stuck_at_the_end"):
        assert re.search(rf"test_it.py\", line \d+, in {place}\n", said), place
    assert counted["passed"] == 1
    assert counted["failed"] >= len(names)
