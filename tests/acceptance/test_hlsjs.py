"""hls.js in a real browser reads the HLS of every real file: the player shows pictures that move, and reports no error."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import browser
from tests.servers.product import ADMIN, Product, running
from tests.servers.waiting import wait_until

__all__ = ["browser"]
pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(1200)]
DATA = Path(__file__).parents[2] / os.environ.get("MATINEE_TEST_DATA", "../shared/data")
# The browser says that it opens no file, so that nothing is played directly. What its player does is written down.
SPY = """
HTMLMediaElement.prototype.canPlayType = () => "";
window.seen = {furthest: 0, ended: false, wide: 0};
for (const event of ["timeupdate", "ended", "playing"])
  document.addEventListener(event, ({target}) => {
    seen.furthest = Math.max(seen.furthest, target.currentTime);
    seen.ended ||= target.ended;
    seen.wide = Math.max(seen.wide, target.videoWidth);
  }, true);
"""
# Chromium does not begin to play three pictures; their HLS is read by ffmpeg in test_playback_files.py.
SHORTEST = 0.2
PLAYED = "(length) => seen.wide > 0 && (seen.ended || seen.furthest >= Math.min(1, length / 2))"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The server with every real file in its library, scanned."""
    folders = os.pathsep.join(str((DATA / name).resolve()) for name in ("video", "video-more"))
    # One film after the other, faster than the places of those before become free.
    places = {"max_transcodes": "99", "max_transcodes_per_user": "99"}
    with running(tmp_path_factory.mktemp("hlsjs"), library_paths=folders, **places) as server:
        with server.signed_in() as client:

            def scanned() -> bool:
                jobs = client.get("/api/v1/admin/jobs?name=library.scan").json()["items"]
                return bool(jobs) and all(job["state"] == "succeeded" for job in jobs)

            wait_until(scanned, 180, "the scan of the real files")
        yield server


@pytest.fixture
def page(browser: Browser, product: Product) -> Iterator[Page]:
    """A page of somebody who is signed in, in a browser that must be sent HLS."""
    with browser.new_context(viewport={"width": 960, "height": 540}) as context:
        context.add_init_script(SPY)
        login = {"name": ADMIN[0], "password": ADMIN[1]}
        assert context.request.post(f"{product.url}/api/v1/auth/login", data=login).ok
        yield context.new_page()


def items(product: Product) -> list[tuple[str, str, str, float]]:
    """Every item: its title, itself, the name of its file, its length."""
    found = []
    with product.signed_in() as client:
        for kind in ("movies", "shows"):
            cursor = ""
            while cursor is not None:
                listed = client.get(f"/api/v1/library/{kind}?limit=100{cursor and '&cursor=' + cursor}").json()
                for title in listed["items"]:
                    details = client.get(f"/api/v1/{kind}/{title['id']}").json()
                    about = details["library"]["items"]
                    found += [(title["id"], each["id"], each["files"][0]["name"], each["duration"]) for each in about]
                cursor = listed["next_cursor"]
    return found


def test_hls_js_plays_every_real_file(page: Page, product: Product) -> None:
    everything = [found for found in items(product) if found[3] >= SHORTEST]
    assert len(everything) > 40
    silent = {}
    for title, item, name, length in everything:
        page.goto(f"{product.url}/watch/{title}?item={item}")
        try:
            page.wait_for_function(PLAYED, arg=length, timeout=30_000)
        except Exception as error:  # noqa: BLE001 - all files are tried, and all failures are shown together
            silent[name] = f"{page.evaluate('seen')} {page.inner_text('body')[:160]!r} {type(error).__name__}"
    assert silent == {}
