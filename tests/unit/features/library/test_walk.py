"""Walking a folder: what counts as a video, what is trouble, what belongs together."""

from __future__ import annotations

import os
from pathlib import Path

from matinee.features.library.walk import Found, Trouble, Walk, count_videos


def put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"x")


def walk(root: Path, under: str = "") -> tuple[dict[str, Found], dict[str, str]]:
    entries = [entry for batch in Walk(root, under).batches(2) for entry in batch]
    found = {entry.path: entry for entry in entries if isinstance(entry, Found)}
    return found, {entry.path: entry.code for entry in entries if isinstance(entry, Trouble)}


def test_videos_only_and_nothing_hidden(tmp_path: Path) -> None:
    put(tmp_path, "a.mkv", "b.txt", "c/D.MP4", ".hidden/e.mkv", ".f.mkv", "@eaDir/g.mkv", "half.mkv.part", "noext")
    put(tmp_path, "ignored/.nomedia", "ignored/h.mkv")
    found, troubles = walk(tmp_path)
    assert set(found) == {"a.mkv", "c/D.MP4"}
    assert troubles == {}
    assert count_videos(tmp_path) == 3


def test_a_disc_is_reported_and_left_out(tmp_path: Path) -> None:
    put(tmp_path, "Film/VIDEO_TS/VTS_01_1.VOB")
    assert walk(tmp_path) == ({}, {"Film/VIDEO_TS": "disc_folder"})


def test_links_to_folders(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    put(root, "a/film.mkv")
    put(outside, "other.mkv")
    (root / "a" / "up").symlink_to(root)
    (root / "b").symlink_to(root / "a")
    (root / "c").symlink_to(outside)
    (root / "d").symlink_to(outside)
    (outside / "back").symlink_to(root / "c")
    found, troubles = walk(root)
    assert set(found) == {"a/film.mkv", "c/other.mkv"}
    assert troubles["a/up"] == "symlink_loop"


def test_subtitles_beside_and_in_a_folder_of_their_own(tmp_path: Path) -> None:
    put(tmp_path, "one/film.mkv", "one/film.en.srt", "one/film2.de.srt", "one/Subs/2_French.srt")
    put(tmp_path, "two/x.mkv", "two/y.mkv", "two/Subs/x.en.srt")
    found, _ = walk(tmp_path)
    assert [entry.name for entry in found["one/film.mkv"].subtitles] == ["film.en.srt", "2_French.srt"]
    assert [entry.name for entry in found["two/x.mkv"].subtitles] == ["x.en.srt"]
    assert found["two/y.mkv"].subtitles == ()


def test_an_nfo_of_the_show_reaches_its_episodes(tmp_path: Path) -> None:
    put(tmp_path, "Show/tvshow.nfo", "Show/Season 1/a.mkv", "Show/Season 1/a.nfo", "Film/movie.nfo", "Film/f.mkv")
    found, _ = walk(tmp_path)
    assert [entry.name for entry in found["Show/Season 1/a.mkv"].nfos] == ["a.nfo", "tvshow.nfo"]
    assert [entry.name for entry in found["Film/f.mkv"].nfos] == ["movie.nfo"]


def test_a_changed_sidecar_changes_the_mark(tmp_path: Path) -> None:
    put(tmp_path, "film.mkv", "film.srt")
    before = walk(tmp_path)[0]["film.mkv"].sidecars_key
    os.utime(tmp_path / "film.srt", (1, 1))
    assert walk(tmp_path)[0]["film.mkv"].sidecars_key != before


def test_a_folder_that_is_not_there_protects_what_is_known(tmp_path: Path) -> None:
    [[trouble]] = list(Walk(tmp_path, "gone").batches(10))
    assert isinstance(trouble, Trouble)
    assert (trouble.path, trouble.protects) == ("gone", True)


def test_nothing_below_a_hidden_folder(tmp_path: Path) -> None:
    put(tmp_path, "a/.work/one.mkv")
    assert walk(tmp_path, "a/.work") == ({}, {})


def test_only_below_a_sub_folder(tmp_path: Path) -> None:
    put(tmp_path, "a/one.mkv", "b/two.mkv")
    assert set(walk(tmp_path, "b")[0]) == {"b/two.mkv"}
