"""Every screen as axe sees it: signed in and out, dark and light, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import FILM
from tests.servers.product import ADMIN, Product

pytestmark = pytest.mark.timeout(180)

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
Theme = Literal["dark", "light"]
LOOKS: list[tuple[int, Theme]] = [(390, "dark"), (390, "light"), (1440, "dark"), (1440, "light")]


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


def violations(page: Page) -> list[str]:
    """What axe objects to, each with where and why. Its source is evaluated, as the page's policy lets no foreign script in."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['impact']} {violation['id']} at {node['target']}: {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def sign_in(page: Page, product: Product) -> None:
    answer = page.request.post(f"{product.url}/api/v1/auth/login", data={"name": ADMIN[0], "password": ADMIN[1]})
    assert answer.ok


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
    look.get_by_role("button", name="Sign in").click()
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
