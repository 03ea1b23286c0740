"""What an account may do and how much of it, as playing sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from matinee.features.accounts.events import AccountClosed
from matinee.features.playback.delivery import Delivery
from matinee.features.playback.policy import PlaybackOptions
from matinee.features.playback.presence import Presence
from matinee.features.playback.service import PlaybackService
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.infra.http.rights import Allowance, Rights
from matinee.infra.ids import UserId
from matinee.infra.media.tools import MediaTools
from tests.fixtures.clips import Clips
from tests.integration.playback.harness import API, Account, Stage, addresses, staged

pytestmark = pytest.mark.anyio
WEB = {"video_codecs": ["h264"], "audio_codecs": ["aac"], "containers": ["mp4"]}
CONVERTS = {**WEB, "video_codecs": ["vp9"]}


def account(stage: Stage) -> Account:
    return cast(Account, stage.container.get(cast(Any, Rights)))


async def status(stage: Stage, item: str, may: str, capabilities: dict[str, Any]) -> tuple[int, str]:
    headers = {"X-User": "ada", "X-May": may}
    answer = await stage.client.post(f"{API}/sessions", json={"item_id": item, "capabilities": capabilities}, headers=headers)
    return answer.status_code, answer.json().get("code", answer.json().get("decision", {}).get("method"))


async def test_playing_and_converting_are_permissions_of_their_own(stage: Stage, clips: Clips) -> None:
    item = await stage.add(clips.path("film.mp4"))
    assert await status(stage, item, "request", WEB) == (403, "forbidden")
    assert await status(stage, item, "play", WEB) == (201, "direct")
    assert await status(stage, item, "play", CONVERTS) == (403, "forbidden")
    assert await status(stage, item, "play,transcode", CONVERTS) == (201, "transcode")
    account(stage).allowed = Allowance(transcodes=0)
    assert await status(stage, item, "play,transcode", CONVERTS) == (403, "forbidden")
    assert await status(stage, item, "play,transcode", WEB) == (201, "direct")


async def test_as_many_streams_as_the_account_may_have(
    embedded: Database, tools: MediaTools, tmp_path: Path, clips: Clips
) -> None:
    clock = ManualClock()
    async with staged(embedded, tools, tmp_path / "data", PlaybackOptions(hardware_encoding=False), clock) as stage:
        first, second = await stage.add(clips.path("film.mp4")), await stage.add(clips.path("vfr.mp4"))
        account(stage).allowed = Allowance(streams=1)
        session = await stage.play(first, **WEB)
        await clock.advance(50)
        assert (await stage.begin(first, **WEB)).status_code == 201, "who reloads the page replaces the stream"
        refused = await stage.begin(second, **WEB)
        assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
        assert refused.headers["retry-after"] == "10"
        assert (await stage.begin(second, user="ben", **WEB)).status_code == 201
        assert (await stage.client.get(session["master_url"])).status_code == 200
        await clock.advance(30)
        assert (await stage.begin(second, **WEB)).status_code == 429, "the first one is still being watched"
        await clock.advance(31)
        assert (await stage.begin(second, **WEB)).status_code == 201


async def test_a_closed_account_plays_no_further(stage: Stage, clips: Clips) -> None:
    item = await stage.add(clips.path("film.mp4"))
    ended, stays = await stage.play(item, **WEB), await stage.play(item, user="ben", **WEB)
    assert (await stage.client.get(ended["file_url"])).status_code == 200
    await stage.container.get(PlaybackService).end_all(AccountClosed(UserId("ada"), deleted=False))
    for url in ("master_url", "file_url"):
        assert (await stage.client.get(ended[url])).status_code == 410
        assert (await stage.client.get(stays[url])).status_code == 200


@asynccontextmanager
async def two_processes(database: Database, tools: MediaTools, folder: Path, clock: ManualClock) -> AsyncIterator[list[Stage]]:
    """Two servers on one database, as far as sessions know."""
    options = PlaybackOptions(hardware_encoding=False)
    async with (
        staged(database, tools, folder / "one", options, clock) as one,
        staged(database, tools, folder / "two", options, clock) as two,
    ):
        yield [one, two]


async def on_both(stages: list[Stage], path: Path) -> str:
    items = {await stage.add(path) for stage in stages}
    return items.pop()


async def test_streams_count_over_all_processes(database: Database, tools: MediaTools, tmp_path: Path, clips: Clips) -> None:
    clock = ManualClock()
    async with two_processes(database, tools, tmp_path, clock) as (one, two):
        first, second = await on_both([one, two], clips.path("film.mp4")), await on_both([one, two], clips.path("vfr.mp4"))
        for stage in (one, two):
            account(stage).allowed = Allowance(streams=1)
        session = await one.play(first, **WEB)
        refused = await two.begin(second, **WEB)
        assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (429, "quota_exceeded", "60")
        assert (await two.begin(second, user="ben", **WEB)).status_code == 201
        await clock.advance(50)
        assert (await one.client.get(session["master_url"])).status_code == 200
        await one.container.get(Presence).beat()
        await clock.advance(30)
        assert (await two.begin(second, **WEB)).status_code == 429, "it is still being watched, over there"
        await clock.advance(31)
        assert (await two.begin(second, **WEB)).status_code == 201
        assert (await one.begin(first, **WEB)).status_code == 429, "and the other way round"


async def test_two_that_begin_at_the_same_moment_do_not_both_get_the_last_place(
    database: Database, tools: MediaTools, tmp_path: Path, clips: Clips
) -> None:
    async with two_processes(database, tools, tmp_path, ManualClock()) as stages:
        items = [await on_both(stages, clips.path(name)) for name in ("film.mp4", "vfr.mp4")]
        for stage in stages:
            account(stage).allowed = Allowance(streams=1)
        for user in ("ada", "ben", "cleo"):
            answers = await asyncio.gather(*(s.begin(i, user=user, **WEB) for s, i in zip(stages, items, strict=True)))
            assert sorted(answer.status_code for answer in answers) == [201, 429]


async def test_conversions_count_over_all_processes(database: Database, tools: MediaTools, tmp_path: Path, clips: Clips) -> None:
    clock = ManualClock()
    async with two_processes(database, tools, tmp_path, clock) as (one, two):
        first, second = await on_both([one, two], clips.path("film.mp4")), await on_both([one, two], clips.path("vfr.mp4"))
        for stage in (one, two):
            account(stage).allowed = Allowance(transcodes=1)
        session = await one.play(first, **CONVERTS)
        refused = await two.begin(second, **CONVERTS)
        assert (refused.status_code, refused.json()["code"]) == (503, "transcode_capacity")
        assert (await two.begin(second, **WEB)).status_code == 201, "what needs no conversion is free"
        shown = (await two.client.get(f"{API}/sessions", headers={"X-User": "ada"})).json()["items"]
        assert {one["item_id"]: one["transcoding"] for one in shown} == {first: True, second: False}
        assert (await two.begin(first, **CONVERTS)).status_code == 201, "the same film again, through the other process"
        await one.client.delete(f"{API}/sessions/{session['id']}", headers={"X-User": "ada"})
        assert (await one.begin(second, **CONVERTS)).status_code == 503, "the second process has it now"
        await clock.advance(31)
        assert (await one.begin(second, **CONVERTS)).status_code == 201, "nobody has asked for it for long"


async def test_what_another_process_converts_leaves_no_place_for_a_run(
    database: Database, tools: MediaTools, tmp_path: Path, clips: Clips
) -> None:
    clock = ManualClock()
    async with two_processes(database, tools, tmp_path, clock) as (one, two):
        first, second = await on_both([one, two], clips.path("film.mp4")), await on_both([one, two], clips.path("vfr.mp4"))
        for stage in (one, two):
            account(stage).allowed = Allowance(transcodes=1)
        early = await segment_of(two, await two.play(second, **CONVERTS))
        await clock.advance(31)
        watched = await one.play(first, **CONVERTS)
        await one.data(await segment_of(one, watched))
        await one.container.get(Presence).beat()
        await two.container.get(Presence).beat()
        refused = await two.client.get(early)
        assert (refused.status_code, refused.json()["code"]) == (503, "transcode_capacity")
        await one.client.delete(f"{API}/sessions/{watched['id']}", headers={"X-User": "ada"})
        await two.client.get(early.replace("0.m4s", "1.m4s"))  # its player asks again
        await two.container.get(Presence).beat()
        assert await two.data(early)


async def segment_of(stage: Stage, session: dict[str, Any]) -> str:
    """The first segment of the first picture of a session."""
    playlist_url = next(iter((await stage.variants(session["master_url"])).values()))
    return addresses(playlist_url, await stage.text(playlist_url))[1][0]


async def test_who_takes_a_whole_film_with_one_request_plays_until_its_last_byte(
    embedded: Database, tools: MediaTools, tmp_path: Path, clips: Clips
) -> None:
    clock = ManualClock()
    async with staged(embedded, tools, tmp_path / "data", PlaybackOptions(hardware_encoding=False), clock) as stage:
        first, second = await stage.add(clips.path("film.mp4")), await stage.add(clips.path("vfr.mp4"))
        account(stage).allowed = Allowance(streams=1)
        big = tmp_path / "big.mp4"
        big.write_bytes(clips.path("film.mp4").read_bytes() + b"\0\0\x40\0free" + bytes(64 * 1024 * 1024))
        session = await stage.play(first, **WEB)
        (file,) = stage.shelf.items[first].files
        object.__setattr__(file, "path", big)
        host, port = stage.client.base_url.host, stage.client.base_url.port
        reader, writer = await asyncio.open_connection(host, port, limit=1024)
        writer.write(f"GET {session['file_url']} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert (await reader.readexactly(12)) == b"HTTP/1.1 200"
        await clock.advance(600)
        assert (await stage.begin(second, **WEB)).status_code == 429, "it is still on the wire"
        await stage.container.get(Presence).beat()
        writer.close()
        opened = stage.container.get(Delivery)._sessions.known(session["id"])
        assert opened is not None
        async with asyncio.timeout(20):
            while opened.taken:
                await asyncio.sleep(0.01)
        await clock.advance(61)
        assert (await stage.begin(second, **WEB)).status_code == 201
