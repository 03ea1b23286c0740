"""The watcher on a real folder, with the system's own notifications."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import anyio
import pytest

from matinee.features.library.policy import LibraryOptions, ScanRequest
from matinee.features.library.watcher import Watcher, watching
from tests.integration.library.conftest import Stand

pytestmark = pytest.mark.anyio


async def test_a_new_file_has_its_folder_scanned(stand: Stand) -> None:
    (stand.root / "Show").mkdir()
    asked: list[ScanRequest] = []
    heard = asyncio.Event()

    async def start(request: ScanRequest) -> None:
        asked.append(request)
        heard.set()

    watcher = Watcher(stand.database, start, stand.clock, LibraryOptions(debounce=timedelta(milliseconds=50)))
    with anyio.fail_after(30):
        async with watching(watcher):
            number = 0
            while not heard.is_set():  # files keep coming until the watcher, which starts in the background, is there to see one
                number += 1
                stand.put(f"Show/Show S01E{number:02}.mkv")
                with anyio.move_on_after(0.3):
                    await heard.wait()
    assert asked[0] == ScanRequest(stand.folder_id, "Show")


async def test_a_failure_does_not_end_the_watching(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = 0
    again = asyncio.Event()

    async def fail(self: Watcher) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 2:
            again.set()
            await asyncio.Event().wait()
        raise OSError("the disk went away")

    async def start(request: ScanRequest) -> None:
        """Never called."""

    monkeypatch.setattr(Watcher, "_round", fail)
    with anyio.fail_after(10):
        async with watching(Watcher(stand.database, start, stand.clock, LibraryOptions())):
            while not again.is_set():
                await stand.clock.advance(31)
    assert rounds == 2
