"""No name leads to another folder or another host."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matinee.features.catalog.pictures.names import SIZES, SOURCES, PictureName, picture_name

ODD = st.text(alphabet="ab.~!/\\%@:?#2fF0 \x00\n\u2025é-_", max_size=24)


@given(ODD | st.text(max_size=40))
@example("tmdb~..")
@example("tmdb~!!host!x.jpg")
@example("tmdb~a!..!b")
@example("tmdb~.htaccess")
@example("tmdb~a%2f..%2fb")
@example("tmdb~user@host")
@example("tmdb~a\n")
@example("~a.jpg")
def test_a_name_that_is_taken_stays_where_it_belongs(text: str) -> None:
    name = PictureName.parse(text)
    if name is None:
        return
    assert str(name) == text
    base = "https://image.example/t/p/w500/"
    joined = urlsplit(urljoin(base, name.source.removeprefix("/")))
    assert (joined.scheme, joined.netloc) == ("https", "image.example")
    assert joined.path.startswith("/t/p/w500/")
    assert joined.path.endswith(name.source)
    assert not {"..", ".", ""} & set(name.source.removeprefix("/").split("/"))
    assert (joined.query, joined.fragment) == ("", "")


@given(ODD)
@example("//host/x.jpg")
@example("/ok/../x.jpg")
def test_what_a_provider_calls_a_picture_is_found_again_by_its_name(source: str) -> None:
    name = picture_name("tmdb", source)
    if name is not None:
        assert PictureName.parse(name) == PictureName("tmdb", source)
        assert "/" not in name


@pytest.mark.parametrize(
    ("source", "name"),
    [("abc.jpg", "tmdb~abc.jpg"), ("/abc.jpg", "tmdb~!abc.jpg"), ("v1/lantern/s1e2.jpg", "tmdb~v1!lantern!s1e2.jpg")],
)
def test_names(source: str, name: str) -> None:
    assert picture_name("tmdb", source) == name


@pytest.mark.parametrize("source", [None, "", "../x", "/a b.jpg", "http://x/y.jpg", "//x/y.jpg", "/a?b", "a" * 251, "a//b", "/"])
def test_no_names(source: str | None) -> None:
    assert picture_name("tmdb", source) is None


def test_every_size_is_made_from_a_source_that_is_large_enough_and_not_much_larger() -> None:
    for kind, sizes in SIZES.items():
        assert sizes["original"].box is None
        for label, size in sizes.items():
            assert size.source in SOURCES[kind], (kind, label)
            if size.box is not None and size.box.width is not None:
                assert label == f"w{size.box.width}"
                assert size.source is not None
                assert size.box.width <= size.source <= max(500, 3 * size.box.width), "no original for a thumbnail"
