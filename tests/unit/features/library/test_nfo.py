"""NFO files: XML of Kodi's shape, addresses, and what strangers write."""

from __future__ import annotations

import pytest

from matinee.features.library.nfo import Nfo, parse_nfo


def test_a_film() -> None:
    xml = b"""\xef\xbb\xbf<?xml version="1.0"?><movie><title>Harbour</title><year>1999</year>
    <uniqueid type="tmdb" default="true">603</uniqueid><uniqueid type="imdb">tt0133093</uniqueid></movie>"""
    assert parse_nfo(xml) == Nfo("movie", "Harbour", year=1999, hints={"tmdb": "603", "imdb": "tt0133093"})


def test_a_film_with_the_address_of_its_page_behind_it() -> None:
    found = parse_nfo(b"<movie><title>Harbour</title></movie>\nhttps://www.themoviedb.org/movie/603-harbour")
    assert found is not None
    assert dict(found.hints) == {"tmdb": "603"}


def test_for_whom_a_title_is() -> None:
    found = parse_nfo(b"<tvshow><title>Harbour</title><mpaa> Germany:FSK 12 </mpaa></tvshow>")
    assert found is not None
    assert found.age_rating == "Germany:FSK 12"


def test_only_an_address() -> None:
    assert parse_nfo(b"https://www.imdb.com/title/tt0133093/") == Nfo(hints={"imdb": "tt0133093"})


def test_several_episodes_in_one_file() -> None:
    one = "<episodedetails><title>A</title><season>2</season><episode>{}</episode><aired>2020-01-02</aired></episodedetails>"
    found = parse_nfo((one.format(3) + one.format(4)).encode())
    assert found is not None
    assert (found.kind, found.season, found.episodes, found.aired) == ("episode", 2, (3, 4), "2020-01-02")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff\xfe",
        b"<movie><title>broken",
        b"<album><title>Song</title></album>",
        b'<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><movie><title>&b;</title></movie>',
    ],
)
def test_what_says_nothing(data: bytes) -> None:
    assert parse_nfo(data) is None
