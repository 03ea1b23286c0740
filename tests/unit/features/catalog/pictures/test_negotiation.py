"""The format of a picture depends on the `Accept` header, weights included."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.features.catalog.pictures.negotiation import WantedFormat, chosen

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
FIREFOX = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
OLD_SAFARI = "image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5"


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (CHROME, "avif"),
        (FIREFOX, "avif"),
        (OLD_SAFARI, "jpeg"),
        ("", "jpeg"),
        ("*/*", "jpeg"),
        ("image/*", "jpeg"),
        ("image/webp", "webp"),
        ("IMAGE/WEBP", "webp"),
        ("image/webp,image/avif", "avif"),
        ("image/avif;q=0.5,image/webp;q=0.9", "webp"),
        ("image/avif;q=0,image/webp", "webp"),
        ("image/avif;q=0,image/webp;q=0.000,*/*", "jpeg"),
        ("image/avif;q=0.1,*/*", "jpeg"),
        ("image/avif;q=0.1,image/jpeg;q=0.2", "jpeg"),
        ("image/avif ; q=1.0 , */*;q=0.1", "avif"),
        ("image/webp;v=1;q=0.3", "webp"),
        ("image/avif;q=high", "avif"),
        ("text/html", "jpeg"),
    ],
)
def test_by_accept(accept: str, form: str) -> None:
    assert chosen(accept) == form


@pytest.mark.parametrize(
    ("wanted", "alpha", "form"),
    [("webp", False, "webp"), ("avif", True, "avif"), ("jpeg", False, "jpeg"), ("jpeg", True, "png"), ("auto", True, "png")],
)
def test_what_is_wanted_in_so_many_words_wins(wanted: WantedFormat, alpha: bool, form: str) -> None:
    assert chosen("image/jpeg" if wanted != "auto" else "*/*", wanted, alpha=alpha) == form


@given(st.text(alphabet="image/avfwebp*;q=0.19, \x00é", max_size=60))
def test_nothing_but_the_name_brings_a_modern_format(accept: str) -> None:
    form = chosen(accept)
    assert form in {"avif", "webp", "jpeg"}
    assert form == "jpeg" or f"image/{form}" in accept.lower()
