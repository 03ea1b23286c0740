"""The first start: the link that the server printed, an account, a folder, and the library fills."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import FILM
from tests.servers.product import Product

pytestmark = [pytest.mark.timeout(120), pytest.mark.slow]


def test_a_new_owner_sets_it_up(page: Page, library: Path, tmp_path: Path) -> None:
    product = Product(tmp_path, {"MATINEE_ADMIN_NAME": "", "MATINEE_ADMIN_PASSWORD": ""})
    product.start()
    try:
        link = re.search(r"http://\S+/setup#token=\S+", product.log)
        assert link, product.log
        page.goto(link[0])
        page.get_by_label("Your name").fill("grace")
        page.get_by_label("Choose a password").fill("a sentence to remember")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("radio", name=re.compile("A folder of mine")).check()
        page.get_by_label("Folder on the server").fill(str(library))
        page.get_by_role("button", name="Open the doors").click()
        page.wait_for_url("**/manage")
        expect(page.get_by_text("3 new").first).to_be_visible(timeout=40_000)
        page.goto(f"{product.url}/library/movies")
        expect(page.get_by_role("link", name=re.compile(FILM)).first).to_be_visible()
    finally:
        product.close()
