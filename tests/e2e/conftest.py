"""A real browser in front of a real server with a small library of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.fixtures import episodes
from tests.servers.product import ADMIN, Product, running
from tests.servers.waiting import wait_until

FILM = "Evening Film"
FILM_SECONDS = 60
SHOW = "Small Show"
Theme = Literal["dark", "light"]
LOOKS: list[tuple[int, Theme]] = [(390, "dark"), (390, "light"), (1440, "dark"), (1440, "light")]
# The default of five seconds is for a machine that does nothing else.
expect.set_options(timeout=15_000)
# Chromium as root needs no sandbox; the rest keeps it from looking for the network and from waiting for a hand on the mouse.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One film that no browser plays as it is, at 720 lines, so that there are renditions to choose from; and a show of two."""
    folder = tmp_path_factory.mktemp("films")
    episodes.clip(folder / f"{FILM} (2019).mkv", seconds=FILM_SECONDS, height=720)
    season = folder / SHOW / "Season 01"
    season.mkdir(parents=True)
    for number in (1, 2):
        episodes.clip(season / f"{SHOW} - S01E0{number}.mp4", seconds=number)
    return folder


@pytest.fixture(scope="session")
def product(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The server, once the film is in its library."""
    assert (Path(__file__).parents[2] / "web" / "dist" / "index.html").exists(), "the web UI is not built: make setup"
    with running(tmp_path_factory.mktemp("data"), library_paths=str(library)) as server:
        with server.signed_in() as client:
            wait_until(lambda: client.get("/api/v1/library/movies").json()["items"], 60, "the film in the library")
            wait_until(lambda: client.get("/api/v1/library/shows").json()["items"], 60, "the show in the library")
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The installed Chromium, headless.

    For a module only: while it lives, playwright keeps an event loop running in this thread, and no asynchronous test of another
    module could run in the same worker.
    """
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert executable, "Chromium is not installed; `make test` installs it, or your package manager"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(params=LOOKS, ids=[f"{width}-{theme}" for width, theme in LOOKS])
def look(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a width and a theme, without motion: what fades in would be measured half-way."""
    width, theme = request.param
    context = browser.new_context(
        locale="en-GB", viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile that speaks English."""
    opened = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page whose script must not fail and that must ask nobody but the server."""
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("request", lambda request: None if _is_ours(request.url) else problems.append(request.url))
    yield opened
    assert problems == []


@pytest.fixture
def signed_in(page: Page, product: Product) -> Page:
    """The home page, after signing in by hand."""
    page.goto(product.url)
    page.get_by_label("Name").fill(ADMIN[0])
    page.get_by_label("Password", exact=True).fill(ADMIN[1])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Home").first.wait_for()
    return page


def _is_ours(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "blob:", "data:"))
