"""Who comes in and as whom: doors, profiles, pairing, invitations, and the operator's rooms about people."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.audit import sign_in, violations
from tests.e2e.conftest import LOOKS
from tests.servers.fake_tmdb import KEY, FakeTmdb
from tests.servers.product import ADMIN, Product, running

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]

FILM = "The Lantern Keepers"
PASSWORD = "a sentence to remember 9"
LIMITS = ",".join(f"{tier}.{kind}=100000" for tier in ("anonymous", "free", "premium") for kind in ("hit", "sign_in", "write"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server whose catalogue is open to visitors, behind a proxy where a test says so."""
    with FakeTmdb() as tmdb:
        upstream = {"tmdb_api_key": KEY, "tmdb_base_urls": tmdb.api_url, "tmdb_image_url": tmdb.image_url}
        limits = LIMITS.replace("anonymous.write=100000,", "")
        settings = {**upstream, "trusted_proxies": "127.0.0.1"}
        with running(tmp_path_factory.mktemp("accounts"), catalog_access="public", limits=limits, **settings) as server:
            yield server


@pytest.fixture
def other(browser: Browser) -> Iterator[Page]:
    """A second browser, of somebody else or on another device."""
    context = browser.new_context(locale="en-GB", viewport={"width": 390, "height": 844})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def enter(page: Page, site: Product, name: str = ADMIN[0], password: str = ADMIN[1]) -> None:
    page.goto(f"{site.url}/signin")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_visitor_browses_and_is_asked_to_sign_in_for_what_is_personal(page: Page, site: Product) -> None:
    page.goto(site.url)
    page.get_by_role("region", name="Trending").get_by_role("link", name=re.compile(FILM)).first.click()
    expect(page.get_by_role("heading", level=1, name=FILM)).to_be_visible()
    expect(page.get_by_role("link", name="Movies")).to_have_count(0)
    page.get_by_role("link", name="Sign in to keep it on your list").click()
    page.wait_for_url("**/signin?next=*")
    page.get_by_label("Name").fill(ADMIN[0])
    page.get_by_label("Password", exact=True).fill(ADMIN[1])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/movies/movie-1001")
    expect(page.get_by_role("button", name="Watchlist")).to_be_enabled()


def test_a_visitor_who_opens_a_personal_page_is_led_to_the_door(page: Page, site: Product) -> None:
    page.goto(f"{site.url}/account")
    page.wait_for_url("**/signin?next=%2Faccount")


def test_profiles_are_made_entered_with_a_pin_and_limited(page: Page, site: Product) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/profiles?manage=1")
    for name, age, pin in (("Mia", "6", ""), ("Grace", "", "2468")):
        page.get_by_role("button", name="Add a profile").click()
        form = page.get_by_role("dialog", name="New profile")
        form.get_by_label("Name").fill(name)
        form.get_by_role("radio", name="Fox" if pin else "Owl").check(force=True)
        form.get_by_label("Shows titles for").select_option(age)
        form.get_by_label("PIN").fill(pin)
        form.get_by_role("button", name="Save").click()
        page.get_by_role("button", name=f"Change {name}").wait_for()
    page.get_by_role("button", name="Done").click()

    page.get_by_role("button", name=re.compile("^Grace")).click()
    asked = page.get_by_role("dialog", name="PIN of Grace")
    asked.get_by_label("PIN").fill("1111")
    asked.get_by_role("button", name="Enter").click()
    expect(asked.get_by_text("That is not the PIN.")).to_be_visible()
    asked.get_by_label("PIN").fill("2468")
    asked.get_by_role("button", name="Enter").click()
    page.get_by_role("button", name="Your menu").click()
    panel = page.locator(".user-panel")
    expect(panel.get_by_text("Grace", exact=True)).to_be_visible()

    panel.get_by_role("button", name="Switch to Mia").click()
    expect(page.locator(".user-panel")).to_have_count(0)
    page.get_by_role("button", name="Your menu").click()
    expect(panel.get_by_text("Mia", exact=True)).to_be_visible()
    expect(panel.get_by_role("link", name=re.compile("Account|Administration"))).to_have_count(0)
    page.goto(f"{site.url}/users")
    expect(page.get_by_text("Only administrators can see this")).to_be_visible()

    # Who signs in to an account with several is asked who is watching.
    page.context.clear_cookies()
    enter(page, site)
    expect(page.get_by_role("heading", name="Who is watching?")).to_be_visible()
    page.get_by_role("button", name=re.compile("^ada", re.IGNORECASE)).click()
    page.get_by_role("region", name="Trending").wait_for()


def test_what_is_not_for_a_profile_is_nowhere_to_be_seen(page: Page, site: Product) -> None:
    sign_in(page, site)
    allowed, refused = FILM, "Saltwater Clockwork"  # PG-13 and R, which is 17
    page.goto(site.url)
    trending = page.get_by_role("region", name="Trending")
    expect(trending.get_by_role("link", name=re.compile(allowed))).to_be_visible()
    expect(trending.get_by_role("link", name=re.compile(refused))).to_be_visible()

    child = {"name": "Kim", "avatar": "otter", "max_age": 16, "pin": "1357"}
    csrf = next(one["value"] for one in page.context.cookies() if one["name"] == "matinee_csrf")
    made = page.request.post(f"{site.url}/api/v1/me/profiles", data=child, headers={"X-CSRF-Token": csrf})
    assert made.ok, made.text()
    page.goto(f"{site.url}/profiles")
    tile = page.get_by_role("button", name=re.compile("^Kim"))
    expect(tile.get_by_text("Up to 16")).to_be_visible()
    tile.click()
    page.get_by_role("dialog", name="PIN of Kim").get_by_label("PIN").fill("1357")
    page.get_by_role("button", name="Enter").click()

    expect(trending.get_by_role("link", name=re.compile(allowed))).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(refused))).to_have_count(0)
    page.goto(f"{site.url}/search?q=saltwater")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    page.goto(f"{site.url}/search?q=lantern")
    expect(page.get_by_role("link", name=re.compile(allowed)).first).to_be_visible()
    page.goto(f"{site.url}/movies/movie-1002")
    expect(page.get_by_role("alert")).to_contain_text("limited to what is for people of 16 years")
    expect(page.get_by_text(refused)).to_have_count(0)


def test_a_screen_is_paired_by_the_code_that_another_enters(page: Page, other: Page, site: Product) -> None:
    sign_in(page, site)
    other.goto(f"{site.url}/signin")
    other.get_by_role("button", name="Sign in with another device").click()
    expect(other.get_by_role("img", name="QR code with the address").locator("svg")).to_be_visible()
    code = other.locator(".pairing-code").inner_text()
    page.goto(f"{site.url}/link")
    page.get_by_label("Code").fill(code.replace("-", "").lower())
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name=re.compile("asks to be let in"))).to_be_visible()
    page.get_by_role("button", name="Let it in").click()
    expect(page.get_by_role("heading", name="It is in")).to_be_visible()
    other.get_by_role("button", name=re.compile("Your menu|^ada", re.IGNORECASE)).first.wait_for()
    assert other.request.get(f"{site.url}/api/v1/me").json()["name"] == ADMIN[0]


def test_a_screen_is_paired_by_the_address_that_its_picture_leads_to(page: Page, other: Page, site: Product) -> None:
    sign_in(page, site)
    other.goto(f"{site.url}/signin")
    with other.expect_response("**/auth/device/start") as asked:
        other.get_by_role("button", name="Sign in with another device").click()
    started = asked.value.json()
    assert violations(other) == []
    page.goto(started["verification_url_complete"])
    expect(page.get_by_text(started["user_code"])).to_be_visible()
    assert "code" not in page.url, "what lets somebody in stays in no history"
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_role("heading", name="Refused")).to_be_visible()
    expect(other.get_by_text("The other device said no.")).to_be_visible()

    with other.expect_response("**/auth/device/start") as asked:
        other.get_by_role("button", name="Start again").click()
    page.goto("about:blank")
    page.goto(asked.value.json()["verification_url_complete"])
    page.get_by_role("button", name="Let it in").click()
    other.get_by_role("button", name=re.compile("Your menu|^ada", re.IGNORECASE)).first.wait_for()
    assert other.request.get(f"{site.url}/api/v1/me").json()["name"] == ADMIN[0]


def test_a_code_that_is_none_is_said_to_be_none(page: Page, site: Product) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/link#code=BCDF-GHJK")
    expect(page.get_by_text("There is no such code")).to_be_visible()
    assert "code" not in page.url


def test_an_invitation_becomes_an_account(page: Page, other: Page, site: Product) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/invitations")
    page.get_by_role("button", name="New invitation").click()
    page.get_by_label("Note").fill("The neighbours")
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_role("dialog", name="The new invitation").locator("code").inner_text()
    assert "/join#token=" in link

    other.goto(link)
    other.get_by_label("Your name").fill("katherine")
    assert "token" not in other.url
    other.get_by_label("Choose a password", exact=True).fill("password")
    expect(other.get_by_role("meter")).to_have_attribute("aria-valuetext", "Easy to guess")
    other.get_by_role("button", name="Come in").click()
    expect(other.get_by_text("This is among the first that anybody would try.")).to_be_visible()
    other.get_by_label("Choose a password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Come in").click()
    other.get_by_role("button", name="Your menu").wait_for()
    other.goto("about:blank")
    other.goto(link)
    expect(other.get_by_text("This invitation is no longer good")).to_be_visible()

    page.reload()
    expect(page.get_by_text("1 of 1 used")).to_be_visible()


def test_a_person_is_made_changed_switched_off_and_deleted(page: Page, other: Page, site: Product) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/users")
    page.get_by_role("button", name="New person").click()
    page.get_by_label("Name", exact=True).fill("linus")
    page.get_by_label("First password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create").click()
    page.get_by_role("heading", level=1, name="linus").wait_for()
    rank = page.get_by_role("region", name="Role and tier")
    rank.get_by_role("radio", name="Premium").click()
    rank.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    rights = page.get_by_role("region", name="What they may do")
    rights.get_by_role("radiogroup", name="Invite people").get_by_role("radio", name="Allowed").click()
    expect(rights.get_by_role("radiogroup", name="Invite people").get_by_role("radio", name="Allowed")).to_be_checked()
    page.get_by_label("Streams at once").fill("3")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_role("region", name="How much they may use").get_by_role("button", name="Save").click()
    person = page.request.get(f"{site.url}/api/v1/admin/users/{page.url.rsplit('/', 1)[1]}").json()
    assert (person["tier"], person["granted"], person["limits"]["streams"]) == ("premium", ["invite"], 3)

    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_role("dialog", name="Password link").locator("code").inner_text()
    page.keyboard.press("Escape")
    other.goto(link)
    other.get_by_label("New password", exact=True).fill("quite another sentence 7")
    other.get_by_role("button", name="Keep it").click()
    expect(other.get_by_text("The password is new")).to_be_visible()
    enter(other, site, "linus", "quite another sentence 7")
    other.get_by_role("button", name="Your menu").wait_for()

    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("The account is switched off.")).to_be_visible()
    other.reload()
    other.wait_for_function("() => !document.querySelector('.user-menu')")
    page.get_by_role("button", name="Delete", exact=True).click()
    sure = page.get_by_role("dialog", name="Delete linus?")
    expect(sure.get_by_role("button", name="Delete")).to_be_disabled()
    sure.get_by_label(re.compile("to confirm")).fill("linus")
    sure.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/users")
    page.get_by_label("Search by name").fill("linus")
    expect(page.get_by_text("Nobody is called that")).to_be_visible()

    page.goto(f"{site.url}/audit?event=user_deleted")
    expect(page.get_by_role("region", name="Audit").get_by_text("linus")).to_be_visible()


def test_an_address_is_blocked_and_let_in_again(page: Page, site: Product) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/blocks")
    page.get_by_role("button", name="Block an address").click()
    page.get_by_label("Address or network").fill("203.0.113.0/24")
    page.get_by_label("Note").fill("Scrapes posters")
    page.get_by_role("button", name="Block", exact=True).click()
    line = page.get_by_role("listitem").filter(has=page.get_by_text("203.0.113.0/24"))
    expect(line.get_by_text("Scrapes posters")).to_be_visible()
    line.get_by_role("button", name="Unblock").click()
    expect(page.get_by_text("Nobody is blocked")).to_be_visible()
    page.get_by_label("Always refuse").fill("198.18.0.0/15")
    page.get_by_role("button", name="Save the lists").click()
    expect(page.get_by_text("The lists are saved.")).to_be_visible()
    assert page.request.get(f"{site.url}/api/v1/admin/blocks/lists").json()["deny"] == ["198.18.0.0/15"]


def test_who_looks_for_weak_spots_is_seen_blocked_and_let_in_by_hand(page: Page, site: Product) -> None:
    """By real requests from an address behind a trusted proxy, until the protection has had enough of it."""
    paths = ["/wp-login.php", "/.env", "/phpmyadmin/", "/.git/config", "/cgi-bin/luci", "/x.asp", "/a.jsp"]
    stranger = "203.0.113.99"
    sign_in(page, site)
    with site.client() as scanner:
        scanner.headers["x-forwarded-for"] = stranger
        for path in paths[:3]:
            scanner.get(path)
        page.goto(f"{site.url}/blocks")
        suspects = page.get_by_role("region", name="Under suspicion")
        suspect = suspects.get_by_role("listitem").filter(has=page.get_by_text(stranger, exact=True)).first
        expect(suspect.get_by_role("img", name=re.compile("of 100 points"))).to_be_visible()
        suspect.get_by_text("Evidence").click()
        expect(suspect.get_by_text("/wp-login.php")).to_be_visible()

        for path in paths[3:]:
            scanner.get(path)
        assert scanner.get("/api/v1/setup").status_code == 403
        page.reload()
        blocked = page.get_by_role("region", name="Blocked addresses")
        line = blocked.get_by_role("listitem").filter(has=page.get_by_text(stranger, exact=True))
        expect(line.locator(".tag", has_text="Looks for weak spots")).to_be_visible()
        line.get_by_text("Evidence").click()
        told = line.get_by_role("definition")
        expect(told.get_by_text("/.git/config")).to_be_visible()
        expect(told.get_by_text("60 s")).to_be_visible()
        assert violations(page) == []

        line.get_by_role("button", name="Unblock").click()
        expect(page.get_by_text(f"{stranger} is let in again.")).to_be_visible()
        expect(line).to_have_count(0)
        assert scanner.get("/api/v1/setup").status_code == 200


def test_a_key_is_replaced_and_a_name_is_changed(page: Page, site: Product) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/account")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("What is it for?").fill("Backup")
    page.get_by_role("button", name="Create the key").click()
    first = page.get_by_role("dialog").locator("code").inner_text()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Replace").click()
    page.get_by_role("dialog", name="Replace this key?").get_by_role("button", name="Replace").click()
    second = page.get_by_role("dialog", name="The new key").locator("code").inner_text()
    assert first != second
    url = f"{site.url}/api/v1/library/movies"
    with site.client() as client:
        assert client.get(url, headers={"x-api-key": first}).status_code == 401
        assert client.get(url, headers={"x-api-key": second}).status_code == 200


def test_the_cache_is_warmed_from_the_screen(page: Page, site: Product) -> None:
    sign_in(page, site)
    page.goto(f"{site.url}/cache")
    page.get_by_role("button", name="Warm now").click()
    expect(page.get_by_text("The cache is warm.")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[3]], indirect=True, ids=["390-dark", "1440-light"])
def test_the_screens_about_people_are_accessible(look: Page, site: Product) -> None:
    found: dict[str, list[str]] = {}
    doors = {"/join": "Open the whole link", "/reset#token=x": "A new password", "/movies/movie-1001": "Sign in to keep"}
    rooms = {
        "/link": "Let a device in",
        "/profiles": "Who is watching?",
        "/profiles?manage=1": "Add a profile",
        "/account": "Signed in on",
        "/users": "New person",
        "/invitations": "New invitation",
        "/blocks": "Fixed lists",
        "/limits": "By kind and tier",
        "/audit": "Sign-in",
    }
    for screens in (doors, rooms):
        for path, shown in screens.items():
            look.goto("about:blank")
            look.goto(site.url + path)
            look.get_by_text(shown).locator("visible=true").first.wait_for()
            look.wait_for_function("() => !document.querySelector('main [aria-busy=true], .bone')")
            found[path] = violations(look)
        sign_in(look, site)
    assert {path: faults for path, faults in found.items() if faults} == {}
