"""Identifiers are short, sortable, and the only shape that a path lets in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from matinee.infra.http.input.identifiers import ObjectId
from matinee.infra.ids import new_id

PATH = TypeAdapter(ObjectId)


def test_ids_are_unique_and_fit_their_shape() -> None:
    made = [new_id() for _ in range(2000)]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", one) for one in made)
    assert [one[:9] for one in made] == sorted(one[:9] for one in made)


def test_what_we_make_a_path_lets_in() -> None:
    made = new_id()
    assert PATH.validate_python(made) == made


@given(st.text(max_size=80))
def test_a_path_lets_nothing_else_in(text: str) -> None:
    fits = re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text) is not None
    try:
        assert PATH.validate_python(text) == text
        assert fits
    except ValidationError:
        assert not fits


@pytest.mark.parametrize("text", ["", "a" * 65, "../x", "a\n", "a b", "é", "a%00", "'"])
def test_strange_ids_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        PATH.validate_python(text)
