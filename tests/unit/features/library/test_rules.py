"""Slots, subtitles' names, stored paths, and which scans a burst of changes asks for."""

from __future__ import annotations

from datetime import date

import pytest

from matinee.features.library import paths
from matinee.features.library.names import ParsedName
from matinee.features.library.policy import ScanRequest, preference, slots_of
from matinee.features.library.sidecars import Entry, describe
from matinee.features.library.watcher import requests


def episode(**values: object) -> ParsedName:
    return ParsedName("episode", "Show", **values)  # type: ignore[arg-type]  # fields by name


def test_slots() -> None:
    assert [slot.key for slot in slots_of(ParsedName("movie", "Film"), "f.mkv")] == ["movie"]
    assert [slot.key for slot in slots_of(episode(seasons=(2,), episodes=(3, 4)), "f")] == ["s02e03", "s02e04"]
    [daily] = slots_of(episode(air_date=date(2012, 2, 13)), "f")
    assert (daily.key, daily.season, daily.episode) == ("d2012-02-13", 2012, 213)
    [one], [other] = slots_of(episode(seasons=(1,)), "a.mkv"), slots_of(episode(seasons=(1,)), "b.mkv")
    assert (one.key != other.key, one.name, one.episode) == (True, "a", None)


def test_a_usable_file_comes_before_a_better_one_that_is_away() -> None:
    assert preference("ok", None, 0) < preference("broken", None, 0) < preference("missing", None, 0)


@pytest.mark.parametrize(
    ("name", "language", "forced", "title"),
    [
        ("Film.2019.en.srt", "en", False, None),
        ("Film.2019.eng.forced.srt", "en", True, None),
        ("Film.2019.pt-BR.ass", "pt-BR", False, None),
        ("Film.2019.srt", None, False, None),
        ("Film.2019.English.SDH.srt", "en", False, "SDH"),
        ("2_German.srt", "de", False, None),
        ("Film.2019.fr.Commentary.vtt", "fr", False, "Commentary"),
    ],
)
def test_what_a_subtitles_name_says(name: str, language: str | None, forced: bool, title: str | None) -> None:
    video = Entry("a/Film.2019.mkv", "Film.2019.mkv", 1, 1)
    found = describe(video, Entry(f"a/{name}", name, 1, 1))
    assert (found["language"], found["forced"], found["title"]) == (language, forced, title)


@pytest.mark.parametrize(
    "name", [b"plain.mkv", "f\u00eate.mkv".encode(), b"caf\xe9.mkv", b"\xff\xfe\x80.mkv", "\U0001f3ac".encode()]
)
def test_every_name_of_a_disk_can_be_stored_and_opened_again(name: bytes) -> None:
    import os

    kept = paths.stored(os.fsdecode(name))
    kept.encode("utf-8")
    assert os.fsencode(paths.real(kept)) == name
    paths.shown(kept).encode("utf-8")


def test_both_unicode_forms_are_one_name() -> None:
    assert paths.key_of("e\u0301t\u00e9") == paths.key_of("\u00e9te\u0301")


def test_a_burst_of_changes_becomes_few_scans() -> None:
    folders = {"/films": "f", "/shows": "s"}
    assert requests(folders, ["/films/A/a.mkv", "/films/A/a.srt", "/films/A/Subs/b.srt", "/elsewhere/x.mkv"]) == [
        ScanRequest("f", "A")
    ]
    assert requests(folders, ["/films/a.mkv", "/films/A/a.mkv"]) == [ScanRequest("f", "")]
    assert requests(folders, [f"/shows/{number}/x.mkv" for number in range(50)]) == [ScanRequest("s", "")]
    assert requests(folders, ["/films/.work/a.mkv", "/films/@eaDir/A/b.mkv"]) == []
    assert requests({"/": "r"}, ["/a/b.mkv"]) == [ScanRequest("r", "a")]
