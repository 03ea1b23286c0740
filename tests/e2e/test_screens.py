"""The main path through each screen, by mouse and by keyboard."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.audit import sign_in
from tests.e2e.conftest import FILM, SHOW
from tests.fixtures import episodes
from tests.servers.product import Product, running
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement?.textContent ?? ''"))


def test_the_keys_are_listed_and_slash_searches(signed_in: Page) -> None:
    page = signed_in
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("evening?")  # a question mark in a field is text
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile(FILM)).first).to_be_visible()


def test_arrow_keys_lead_from_the_big_picture_into_the_rows_and_on_to_a_title(signed_in: Page) -> None:
    page = signed_in
    page.get_by_text("Recently added").first.wait_for()
    page.get_by_role("link", name=re.compile("^(Play|Resume)")).first.focus()
    for _ in range(4):
        page.keyboard.press("ArrowDown")
        if FILM in focused(page) or SHOW in focused(page):
            break
    first = focused(page)
    assert FILM in first or SHOW in first
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/(movies|shows|watch)/"))


def test_the_library_is_narrowed_to_a_decade_and_a_year(signed_in: Page, product: Product, tmp_path: Path) -> None:
    page = signed_in
    page.route(
        re.compile(r"/library/movies\?.*limit=1&"),
        lambda route: route.fulfill(json={"items": [{"id": "x", "year": 1987 if "sort=year" in route.request.url else 2019}]}),
    )
    page.goto(f"{product.url}/library/movies")
    page.get_by_role("group", name="Year").get_by_role("button", name="2010s").click()
    page.wait_for_url("**?decade=2010")
    expect(page.get_by_role("link", name=re.compile(FILM))).to_be_visible()
    page.get_by_role("group", name="2010s").get_by_role("button", name="2018").click()
    page.wait_for_url("**?year=2018")
    expect(page.get_by_text("Nothing fits these filters")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.get_by_role("link", name=re.compile(FILM))).to_be_visible()


def test_a_library_page_follows_what_arrives_without_jumping(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    episodes.clip(folder / "First Light (2001).mp4")
    with running(tmp_path / "data", library_paths=str(folder), library_watch="false") as server, server.signed_in() as client:
        wait_until(lambda: client.get("/api/v1/library/movies").json()["items"], 60, "the film in the library")
        sign_in(page, server)
        page.set_viewport_size({"width": 390, "height": 300})
        page.goto(f"{server.url}/library/movies")
        page.get_by_role("link", name=re.compile("First Light")).wait_for()

        shutil.copy(folder / "First Light (2001).mp4", folder / "Second Light (2002).mp4")
        client.post("/api/v1/library/scan", json={}).raise_for_status()
        expect(page.get_by_role("link", name=re.compile("Second Light"))).to_be_attached(timeout=30_000)

        page.evaluate("window.scrollTo(0, 400)")
        shutil.copy(folder / "First Light (2001).mp4", folder / "Third Light (2003).mp4")
        client.post("/api/v1/library/scan", json={}).raise_for_status()
        pill = page.get_by_role("button", name="New titles have arrived")
        expect(pill).to_be_visible(timeout=30_000)
        expect(page.get_by_role("link", name=re.compile("Third Light"))).to_have_count(0)
        pill.click()
        expect(page.get_by_role("link", name=re.compile("Third Light"))).to_be_visible()


def test_sizes_are_prepared_and_dropped(signed_in: Page, product: Product) -> None:
    page = signed_in
    show = page.request.get(f"{product.url}/api/v1/library/shows").json()["items"][0]["id"]
    page.goto(f"{product.url}/shows/{show}")
    room = page.get_by_role("region", name="Prepared sizes")
    room.get_by_role("button", name="Prepare").click()
    expect(room.get_by_text("S1 E2")).to_be_visible(timeout=60_000)
    drop = room.get_by_role("button", name="Drop")
    expect(drop).to_be_enabled(timeout=60_000)
    drop.click()
    page.get_by_role("dialog").get_by_role("button", name="Drop").click()
    expect(room.get_by_text("S1 E2")).to_have_count(0)


def test_a_show_lists_its_episodes_and_their_files(signed_in: Page, product: Product) -> None:
    page = signed_in
    show = page.request.get(f"{product.url}/api/v1/library/shows").json()["items"][0]["id"]
    page.goto(f"{product.url}/shows/{show}")
    expect(page.get_by_role("heading", level=1, name=SHOW)).to_be_visible()
    expect(page.get_by_role("region", name="Seasons").get_by_role("listitem")).to_have_count(2)
    files = page.get_by_role("region", name="Files")
    files.get_by_text("Season 1").click()
    files.get_by_text(f"{SHOW} - S01E02.mp4", exact=True).click()
    expect(files.get_by_text(re.compile("H.264")).last).to_be_visible()


def test_jobs_and_schedules_are_shown(signed_in: Page, product: Product) -> None:
    page = signed_in
    page.goto(f"{product.url}/jobs")
    expect(page.get_by_role("region", name="Schedules").get_by_role("listitem").first).to_be_visible()
    expect(page.get_by_role("region", name="Earlier").get_by_text("Scan", exact=False).first).to_be_visible()


def test_the_players_keys_work_while_a_menu_is_open(signed_in: Page, product: Product) -> None:
    page = signed_in
    film = page.request.get(f"{product.url}/api/v1/library/movies").json()["items"][0]["id"]
    page.goto(f"{product.url}/watch/{film}")
    page.wait_for_function("() => document.querySelector('video')?.currentTime > 0.2", timeout=40_000)
    page.locator("[data-menu=quality]").click()
    menu = page.get_by_role("menu")
    menu.wait_for()
    page.keyboard.press("k")
    page.wait_for_function("() => document.querySelector('video').paused")
    page.keyboard.press("m")
    page.wait_for_function("() => document.querySelector('video').muted")
    before = focused(page)
    page.keyboard.press("ArrowDown")
    assert focused(page) != before
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(page).to_have_url(re.compile("/watch/"))


def test_the_language_and_the_theme_are_chosen(signed_in: Page, product: Product) -> None:
    page = signed_in
    page.goto(f"{product.url}/account")
    page.get_by_label("Language").select_option("de")
    expect(page.get_by_role("heading", name="Darstellung").or_(page.get_by_text("Konto")).first).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "de"
    page.get_by_role("radio", name="Hell").click()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    page.goto(f"{product.url}/jobs")
    expect(page.get_by_role("heading", level=1, name="Aufgaben")).to_be_visible()
