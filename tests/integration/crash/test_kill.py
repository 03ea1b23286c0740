"""`kill -9` in the middle of the work: after a restart it is finished, and nothing is there twice."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.fixtures import episodes
from tests.servers.product import Product, environment
from tests.servers.waiting import wait_for_end, wait_until

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]
FILES = 240
FILM_SECONDS = 24


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


@pytest.fixture
def product(tmp_path: Path, library: Path, empty_database_url: str) -> Iterator[Product]:
    """A server that is not started yet, on each engine."""
    settings = {
        "MATINEE_LIBRARY_PATHS": str(library),
        "MATINEE_WATCH": "false",
        "MATINEE_DATABASE_URL": empty_database_url,
    }
    data = tmp_path / "data"
    data.mkdir()
    command = [sys.executable, "-m", "matinee", "migrate"]
    subprocess.run(command, check=True, cwd=data, env=environment(data, settings), timeout=60, stdout=subprocess.DEVNULL)
    server = Product(data, settings)
    yield server
    server.close()


def progress_of(client: httpx2.Client, job_id: str) -> dict[str, Any] | None:
    """The job once it has done something and while it has not ended."""
    job: dict[str, Any] = client.get(f"/api/v1/admin/jobs/{job_id}").raise_for_status().json()
    assert job["state"] in {"queued", "running"}, f"too late to interrupt: {job}"
    return job if job["state"] == "running" and job["done"] else None


def test_a_scan_goes_on_where_it_was_killed(product: Product, library: Path, tmp_path: Path) -> None:
    product.start()
    episodes.fill(library, episodes.clip(tmp_path / "clip.mp4"), FILES)
    with product.signed_in() as client:
        job_id = client.post("/api/v1/library/scan", json={}).raise_for_status().json()["job_id"]
        wait_until(lambda: progress_of(client, job_id), 60, "the scan to have begun")
        product.kill()
    product.start()
    with product.signed_in() as client:
        wait_for_end(client, job_id)
        # The scan that every start begins with may have met the first of the files.
        scans = client.get("/api/v1/admin/jobs?name=library.scan&limit=100").json()["items"]
        scanned = [client.get(f"/api/v1/library/scan/{scan['id']}").json() for scan in scans]
        shows = client.get("/api/v1/library/shows").json()["items"]
        assert [show["title"] for show in shows] == ["Measured 001"]
        items = client.get(f"/api/v1/shows/{shows[0]['id']}").json()["library"]["items"]
    found = Counter((item["season"], item["episode"]) for item in items)
    assert len(found) == FILES
    assert set(found.values()) == {1}
    assert all(len(item["files"]) == 1 for item in items)
    assert sum(scan["added"] for scan in scanned) == FILES
    assert sum(scan["problems"] for scan in scanned) == 0


def test_a_preparation_goes_on_where_it_was_killed(product: Product, library: Path) -> None:
    film = library / "Interrupted Film (2021).mp4"
    episodes.clip(film, seconds=FILM_SECONDS, height=540)
    product.start()
    with product.signed_in() as client:
        title = wait_until(lambda: client.get("/api/v1/library/movies").json()["items"], 60, "the film in the library")[0]
        accepted = client.post("/api/v1/streaming/prepare", json={"title_id": title["id"]})
        assert accepted.status_code == 202, accepted.text
        job_id = accepted.json()["job_id"]
        wait_until(lambda: progress_of(client, job_id), 60, "the preparation to have begun")
        product.kill()
    product.start()
    with product.signed_in() as client:
        wait_for_end(client, job_id, 120)
        prepared = client.get("/api/v1/streaming/prepared").json()["items"]
        assert len(prepared) == 1
        capabilities = {"video_codecs": ["h264"], "audio_codecs": ["aac"], "containers": ["hls"], "max_height": 360}
        session = client.post("/api/v1/streaming/sessions", json={"title_id": title["id"], "capabilities": capabilities}).json()
        url = httpx2.URL(product.url).join(session["master_url"])
        seen = duration(str(url))
    assert seen == pytest.approx(FILM_SECONDS, abs=0.5)


def duration(url: str) -> float:
    """Seconds of picture that ffmpeg reads from a stream, end to end."""
    read = ["ffmpeg", "-v", "error", "-i", url, "-map", "0:v:0", "-c", "copy", "-f", "null", "-progress", "pipe:1", "-"]
    done = subprocess.run(read, check=True, capture_output=True, text=True, timeout=100)
    assert done.stderr == ""
    return float([line for line in done.stdout.splitlines() if line.startswith("out_time_us=")][-1].partition("=")[2]) / 1e6
