"""Free text is cleaned of HTML, refused where it deceives, and otherwise kept as it came."""

from __future__ import annotations

import sys
import unicodedata
from typing import Annotated, Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from matinee.infra.http.input.text import MultilineText, Name, PlainText, graphemes_over, without_html

LINE: TypeAdapter[str] = TypeAdapter(Annotated[str, PlainText(max_graphemes=20)])
LINES: TypeAdapter[str] = TypeAdapter(Annotated[str, MultilineText(max_graphemes=200)])
NAMES: TypeAdapter[str] = TypeAdapter(Name)
FAMILY = "👨‍👩‍👧‍👦"


def kind_of(adapter: TypeAdapter[str], text: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(text)
    return caught.value.errors()[0]["type"]


@pytest.mark.parametrize(
    "text",
    [
        "' OR 1=1 --",
        "'; DROP TABLE user; --",
        '{"$gt": ""}',
        "a' || this.x == 'a",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "%00..%2f",
        "a < b & c",
        "I <3 films",
        "AC/DC & Co",
        "&lt;b&gt;",
        "&amp;amp;",
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
        "שלום",
        "\u200fעברית",
        "日本語",
        "a\u00a0b <3",
    ],
)
def test_text_that_only_looks_dangerous_is_kept_as_it_is(text: str) -> None:
    assert TypeAdapter(Annotated[str, PlainText(max_graphemes=64)]).validate_python(text) == text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("<b>Ada</b>", "Ada"),
        ("Ada<script>alert(1)</script>", "Ada"),
        ("Ada<style>*{}</style>", "Ada"),
        ("<<b>script>x</script>Ada", ""),
        ("Ada<!-- x -->", "Ada"),
        ("Ada<img src=x onerror=alert(1)>", "Ada"),
        ("Ada<img src=x onerror=alert(1)", "Ada"),
        ("Ada<textarea><b>B", "AdaB"),
    ],
)
def test_html_is_taken_out(given: str, kept: str) -> None:
    assert without_html(given) == kept


@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\x7f", "\x85", "\n", "\r", "\t", "\u2028"])
def test_a_line_has_no_control_characters(character: str) -> None:
    assert kind_of(LINE, f"a{character}b") == "text_control_character"


@pytest.mark.parametrize("character", ["\u202a", "\u202e", "\u2066", "\u2069"])
def test_nothing_turns_the_direction(character: str) -> None:
    assert kind_of(LINE, f"a{character}b") == "text_direction"


@pytest.mark.parametrize("text", ["", " ", "\u200b\u200d", "\ufe0f", "<b></b>", "\u3164"])
def test_a_text_shows_something(text: str) -> None:
    assert kind_of(LINE, text) in {"text_empty", "string_too_short"}


def test_half_a_surrogate_pair_and_a_noncharacter_are_no_text() -> None:
    assert kind_of(LINE, "a\ud800") in {"string_unicode", "text_not_unicode"}
    assert kind_of(LINE, "a\uffff") == "text_not_unicode"


def test_lines_keep_their_breaks() -> None:
    assert LINES.validate_python(" a\r\nb\tc\n") == "a\nb\tc"
    assert kind_of(LINES, "a\x0bb") == "text_control_character"


def test_a_name_has_single_spaces_and_one_spelling() -> None:
    assert NAMES.validate_python("  Jose\u0301   Núñez ") == "José Núñez"


def test_length_is_what_a_reader_counts() -> None:
    three = TypeAdapter(Annotated[str, PlainText(max_graphemes=3, max_length=100)])
    assert three.validate_python(FAMILY * 3) == FAMILY * 3
    assert kind_of(three, FAMILY * 4) == "text_too_long"
    assert kind_of(three, "abcd") == "text_too_long"


def test_marks_without_end_are_refused() -> None:
    assert kind_of(LINE, "a" + "\u0301" * 1000) == "string_too_long"


def test_a_text_may_be_empty_where_that_is_allowed() -> None:
    assert TypeAdapter(Annotated[str, PlainText(max_graphemes=3, empty=True)]).validate_python(" ") == ""


def test_the_description_says_what_is_refused() -> None:
    class Body(BaseModel):
        name: Name

    described = Body.model_json_schema()["properties"]["name"]
    assert (described["minLength"], described["maxLength"]) == (1, 64)
    assert regex.fullmatch(described["pattern"], "Ada")
    assert not regex.search(described["pattern"], "A\u202eda")
    assert not regex.search(described["pattern"], "   ")


@given(st.text(max_size=80))
def test_cleaning_is_finished_after_once(text: str) -> None:
    try:
        once = LINE.validate_python(text)
    except ValidationError:
        return
    assert LINE.validate_python(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not graphemes_over(once, 20)


@given(st.text(alphabet="<>/!-abscript &;=\"' ", max_size=60))
def test_no_tag_survives(text: str) -> None:
    kept = without_html(text)
    assert without_html(kept) == kept
    assert "<script" not in kept
    assert "<a" not in kept


def test_the_libraries_are_loaded_when_they_are_needed() -> None:
    import subprocess

    code = (
        "import sys; from matinee.infra.http.input.text import NAME; NAME.clean('Ada'); "
        "print('nh3' in sys.modules, 'regex' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60).stdout
    assert said.split() == ["False", "False"]
