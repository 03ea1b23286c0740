"""An evening: sign in, find the film, play it, change the quality, seek, come back later."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import FILM, FILM_SECONDS
from tests.servers.product import Product

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]


def position(page: Page) -> float:
    """Where the video is, in seconds."""
    return float(page.evaluate("document.querySelector('video')?.currentTime ?? -1"))


def wait_for_position(page: Page, beyond: float, before: float = FILM_SECONDS) -> None:
    """Until the picture has moved past a place."""
    page.wait_for_function(
        "([low, high]) => { const v = document.querySelector('video'); return v && v.currentTime > low && v.currentTime < high }",
        arg=[beyond, before],
        timeout=40_000,
    )


def picture_height(page: Page) -> int:
    return int(page.evaluate("document.querySelector('video').videoHeight"))


def start_film(page: Page) -> None:
    page.get_by_role("link", name="Movies").first.click()
    page.get_by_role("list").get_by_role("link", name=re.compile(FILM)).first.click()
    page.get_by_role("link", name=re.compile("^(Play|Resume)")).or_(
        page.get_by_role("button", name=re.compile("^(Play|Resume)"))
    ).first.click()
    page.wait_for_url("**/watch/**")


def test_a_film_plays_switches_seeks_and_resumes(signed_in: Page) -> None:
    page = signed_in
    start_film(page)
    wait_for_position(page, 1.0)

    page.get_by_role("button", name="Quality").click()
    page.get_by_role("menuitemradio", name=re.compile("360p")).click()
    page.wait_for_function("() => document.querySelector('video').videoHeight === 360", timeout=40_000)
    page.keyboard.press("Escape")  # the menu, not the player
    wait_for_position(page, position(page) + 1)

    assert position(page) < FILM_SECONDS / 3
    page.keyboard.press("5")
    page.wait_for_function("() => document.querySelector('video').currentTime >= 29.9", timeout=5_000)
    wait_for_position(page, FILM_SECONDS / 2 + 1)
    assert picture_height(page) == 360
    left_at = position(page)

    page.keyboard.press("k")  # paused, so that the place is saved and stays
    page.wait_for_function("() => document.querySelector('video').paused")
    page.reload()
    wait_for_position(page, left_at - 6)
    assert position(page) < left_at + 10


def test_what_was_begun_is_offered_again(signed_in: Page, product: Product) -> None:
    page = signed_in
    start_film(page)
    wait_for_position(page, 0.5)
    page.keyboard.press("5")
    wait_for_position(page, FILM_SECONDS / 2 + 1)
    with page.expect_response(lambda answer: "/streaming/progress/" in answer.url and answer.request.method == "POST"):
        page.go_back()
    page.goto(product.url)
    expect(page.get_by_text(re.compile(r"Resume 0:3\d")).first).to_be_visible()


def test_the_library_is_scanned_from_the_screen(signed_in: Page) -> None:
    page = signed_in
    page.goto(re.sub(r"(://[^/]+).*", r"\1/manage", page.url))
    page.get_by_role("button", name="Scan now").first.click()
    expect(page.get_by_text("The scan is done").first).to_be_visible(timeout=30_000)


def test_a_deep_link_leads_through_the_door_and_back(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/library/movies")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password", exact=True).fill("a long enough phrase")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/library/movies")
    expect(page.get_by_role("link", name=re.compile(FILM)).first).to_be_visible()


def test_a_wrong_password_is_said_in_words(page: Page, product: Product) -> None:
    page.goto(product.url)
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("The name or the password is not right.")).to_be_visible()
