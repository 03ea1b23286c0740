"""Sessions: links that end, limits, failures, and what survives a restart."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matinee.features.playback.policy import PlaybackOptions
from matinee.features.playback.transcoder import Transcoder
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.infra.media.tools import MediaTools
from tests.fixtures.clips import Clips
from tests.integration.playback.harness import API, Stage, addresses, staged

pytestmark = pytest.mark.anyio
WEB = {"video_codecs": ["h264"], "audio_codecs": ["aac"], "containers": ["mp4"]}
CONVERTS = {**WEB, "video_codecs": ["vp9"]}
Opens = Callable[..., Any]


@pytest.fixture
async def opened(database: Database, tools: MediaTools, tmp_path: Path) -> AsyncIterator[Opens]:
    """Starts servers on the same data and the same database, on both engines."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> Stage:
            clock = options.pop("clock", None)
            given = options.pop("tools", tools)
            chosen = PlaybackOptions(hardware_encoding=False, **options)
            return await stack.enter_async_context(staged(database, given, tmp_path / "data", chosen, clock))

        yield start


async def segment_urls(stage: Stage, session: dict[str, Any], name: str = "180p") -> list[str]:
    url = (await stage.variants(session["master_url"]))[name]
    return addresses(url, await stage.text(url))[1]


async def test_addresses_need_no_header_and_end_with_their_time(opened: Opens, clips: Clips) -> None:
    clock = ManualClock()
    stage = await opened(clock=clock)
    session = await stage.play(await stage.add(clips.path("film.mp4")), **WEB)
    assert (await stage.client.get(session["master_url"])).status_code == 200
    await clock.advance(12 * 3600)
    for url in (session["master_url"], session["file_url"]):
        late = await stage.client.get(url)
        assert (late.status_code, late.json()["code"]) == (410, "playback_url_expired")


@pytest.mark.parametrize("change", [("s=", "s=A"), ("e=", "e=9"), ("/sessions/0", "/sessions/1")])
async def test_a_changed_address_is_worth_nothing(stage: Stage, clips: Clips, change: tuple[str, str]) -> None:
    session = await stage.play(await stage.add(clips.path("film.mp4")), **WEB)
    forged = await stage.client.get(session["master_url"].replace(*change, 1))
    assert (forged.status_code, forged.json()["code"]) == (410, "playback_url_expired")


async def test_a_sessions_signature_opens_no_file_and_a_files_no_other(stage: Stage, clips: Clips) -> None:
    session = await stage.play(await stage.add(clips.path("film.mp4")), **WEB)
    other = await stage.add(clips.path("film.webm")) if "film.webm" in clips.names else await stage.add(clips.path("film.mp4"))
    query = session["master_url"].partition("?")[2]
    file_id = stage.shelf.items[other].files[0].id
    assert (await stage.client.get(f"{API}/files/{file_id}?session={session['id']}&{query}")).status_code == 410


async def test_deleting_a_session_revokes_its_addresses_and_stops_its_conversion(opened: Opens, long_film: Path) -> None:
    stage = await opened(ahead=1.0)
    session = await stage.play(await stage.add(long_film), **CONVERTS)
    urls = await segment_urls(stage, session, "240p")
    await stage.data(urls[0])
    runs = stage.container.get(Transcoder).runs
    assert len(runs) == 1
    others = await stage.client.delete(f"{API}/sessions/{session['id']}", headers={"X-User": "eve"})
    assert others.status_code == 404
    gone = await stage.client.delete(f"{API}/sessions/{session['id']}", headers={"X-User": "ada"})
    assert gone.status_code == 204
    await asyncio.wait_for(runs[0].task, 5)  # type: ignore[arg-type]
    assert stage.container.get(Transcoder).runs == ()
    for url in (session["master_url"], session["file_url"], urls[0]):
        assert (await stage.client.get(url)).status_code == 410


async def test_a_session_goes_on_after_a_restart_of_the_server(opened: Opens, clips: Clips) -> None:
    first = await opened()
    path = clips.path("film.mp4")
    session = await first.play(await first.add(path), **WEB)
    second = await opened()
    await second.add(path)
    assert (await second.client.get(session["master_url"])).text == (await first.client.get(session["master_url"])).text
    assert (await second.client.get(session["file_url"], headers={"Range": "bytes=0-9"})).content == path.read_bytes()[:10]
    listed = (await second.client.get(f"{API}/sessions", headers={"X-User": "ada"})).json()["items"]
    assert [(item["id"], item["method"]) for item in listed] == [(session["id"], "direct")]
    assert (await second.client.get(f"{API}/sessions", headers={"X-User": "eve"})).json()["items"] == []
    assert len((await second.client.get(f"{API}/sessions", headers={"X-User": "admin"})).json()["items"]) == 1


async def test_when_all_transcoders_are_taken_the_next_is_told_to_come_back(opened: Opens, long_film: Path, clips: Clips) -> None:
    clock = ManualClock()
    stage = await opened(max_transcodes=1, ahead=1.0, clock=clock)
    film, short = await stage.add(long_film), await stage.add(clips.path("film.mp4"))
    ada, eve = await stage.play(film, "ada", **CONVERTS), await stage.play(short, "eve", **CONVERTS)
    ada_urls, eve_urls = await segment_urls(stage, ada, "240p"), await segment_urls(stage, eve)
    await stage.data(ada_urls[0])
    refused = await stage.client.get(eve_urls[0])
    assert (refused.status_code, refused.json()["code"]) == (503, "transcode_capacity")
    assert int(refused.headers["retry-after"]) >= 1
    also = await stage.begin(short, "bob", **CONVERTS)
    assert (also.status_code, also.json()["code"]) == (503, "transcode_capacity")
    assert (await stage.begin(film, "bob", **WEB)).status_code == 201  # a remux needs no place
    await clock.advance(15)  # ada has paused: her place goes to who plays
    await stage.data(eve_urls[0])


async def test_viewers_of_the_same_place_share_a_run(opened: Opens, long_film: Path) -> None:
    stage = await opened(max_transcodes=1, ahead=1.0)
    item = await stage.add(long_film)
    ada, eve = await stage.play(item, "ada", **CONVERTS), await stage.play(item, "eve", **CONVERTS)
    await stage.data((await segment_urls(stage, ada, "240p"))[0])
    await stage.data((await segment_urls(stage, eve, "240p"))[4])
    (run,) = stage.container.get(Transcoder).runs
    assert set(run.viewers) == {ada["id"], eve["id"]}


async def test_one_user_cannot_take_every_transcoder(opened: Opens, long_film: Path, clips: Clips) -> None:
    stage = await opened(max_transcodes=4, max_transcodes_per_user=1, ahead=1.0, clock=ManualClock())
    film, short = await stage.add(long_film), await stage.add(clips.path("film.mp4"))
    await stage.data((await segment_urls(stage, await stage.play(film, **CONVERTS), "240p"))[0])
    refused = await stage.begin(short, "ada", **CONVERTS)
    assert refused.json()["code"] == "transcode_capacity"
    assert (await stage.begin(short, "eve", **CONVERTS)).status_code == 201


async def test_a_run_that_nobody_asks_for_is_stopped(opened: Opens, long_film: Path) -> None:
    clock = ManualClock()
    stage = await opened(ahead=1.0, clock=clock)
    session = await stage.play(await stage.add(long_film), **CONVERTS)
    await stage.data((await segment_urls(stage, session, "240p"))[0])
    (run,) = stage.container.get(Transcoder).runs
    assert run.next < run.rendition.grid.count  # held back, not finished
    await clock.advance(61)
    await asyncio.wait_for(run.task, 5)  # type: ignore[arg-type]
    assert stage.container.get(Transcoder).runs == ()


def failing(tools: MediaTools, folder: Path, times: int) -> MediaTools:
    """An ffmpeg that fails the first `times` runs that write segments."""
    script = folder / "ffmpeg-that-fails"
    script.write_text(
        f"""#!/bin/sh
case "$*" in *pipe:1*)
  echo x >> {folder}/runs
  if [ $(wc -l < {folder}/runs) -le {times} ]; then echo "the disk is on fire" >&2; exit 7; fi;;
esac
exec {tools.ffmpeg} "$@"
"""
    )
    script.chmod(0o755)
    return replace(tools, ffmpeg=script)


async def test_a_crashed_run_is_tried_once_more(opened: Opens, tools: MediaTools, tmp_path: Path, clips: Clips) -> None:
    stage = await opened(tools=failing(tools, tmp_path, 1))
    session = await stage.play(await stage.add(clips.path("film.mp4")), **CONVERTS)
    data = await stage.client.get((await segment_urls(stage, session))[0])
    assert data.status_code == 200


async def test_a_second_crash_is_an_error_with_last_words_in_the_log(
    opened: Opens, tools: MediaTools, tmp_path: Path, clips: Clips, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = await opened(tools=failing(tools, tmp_path, 99))
    session = await stage.play(await stage.add(clips.path("film.mp4")), **CONVERTS)
    url = (await segment_urls(stage, session))[0]
    for _ in range(3):
        failed = await stage.client.get(url)
        assert (failed.status_code, failed.json()["code"]) == (500, "transcode_failed")
    assert len((tmp_path / "runs").read_text().splitlines()) == 2  # asking again soon does not start it again
    assert "the disk is on fire" in capsys.readouterr().out


async def test_files_that_cannot_be_played_are_refused_with_the_reason(stage: Stage, tmp_path: Path) -> None:
    noise = tmp_path / "noise.mkv"
    noise.write_bytes(os.urandom(5000))
    broken = await stage.begin(await stage.add(noise), **WEB)
    assert (broken.status_code, broken.json()["code"]) == (422, "media_unreadable")


async def test_a_file_that_went_away_is_no_source(stage: Stage, clips: Clips, tmp_path: Path) -> None:
    path = tmp_path / "gone.mp4"
    path.write_bytes(clips.path("film.mp4").read_bytes())
    item = await stage.add(path)
    path.unlink()
    gone = await stage.begin(item, **WEB)
    assert (gone.status_code, gone.json()["code"]) == (404, "no_source")
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


async def test_everything_but_signed_addresses_needs_a_caller(stage: Stage, clips: Clips) -> None:
    item = await stage.add(clips.path("film.mp4"))
    for response in (
        await stage.client.post(f"{API}/sessions", json={"item_id": item}),
        await stage.client.get(f"{API}/sessions"),
        await stage.client.get(f"{API}/bandwidth"),
        await stage.client.get(f"{API}/sources/local-film-mp4"),
        await stage.client.get(f"{API}/prepared"),
    ):
        assert response.status_code == 401
    assert (await stage.client.post(f"{API}/prepare", json={"item_id": item}, headers={"X-User": "ada"})).status_code == 403


async def test_the_bandwidth_probe_has_the_size_asked_for_and_a_cap(stage: Stage) -> None:
    ada = {"X-User": "ada"}
    probe = await stage.client.get(f"{API}/bandwidth?bytes=100001", headers=ada)
    assert (len(probe.content), probe.headers["cache-control"]) == (100001, "no-store, no-transform")
    assert (await stage.client.head(f"{API}/bandwidth", headers=ada)).headers["content-length"] == "1000000"
    assert (await stage.client.get(f"{API}/bandwidth?bytes=99000000", headers=ada)).status_code == 422


async def test_sources_name_every_file_of_a_title(stage: Stage, clips: Clips) -> None:
    await stage.add(clips.path("film.mp4"))
    found = (await stage.client.get(f"{API}/sources/local-film-mp4", headers={"X-User": "ada"})).json()["items"]
    assert [(s["container"], s["video_codec"], s["height"], s["playable"]) for s in found] == [("mp4", "h264", 180, True)]
    none = await stage.client.get(f"{API}/sources/movie-1", headers={"X-User": "ada"})
    assert (none.status_code, none.json()["code"]) == (404, "no_source")
