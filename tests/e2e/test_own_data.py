"""One's data as a file, and the way out of an account, on the account page."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.e2e.audit import violations
from tests.servers.product import Product

PASSWORD = "a sentence to remember 9"


def enter(page: Page, product: Product, name: str) -> None:
    with product.signed_in() as boss:
        boss.post("/api/v1/admin/users", json={"name": name, "password": PASSWORD}).raise_for_status()
    answer = page.request.post(f"{product.url}/api/v1/auth/login", data={"name": name, "password": PASSWORD})
    assert answer.ok
    page.goto(f"{product.url}/account")


def test_somebody_takes_the_data_along_and_deletes_the_account(page: Page, product: Product) -> None:
    enter(page, product, "leila")
    panel = page.get_by_role("region", name="Your data")
    with page.expect_download() as saved:
        panel.get_by_role("link", name="Download it").click()
    assert saved.value.suggested_filename == "matinee-export.json"
    document = json.loads(saved.value.path().read_text(encoding="utf-8"))
    assert [account["name"] for account in document["account"]] == ["leila"]
    panel.get_by_role("button", name="Delete account").click()
    dialog = page.get_by_role("dialog", name="Delete account")
    password = dialog.get_by_label("Current password")
    expect(password).to_be_focused()
    password.fill("another sentence 9")
    dialog.get_by_role("button", name="Delete for good").click()
    expect(dialog.get_by_text("That is not the password of this account.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    panel.get_by_role("button", name="Delete account").click()
    password.fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/signin"))
    again = page.request.post(f"{product.url}/api/v1/auth/login", data={"name": "leila", "password": PASSWORD})
    assert again.status == 401


def test_the_panel_is_readable_in_every_look(look: Page, product: Product) -> None:
    assert look.viewport_size is not None
    enter(
        look, product, f"mira-{look.viewport_size['width']}-{look.evaluate('matchMedia(`(prefers-color-scheme: dark)`).matches')}"
    )
    panel = look.get_by_role("region", name="Your data")
    panel.get_by_role("button", name="Delete account").click()
    expect(look.get_by_role("dialog", name="Delete account")).to_be_visible()
    assert violations(look) == []
    assert look.evaluate("document.documentElement.scrollWidth <= innerWidth")
