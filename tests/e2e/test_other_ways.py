"""Signing in with an account of another service, and linking one to an account here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.audit import sign_in, violations
from tests.e2e.conftest import LOOKS
from tests.servers.fake_oidc import FakeOidc
from tests.servers.fake_plex import FakePlex
from tests.servers.product import ADMIN, Product, running

pytestmark = [pytest.mark.timeout(120), pytest.mark.slow]
LIMITS = ",".join(f"{tier}.{kind}=100000" for tier in ("anonymous", "free", "premium") for kind in ("sign_in", "write"))


@pytest.fixture(scope="module")
def plex() -> Iterator[FakePlex]:
    with FakePlex() as server:
        yield server


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeOidc]:
    """It asks who one is, on a page of its own."""
    with FakeOidc(kind="ES256") as server:
        yield server


@pytest.fixture(scope="module")
def site(plex: FakePlex, provider: FakeOidc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server that lets in whom Plex or the provider knows; the provider's groups say who is an administrator."""
    oidc = provider.setting(sign_up=True, role_claim="groups", admin_values=["admins"])
    ways = {"plex_sign_in": "anyone", "plex_url": plex.url, "plex_page_url": plex.page_url, "oidc": oidc}
    with running(tmp_path_factory.mktemp("ways"), limits=LIMITS, **ways) as server:
        yield server


@pytest.fixture(autouse=True)
def _provider_is_right_again(provider: FakeOidc) -> Iterator[None]:
    yield
    provider.changes = {}


def name_of(page: Page, site: Product) -> str:
    """Who the page is signed in as."""
    return str(page.request.get(f"{site.url}/api/v1/me").json()["name"])


def with_provider(page: Page, site: Product, person: str) -> None:
    """From the door to the provider's page, and back as `person`."""
    page.goto(f"{site.url}/signin")
    page.get_by_role("link", name="Continue with Home").click()
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    page.get_by_role("link", name=person, exact=True).click()


def with_plex(page: Page, button: str) -> Page:
    """Presses the button that leads to Plex; gives the window that Plex opened in."""
    with page.context.expect_page() as opened:
        page.get_by_role("button", name=button).click()
    expect(opened.value.get_by_role("heading", name="Fake Plex")).to_be_visible()
    return opened.value


def test_who_says_yes_at_plex_is_in_and_its_window_is_gone(page: Page, site: Product) -> None:
    page.goto(f"{site.url}/signin?next=%2Faccount")
    window = with_plex(page, "Continue with Plex")
    expect(page.get_by_role("heading", name="Waiting for Plex")).to_be_visible()
    assert violations(page) == []
    with window.expect_event("close"):
        window.get_by_role("button", name="Sam").click()
    page.wait_for_url("**/account")
    assert name_of(page, site) == "sam"
    ways = page.get_by_role("region", name="Other ways in")
    expect(ways.get_by_role("listitem")).to_have_text(re.compile("Plex"))


def test_a_window_of_plex_that_may_not_close_itself_leads_on(page: Page, site: Product) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/account")
    page.goto(f"{site.url}/signin?plex=done")
    expect(page.get_by_role("heading", name="Plex has said yes")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Go on here").click()
    page.get_by_role("button", name="Your menu").wait_for()


def test_who_never_answers_plex_is_told_and_begins_again(page: Page, plex: FakePlex, site: Product) -> None:
    page.goto(f"{site.url}/signin")
    with_plex(page, "Continue with Plex").close()
    plex.expire(next(reversed(plex.pins.values())).code)
    expect(page.get_by_text("Plex was not answered in time.")).to_be_visible()
    window = with_plex(page, "Start again")
    window.get_by_role("button", name="Sam").click()
    page.get_by_role("button", name="Your menu").wait_for()
    assert name_of(page, site) == "sam"


def test_a_provider_signs_in_and_its_claim_says_who_is_an_administrator(page: Page, browser: Browser, site: Product) -> None:
    with_provider(page, site, "ada")
    page.get_by_role("button", name="Your menu").click()
    expect(page.locator(".user-panel").get_by_text("Administrator", exact=True)).to_be_visible()
    assert name_of(page, site) == "ada 2", "the name belongs to somebody else here"
    page.goto(f"{site.url}/users")
    expect(page.get_by_role("button", name="New person")).to_be_visible()

    page.context.clear_cookies()
    with_provider(page, site, "ben")
    page.get_by_role("button", name="Your menu").click()
    expect(page.locator(".user-panel").get_by_text("Member", exact=True)).to_be_visible()
    page.goto(f"{site.url}/users")
    expect(page.get_by_text("Only administrators can see this")).to_be_visible()


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[3]], indirect=True, ids=["390-dark", "1440-light"])
def test_a_token_for_somebody_else_lets_nobody_in_and_the_door_says_so(look: Page, provider: FakeOidc, site: Product) -> None:
    provider.changes = {"aud": "another-application"}
    with_provider(look, site, "ben")
    expect(look.get_by_text("The other service did not confirm who you are.")).to_be_visible()
    assert look.request.get(f"{site.url}/api/v1/me").status == 401
    assert violations(look) == []


def test_who_says_no_at_the_provider_comes_back_to_the_door(page: Page, provider: FakeOidc, site: Product) -> None:
    provider.person = "nobody"
    try:
        page.goto(f"{site.url}/signin")
        page.get_by_role("link", name="Continue with Home").click()
        expect(page.get_by_text("The other service did not confirm who you are.")).to_be_visible()
    finally:
        provider.person = None
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_enabled()


def test_an_account_is_linked_used_and_unlinked(page: Page, provider: FakeOidc, site: Product) -> None:
    provider.people["cleo"] = {"sub": "u-cleo", "preferred_username": "cleo", "email": "cleo@mail.example", "groups": ["admins"]}
    sign_in(page, site)
    page.goto(f"{site.url}/account")
    ways = page.get_by_role("region", name="Other ways in")
    expect(ways.get_by_text("None linked yet.")).to_be_visible()
    ways.get_by_role("link", name="Link Home").click()
    page.get_by_role("link", name="cleo", exact=True).click()
    page.wait_for_url("**/account")
    line = ways.get_by_role("listitem").filter(has_text="Home")
    expect(line.get_by_text(re.compile("cleo@mail.example"))).to_be_visible()
    expect(ways.get_by_role("link", name="Link Home")).to_have_count(0)

    page.context.clear_cookies()
    with_provider(page, site, "cleo")
    page.get_by_role("button", name="Your menu").wait_for()
    assert name_of(page, site) == ADMIN[0]

    page.goto(f"{site.url}/account")
    line.get_by_role("button", name="Unlink").click()
    page.get_by_role("dialog").get_by_role("button", name="Unlink").click()
    expect(ways.get_by_text("None linked yet.")).to_be_visible()
    assert page.request.get(f"{site.url}/api/v1/me/identities").json()["items"] == []


def test_what_somebody_else_has_linked_is_not_linked_again(page: Page, browser: Browser, site: Product) -> None:
    context = browser.new_context(locale="en-GB")
    with_provider(context.new_page(), site, "ben")
    context.pages[0].get_by_role("button", name="Your menu").wait_for()
    context.close()
    sign_in(page, site)
    page.goto(f"{site.url}/account")
    page.get_by_role("link", name="Link Home").click()
    page.get_by_role("link", name="ben", exact=True).click()
    page.wait_for_url("**/account")
    expect(page.get_by_text("That account is already linked to somebody else here.")).to_be_visible()


def test_plex_is_linked_from_the_account_page(page: Page, plex: FakePlex, site: Product) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/account")
    with_plex(page, "Link Plex").close()  # a page behind another one is slow
    code = next(reversed(plex.pins.values())).code
    plex.confirm(code, {"id": 7, "uuid": "d4", "username": "ada.p", "title": "ada.p", "email": "ada@plex.example"})
    ways = page.get_by_role("region", name="Other ways in")
    line = ways.get_by_role("listitem").filter(has_text="Plex")
    expect(line).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    line.get_by_role("button", name="Unlink").click()
    page.get_by_role("dialog").get_by_role("button", name="Unlink").click()
    expect(line).to_have_count(0)
