"""Both kinds of ffmpeg, and the clips."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matinee.infra.media.probe import ProbeOptions, Prober, make_worker_pool
from matinee.infra.media.tools import MediaTools, bundled_ffmpeg, describe_ffmpeg
from tests.fixtures.clips import clips

__all__ = ["clips"]

_FFMPEGS = {"path": shutil.which("ffmpeg"), "bundled": bundled_ffmpeg()}


@pytest.fixture(scope="session", params=[name for name, path in _FFMPEGS.items() if path])
def tools(request: pytest.FixtureRequest) -> MediaTools:
    """The ffmpeg on PATH, then the bundled one: they are years apart."""
    # Not a fixture of the tests' own event loop: one that lasts for the session would keep that loop for all other tests.
    return asyncio.run(describe_ffmpeg(Path(str(_FFMPEGS[request.param]))))


@pytest.fixture(scope="module")
async def prober(anyio_backend: str) -> AsyncIterator[Prober]:
    """A prober with one worker process."""
    prober = Prober(make_worker_pool(ProbeOptions(workers=1)))
    yield prober
    await prober.aclose()
