"""The pure rules of signing in by other means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.features.accounts.policy import local_path, name_problem, proposed_name, shown_user_code, user_code_key


@pytest.mark.parametrize("path", ["/", "/movies", "/movies?sort=new&x=//y#top", "/a/b%2fc", "/.//x", "/übersicht"])
def test_pages_of_this_server(path: str) -> None:
    assert local_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "movies",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/ /evil.example",
        "/\u2028x",
        "/" + "x" * 1000,
    ],
)
def test_pages_of_others(path: str) -> None:
    assert not local_path(path)


@given(st.text(max_size=40))
def test_a_page_of_this_server_stays_one_whatever_a_browser_drops(text: str) -> None:
    path = "/" + text
    if local_path(path):
        as_read = "".join(letter for letter in path if letter not in "\t\r\n").replace("\\", "/")
        assert as_read.startswith("/")
        assert not as_read.startswith("//")


@pytest.mark.parametrize("typed", ["WDJB-MJHT", "wdjbmjht", " wdjb mjht ", "W-D-J-B-M-J-H-T"])
def test_a_code_may_be_typed_as_people_do(typed: str) -> None:
    assert user_code_key(typed) == "WDJBMJHT"
    assert shown_user_code(user_code_key(typed)) == "WDJB-MJHT"


@given(st.text(max_size=300))
def test_whatever_somebody_is_called_elsewhere_becomes_a_name(text: str) -> None:
    assert name_problem(proposed_name(text)) is None


@pytest.mark.parametrize(
    ("told", "name"),
    [("ada", "ada"), ("ada@mail.example", "ada"), ("  Ada   Lovelace ", "Ada Lovelace"), ("", "member"), ("@", "member")],
)
def test_names_stay_readable(told: str, name: str) -> None:
    assert proposed_name(told) == name
