"""Prepared renditions: made by a job, listed, served, deleted; and gone on with after a kill."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from matinee.infra.media.tools import MediaTools
from matinee.infra.paths import DataPaths
from tests.fixtures.clips import Clips
from tests.integration.playback.harness import API, Stage, read_through

pytestmark = pytest.mark.anyio
ADMIN = {"X-User": "admin"}
CONVERTS = {"video_codecs": ["vp9"], "audio_codecs": ["aac"], "containers": ["mp4"]}


async def test_prepared_segments_are_served_listed_and_deleted(stage: Stage, tools: MediaTools, clips: Clips) -> None:
    item = await stage.add(clips.path("film.mp4"))
    started = await stage.client.post(f"{API}/prepare", json={"item_id": item}, headers=ADMIN)
    assert started.status_code == 202
    job = await stage.jobs.get(started.json()["job_id"])
    assert (job.state, job.error) == ("succeeded", None)
    assert job.done == job.total
    (listed,) = (await stage.client.get(f"{API}/prepared", headers=ADMIN)).json()["items"]
    assert listed["item_id"] == item
    assert {r["name"]: r["complete"] for r in listed["renditions"]} == {"180p": True, "a1": True, "a2": True}
    folder = stage.container.get(DataPaths).prepared
    assert listed["bytes"] == sum(p.stat().st_size for p in folder.rglob("*") if p.suffix in (".m4s", ".mp4"))
    session = await stage.play(item, **CONVERTS)
    reading = await read_through(tools, str(stage.client.base_url) + session["master_url"])
    assert (reading.complaints, reading.seconds) == ([], pytest.approx(6, abs=0.5))
    metrics = (await stage.client.get("/metrics")).text
    assert "matinee_transcoder_runs_started_total{" not in metrics  # nothing was made again
    assert (await stage.client.delete(f"{API}/prepared/{item}", headers=ADMIN)).status_code == 204
    assert (await stage.client.get(f"{API}/prepared", headers=ADMIN)).json()["items"] == []
    assert (await stage.client.delete(f"{API}/prepared/{item}", headers=ADMIN)).status_code == 404


async def test_an_unknown_rendition_is_refused_with_those_that_there_are(stage: Stage, clips: Clips) -> None:
    item = await stage.add(clips.path("film.mp4"))
    refused = await stage.client.post(f"{API}/prepare", json={"item_id": item, "renditions": ["1080p"]}, headers=ADMIN)
    assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
    assert "180p" in refused.json()["detail"]


PREPARING = """
import asyncio, sys
from pathlib import Path
from matinee.features.playback.decider import Capabilities, decide
from matinee.features.playback.prepared import PreparedStore, prepare_rendition
from matinee.features.playback.rendering import Renderer
from matinee.features.playback.renditions import present
from matinee.features.playback.sources import SourceFile
from matinee.infra.media.encoders import EncoderChooser
from matinee.infra.media.probe import ProbeOptions, Prober, make_worker_pool
from matinee.infra.media.tools import find_media_tools

async def main(path, folder):
    tools = await find_media_tools()
    prober = Prober(make_worker_pool(ProbeOptions(workers=1)))
    info = await prober.probe(path)
    source = SourceFile("f", path, path.stat().st_size, path.stat().st_mtime_ns, "ok", info)
    shown = present(source, info, decide(info, Capabilities()), Capabilities(), None)
    rendition = await Renderer(tools, EncoderChooser(tools, software_only=True)).picture(shown, shown.pictures[0])
    store = PreparedStore(folder)
    async def told(missing):
        print(missing, flush=True)
    await prepare_rendition(store, rendition, asyncio.to_thread, told)
    store.finish(rendition)
    print("done", store.missing(rendition), flush=True)
    await prober.aclose()

asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
"""


async def test_a_killed_preparation_goes_on_where_it_stopped_and_leaves_no_ffmpeg(
    long_film: Path, tmp_path: Path, tools: MediaTools
) -> None:
    folder = tmp_path / "prepared"
    command = [sys.executable, "-c", PREPARING, str(long_film), str(folder)]
    first = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert first.stdout is not None
    for _ in range(3):
        assert (await asyncio.wait_for(first.stdout.readline(), 60)).strip().isdigit()
    children = _children(first.pid)
    assert any("ffmpeg" in name for name in children.values())
    os.kill(first.pid, signal.SIGKILL)
    await first.wait()
    there = {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.m4s")}
    assert len(there) >= 3
    second = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    output, _ = await asyncio.wait_for(second.communicate(), 100)
    lines = output.decode().split("\n")
    assert "done []" in lines
    assert int(lines[0]) < 10 - len(there)  # counted down from what was missing
    after = {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.m4s")}
    assert {name: after[name] for name in there} == there  # nothing was made twice
    for pid, name in children.items():
        if "ffmpeg" in name:
            assert not Path(f"/proc/{pid}").exists() or "ffmpeg" not in _name(pid)
    (made,) = {path.parent for path in folder.rglob("*.m4s")}
    whole = tmp_path / "whole.mp4"
    numbers = sorted(made.glob("*.m4s"), key=lambda path: int(path.stem))
    whole.write_bytes((made / "init.mp4").read_bytes() + b"".join(path.read_bytes() for path in numbers))
    reading = await read_through(tools, str(whole))
    assert (reading.complaints, reading.pictures) == ([], pytest.approx(720, abs=2))


def _children(pid: int) -> dict[int, str]:
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue
        if int(text.rpartition(")")[2].split()[1]) == pid:
            number = int(path.parent.name)
            found[number] = _name(number)
    return found


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
