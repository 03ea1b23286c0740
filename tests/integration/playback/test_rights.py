"""What an account may do and how much of it, as playing sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from matinee.features.accounts.events import AccountClosed
from matinee.features.playback.policy import PlaybackOptions
from matinee.features.playback.service import PlaybackService
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.infra.http.rights import Allowance, Rights
from matinee.infra.ids import UserId
from matinee.infra.media.tools import MediaTools
from tests.fixtures.clips import Clips
from tests.integration.playback.harness import API, Account, Stage, staged

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
