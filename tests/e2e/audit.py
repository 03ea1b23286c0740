"""What tests of several screens do to a page: sign in without the form, and ask axe."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.servers.product import ADMIN, Product

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


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
