"""What paths say: names made up here, in the forms that people and release groups use."""

from __future__ import annotations

from datetime import date

import pytest

from matinee.features.library.names import extra_kind, parse_path
from matinee.features.library.names.parsed import FolderKind


@pytest.mark.parametrize(
    ("path", "title", "year"),
    [
        ("Silent Harbour (1999)/Silent.Harbour.1999.1080p.BluRay.x264-GRP.mkv", "Silent Harbour", 1999),
        ("Silent Harbour (1999)/anything at all.mkv", "Silent Harbour", 1999),
        ("Collection (2001)/Other Film (1987).mkv", "Other Film", 1987),
        ("2046.2004.720p.mkv", "2046", 2004),
        ("Moon Station 2049.mkv", "Moon Station 2049", None),
        ("Harbour - The Second Tide (2011).mkv", "Harbour - The Second Tide", 2011),
        ("Harbour.Part.Two.2024.2160p.WEB-DL.mkv", "Harbour Part Two", 2024),
        ("IMAX Deep Water (1990).mkv", "IMAX Deep Water", 1990),
        ("Harbour.EXTENDED.EDITION.2015.DVDR.mkv", "Harbour", 2015),
        ("[群] Harbour (1980) [BD 1080p].mkv", "Harbour", 1980),
        ("www.example.org - Harbour.2012.720p.mkv", "Harbour", 2012),
        ("Harbour (CamRip / 2014).mkv", "Harbour", 2014),
        ("Harbour 2008 BRRip/0f3c9a7be14d22aa8890.mkv", "Harbour", 2008),
        ("clips/h264_10bits.mp4", "h264 10bits", None),
        ("clips/h265_10bits.mp4", "h265 10bits", None),
        ("holiday/VID_20190814_120301.mp4", "VID 20190814 120301", None),
        ("clip_0_30.webm", "clip 0 30", None),
    ],
)
def test_films(path: str, title: str, year: int | None) -> None:
    parsed = parse_path(path)
    assert (parsed.kind, parsed.title, parsed.year) == ("movie", title, year)


@pytest.mark.parametrize(
    ("path", "title", "season", "episodes"),
    [
        ("Harbour.S02E05.The.Storm.1080p.WEB-DL-GRP.mkv", "Harbour", 2, (5,)),
        ("Harbour - 2x05 - The Storm.mkv", "Harbour", 2, (5,)),
        ("Harbour (2010)/Season 02/05 - The Storm.mkv", "Harbour", 2, (5,)),
        ("Harbour (2010)/Season 02/S02E05.mkv", "Harbour", 2, (5,)),
        ("Harbour/Specials/Harbour S00E03.mkv", "Harbour", 0, (3,)),
        ("Harbour.S01E01-E03.mkv", "Harbour", 1, (1, 2, 3)),
        ("Harbour (2010)/Season 01/Harbour (2010) - S01E01-E02 - The Storm.mkv", "Harbour", 1, (1, 2)),
        ("Dr. Harbour & Co - S01E01 - The Storm (1).mkv", "Dr. Harbour & Co", 1, (1,)),
        ("Harbour S01E01E02.mkv", "Harbour", 1, (1, 2)),
        ("Harbour Se.1 afl.2-3 [X].mkv", "Harbour", 1, (2, 3)),
        ("Harbour - Over the Sea - S01E01.mkv", "Harbour - Over the Sea", 1, (1,)),
        ("harbours01e07-1080p.mkv", "harbour", 1, (7,)),
        ("1983 - Season 1 - Polish - 1080p.mkv", "1983", 1, ()),
        ("The.Harbour.US.S03E01.mkv", "The Harbour US", 3, (1,)),
        ("Harbour.2015.S03E01.mkv", "Harbour", 3, (1,)),
        ("[Group] Harbour S2 - 05 (1080p) [ABCD1234].mkv", "Harbour", 2, (5,)),
        ("[Group] Long Name of Harbour 2nd Season - 12 END [1080p].mkv", "Long Name of Harbour", 2, (12,)),
        ("[Group] Harbour - 12 [1080p].mkv", "Harbour", 1, (12,)),
        ("Harbour.S01E05v2.REPACK.mkv", "Harbour", 1, (5,)),
        ("9-1-2.S01E01.720p.mkv", "9-1-2", 1, (1,)),
    ],
)
def test_episodes(path: str, title: str, season: int, episodes: tuple[int, ...]) -> None:
    parsed = parse_path(path)
    assert (parsed.kind, parsed.title, parsed.season, parsed.episodes) == ("episode", title, season, episodes)


@pytest.mark.parametrize(
    "path",
    ["Evening Show 2024-03-04 Guest.mkv", "Evening.Show.2024.03.04.720p.mkv", "Evening.Show.2024.03.04.The.170.Pounds.mkv"],
)
def test_a_daily_show_is_known_by_its_date(path: str) -> None:
    parsed = parse_path(path)
    assert (parsed.kind, parsed.title, parsed.air_date, parsed.episodes) == ("episode", "Evening Show", date(2024, 3, 4), ())


@pytest.mark.parametrize(
    ("path", "hints"),
    [
        ("Harbour (1999) {tmdb-603}/Harbour.mkv", {"tmdb": "603"}),
        ("Harbour (1999)/Harbour (1999) [tmdbid=603].mkv", {"tmdb": "603"}),
        ("Harbour (1999) [imdbid-tt0133093].mkv", {"imdb": "tt0133093"}),
        ("Harbour (1999) {imdb-tt0133093}.mkv", {"imdb": "tt0133093"}),
        ("Harbour {tvdb-78804}/Season 1/Harbour S01E01.mkv", {"tvdb": "78804"}),
        ("Harbour (1999) [1080p].mkv", {}),
    ],
)
def test_ids_in_names_are_hints_and_no_part_of_the_title(path: str, hints: dict[str, str]) -> None:
    parsed = parse_path(path)
    assert (parsed.title, dict(parsed.hints)) == ("Harbour", hints)


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [("movies", "Harbour 102 HDTV.mkv", "movie"), ("shows", "Harbour 13.mkv", "episode"), ("mixed", "Harbour 13.mkv", "movie")],
)
def test_the_kind_of_the_folder_settles_what_a_name_leaves_open(kind: FolderKind, path: str, expected: str) -> None:
    assert parse_path(path, kind).kind == expected


def test_parts_and_editions() -> None:
    assert parse_path("Harbour (1999) cd2.avi").part == 2
    assert parse_path("Harbour.1999.part1.mkv").part == 1
    assert parse_path("Harbour Part 2 (1999).mkv").part == 0
    assert parse_path("Harbour (1999) {edition-Director's Cut}.mkv").edition == "Director's Cut"


@pytest.mark.parametrize(
    "path", ["", "/", "...", "\udce9\udce9.mkv", "a" * 300 + ".mkv", "(((.mkv", "S01E01.mkv", "\n\t.mkv", "{tmdb-1}.mkv"]
)
def test_no_name_is_too_strange(path: str) -> None:
    assert parse_path(path).title.strip() or path in ("/", "...", "S01E01.mkv", "\n\t.mkv")


@pytest.mark.parametrize(
    ("folders", "stem", "neighbours", "expected"),
    [
        (("Film",), "film-sample", 1, "sample"),
        (("Film",), "sample", 1, "sample"),
        ((), "sample", 30, None),
        (("Film", "Featurettes"), "Making of", 1, "extra"),
        (("Extras",), "Extras S01E01", 1, None),
        (("Film",), "Film (2001)-trailer", 1, "trailer"),
        ((), "The Interview", 1, None),
        ((), "film-interview", 1, "extra"),
        ((), "The Sample", 1, None),
    ],
)
def test_extras(folders: tuple[str, ...], stem: str, neighbours: int, expected: str | None) -> None:
    assert extra_kind(folders, stem, 1000, neighbours) == expected
