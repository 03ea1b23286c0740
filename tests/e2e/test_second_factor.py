"""A second factor in the browser: set up, asked for at the door, taken away by an administrator."""

from __future__ import annotations

import re
from base64 import b32decode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from matinee.features.accounts.one_time_codes import SECONDS, code_at, step_at
from tests.e2e.audit import violations
from tests.servers.product import ADMIN, Product, running

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]
LIMITS = ",".join(f"{tier}.{kind}=100000" for tier in ("anonymous", "free", "premium") for kind in ("hit", "sign_in", "write"))
PASSWORD = "a sentence to remember 9"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server that asks administrators for a second factor."""
    with running(tmp_path_factory.mktemp("factor"), limits=LIMITS, second_factor="admins") as server:
        yield server


def enter(page: Page, site: Product, name: str = ADMIN[0], password: str = ADMIN[1]) -> None:
    page.goto(f"{site.url}/signin")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def code_of(page: Page, secret: str, after: int = 0) -> tuple[str, int]:
    """The app's code, of a step later than `after`: the next one is taken early, as a clock may be ahead by one."""
    step = max(step_at(datetime.now(UTC)), after + 1)
    assert step - step_at(datetime.now(UTC)) <= 1, f"codes are asked for faster than one in {SECONDS} seconds"
    return code_at(b32decode(secret), step), step


def test_an_administrator_sets_it_up_and_signs_in_with_it(page: Page, strict: Product) -> None:
    enter(page, strict)
    page.wait_for_url("**/account")
    panel = page.get_by_role("region", name="Second factor")
    expect(panel.get_by_text("asks administrators for a second factor")).to_be_visible()
    page.goto(f"{strict.url}/users")
    expect(page.get_by_role("heading", name="A second factor is needed here")).to_be_visible()
    page.get_by_role("link", name="Account").click()

    panel.get_by_role("button", name="Set it up").click()
    form = page.get_by_role("dialog", name="Second factor")
    form.get_by_label("Current password").fill(ADMIN[1])
    form.get_by_role("button", name="Continue").click()
    expect(form.get_by_role("img", name="QR code for the authenticator app").locator("svg")).to_be_visible()
    assert violations(page) == []
    secret = form.locator(".factor-secret").inner_text().replace(" ", "")
    field = form.get_by_label("Code from the app")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    expect(field).to_have_attribute("inputmode", "numeric")
    code, step = code_of(page, secret)
    field.fill(f"{code[:3]} {code[3:]}")
    form.get_by_role("button", name="Turn it on").click()
    kept = page.get_by_role("group", name="Recovery codes")
    expect(kept.get_by_role("listitem")).to_have_count(10)
    assert violations(page) == []
    recovery = kept.get_by_role("listitem").first.inner_text()
    with page.expect_download() as saved:
        kept.get_by_role("button", name="Download").click()
    assert recovery in saved.value.path().read_text(encoding="utf-8")
    kept.get_by_role("button", name="I have kept them").click()
    expect(panel.get_by_text("10 recovery codes are left.")).to_be_visible()
    page.goto(f"{strict.url}/users")
    expect(page.get_by_role("region", name="People").get_by_text("Second factor")).to_be_visible()

    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/signin"))
    enter(page, strict)
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    asked = page.get_by_label("Code from the app")
    expect(asked).to_be_focused()
    asked.fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("That code is not right.")).to_be_visible()
    assert violations(page) == []
    asked.fill(code_of(page, secret, step)[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Home").first.wait_for()

    page.context.clear_cookies()
    enter(page, strict)
    page.get_by_role("button", name="I don’t have the app here").click()
    page.get_by_label("Recovery code").fill(recovery)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Home").first.wait_for()


def test_a_new_owner_is_led_to_it_where_administrators_need_one(page: Page, tmp_path: Path) -> None:
    product = Product(tmp_path, {"MATINEE_ADMIN_NAME": "", "MATINEE_ADMIN_PASSWORD": "", "MATINEE_SECOND_FACTOR": "admins"})
    product.start()
    try:
        link = re.search(r"http://\S+/setup#token=\S+", product.log)
        assert link, product.log
        page.goto(link[0])
        page.get_by_label("Your name").fill("grace")
        page.get_by_label("Choose a password").fill("a sentence to remember")
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url("**/account")
        expect(page.get_by_role("region", name="Second factor").get_by_role("button", name="Set it up")).to_be_visible()
    finally:
        product.close()


def test_an_administrator_takes_away_what_somebody_lost(page: Page, product: Product) -> None:
    with product.signed_in() as boss:
        person = boss.post("/api/v1/admin/users", json={"name": "lena", "password": PASSWORD}).raise_for_status().json()
    with product.client() as client:
        signed = client.post("/api/v1/auth/login", json={"name": "lena", "password": PASSWORD}).raise_for_status().json()
        client.cookies.clear()
        client.headers["authorization"] = f"Bearer {signed['access_token']}"
        secret = client.post("/api/v1/me/second-factor", json={"current_password": PASSWORD}).raise_for_status().json()["secret"]
        code = code_of(page, secret)[0]
        client.post("/api/v1/me/second-factor/confirm", json={"code": code}).raise_for_status()
    enter(page, product)
    page.get_by_role("link", name="Home").first.wait_for()
    page.goto(f"{product.url}/users/{person['id']}")
    page.get_by_role("button", name="Take it away").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it away").click()
    expect(page.get_by_text("The second factor is gone.")).to_be_visible()
    expect(page.get_by_role("button", name="Take it away")).to_have_count(0)
    with product.client() as client:
        assert client.post("/api/v1/auth/login", json={"name": "lena", "password": PASSWORD}).status_code == 200
