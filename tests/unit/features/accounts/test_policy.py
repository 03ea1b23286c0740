"""The rules of accounts."""

from __future__ import annotations

import pytest

from matinee.features.accounts.devices import device_name
from matinee.features.accounts.policy import (
    Origin,
    allowed_scopes,
    cleaned_name,
    is_local,
    name_key,
    name_problem,
    password_problem,
    scopes_of,
)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password",
        "Passwort1",
        "PASSWORD123!",
        "12345678",
        "87654321",
        "aaaaaaaa",
        "abababab",
        "qwertyui",
        "matinee1",
        "grandmother",
        "GrandMother",
        "rehtomdnarg",
        "x" * 257,
    ],
)
def test_refuses_passwords_that_anybody_would_try(password: str) -> None:
    assert password_problem(password, "grandmother") is not None


@pytest.mark.parametrize("password", ["correct horse", "83920174", "ünïcödé-", "zwölf Boxkämpfer", "tiger lily", "x7" * 8 + "q"])
def test_takes_any_other_password_without_composition_rules(password: str) -> None:
    assert password_problem(password, "anna") is None


def test_names_are_compared_without_case_and_width() -> None:
    assert name_key("Anna") == name_key("ａｎｎａ") == "anna"
    assert name_key("STRASSE") == name_key("straße")


@pytest.mark.parametrize(
    "name", ["", "  ", " anna", "an\nna", "x" * 65, "an\u202ena", "<b>anna</b>", "\u200b", "an  na", "\ufdfa" * 64]
)
def test_refuses_odd_names(name: str) -> None:
    problem = name_problem(name)
    assert problem is not None
    assert problem.startswith("The name cannot be used: ")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("  Anna ", "Anna"), ("<b>Anna</b>  Maria", "Anna Maria"), ("Zoe\u0308", "Zo\u00eb"), ("an\x07na", "an\x07na")],
)
def test_cleans_a_name_as_every_text_over_http_or_leaves_it_to_be_refused(given: str, kept: str) -> None:
    assert cleaned_name(given) == kept


def test_scopes_are_cut_down_to_the_role() -> None:
    assert "admin" not in scopes_of("user")
    assert allowed_scopes("user", ["admin", "playback", "nonsense"]) == {"playback"}
    assert allowed_scopes("admin", ["admin", "playback"]) == {"admin", "playback"}


@pytest.mark.parametrize(
    ("origin", "local"),
    [
        (Origin("127.0.0.1", host="localhost:8470"), True),
        (Origin("::1", host="[::1]:8470"), True),
        (Origin("::ffff:192.168.1.9", host="192.168.1.2:8470"), True),
        (Origin("fe80::1%eth0", host="box.local"), True),
        (Origin("10.1.2.3", host="nas"), True),
        (Origin("8.8.8.8", host="localhost"), False),
        (Origin("127.0.0.1", host="localhost", forwarded=True), False),
        (Origin("127.0.0.1", host="rebound.example.com"), False),
        (Origin("127.0.0.1", host="127.0.0.1.example.com:80"), False),
        (Origin("0.0.0.0", host="localhost"), False),
        (Origin("", host="localhost"), False),
        (Origin("testclient", host="localhost"), False),
    ],
)
def test_only_near_callers_set_up_without_a_token(origin: Origin, local: bool) -> None:
    assert is_local(origin) is local


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/139.0 Safari/537 Edg/139.0", "Edge on Windows"),
        ("Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537 Chrome/94 Safari/537", "Chrome on LG TV"),
        ("curl/8.5.0", "curl"),
        ("MyPlayer/2.1 (custom)", "MyPlayer"),
        ("", "Unknown device"),
    ],
)
def test_devices_get_a_readable_name(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
