"""Every screen as axe sees it: signed in and out, dark and light, on a phone and on a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.audit import sign_in, violations
from tests.e2e.conftest import FILM
from tests.servers.product import Product

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]


def test_the_audit_sees_a_fault(look: Page, product: Product) -> None:
    look.goto(f"{product.url}/signin")
    look.get_by_label("Name").wait_for()
    look.evaluate("document.querySelector('label').remove()")
    assert any("label" in violation for violation in violations(look))


def test_the_doors(look: Page, product: Product) -> None:
    look.goto(f"{product.url}/signin")
    look.get_by_label("Name").wait_for()
    assert violations(look) == []
    look.get_by_label("Name").fill("ada")
    look.get_by_label("Password", exact=True).fill("wrong")
    look.get_by_role("button", name="Sign in", exact=True).click()
    expect(look.get_by_text("The name or the password is not right.")).to_be_visible()
    assert violations(look) == []


def audit(page: Page, product: Product, screens: dict[str, str]) -> dict[str, list[str]]:
    """The faults by path; `screens` says by which text a path has arrived."""
    found: dict[str, list[str]] = {}
    for path, shown in screens.items():
        page.goto(product.url + path)
        page.get_by_text(shown).locator("visible=true").first.wait_for()
        page.wait_for_function("() => !document.querySelector('main [aria-busy=true], .bone')")
        found[path] = violations(page)
    return {path: faults for path, faults in found.items() if faults}


def test_the_viewers_screens(look: Page, product: Product) -> None:
    sign_in(look, product)
    film, show = (
        look.request.get(f"{product.url}/api/v1/library/{kind}").json()["items"][0]["id"] for kind in ("movies", "shows")
    )
    screens = {
        "/": "Recently added",
        "/library/movies": FILM,
        "/library/movies?decade=1950": "Nothing fits these filters",
        f"/movies/{film}": "Files",
        f"/shows/{show}": "Files",
        "/search": "What are you in the mood for?",
        "/search?q=evening": FILM,
        "/search?q=zzzz": "Nothing found",
        "/account": "Signed in on",
        "/nowhere": "There is nothing here",
    }
    assert audit(look, product, screens) == {}


def test_the_operators_rooms(look: Page, product: Product) -> None:
    sign_in(look, product)
    screens = {"/jobs": "Schedules", "/manage": "No problems", "/manage?add=1": "Folder on the server"}
    assert audit(look, product, screens) == {}


def test_the_player_and_its_menus(look: Page, product: Product) -> None:
    sign_in(look, product)
    film = look.request.get(f"{product.url}/api/v1/library/movies").json()["items"][0]["id"]
    look.goto(f"{product.url}/watch/{film}")
    look.wait_for_function("() => document.querySelector('video')?.currentTime > 0.2", timeout=40_000)
    look.mouse.move(180, 300)
    look.mouse.move(190, 310)
    assert violations(look) == []
    look.locator("[data-menu=all]" if look.viewport_size and look.viewport_size["width"] < 720 else "[data-menu=quality]").click()
    look.get_by_role("menu").wait_for()
    assert violations(look) == []
    look.keyboard.press("Escape")
    look.keyboard.press("?")
    look.get_by_role("dialog").wait_for()
    assert violations(look) == []


def test_the_keys_and_the_users_menu(look: Page, product: Product) -> None:
    sign_in(look, product)
    look.goto(product.url)
    look.get_by_text("Recently added").first.wait_for()
    look.get_by_role("button", name="Your menu").click()
    look.get_by_role("link", name="Library settings").wait_for()
    assert violations(look) == []
    look.keyboard.press("Escape")
    look.keyboard.press("?")
    look.get_by_role("dialog", name="Keys").wait_for()
    assert violations(look) == []
