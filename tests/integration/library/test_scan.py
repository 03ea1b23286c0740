"""Scanning: what is found, what is recognised, what is never lost."""

from __future__ import annotations

import os
import shutil
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest

from matinee.features.library.events import LibraryChanged
from matinee.features.library.policy import ScanRequest
from tests.integration.library.conftest import LONG_AGO, Stand

pytestmark = pytest.mark.anyio


async def test_films_and_episodes_become_titles_with_items(stand: Stand) -> None:
    stand.put("The Big Film (2019)/The.Big.Film.2019.1080p.mkv")
    stand.put("A Show/Season 01/A Show - S01E01 - First.mkv")
    stand.put("A Show/Season 01/A Show - S01E02-E03.mkv")
    counts = await stand.scan()
    assert (counts.added, counts.problems) == (3, 0)
    assert set(await stand.titles()) == {"The Big Film", "A Show"}
    episodes = await stand.items("A Show")
    assert [(item.season, item.episode, item.name) for item in episodes] == [(1, 1, "First"), (1, 2, ""), (1, 3, "")]
    assert episodes[1].files[0].id == episodes[2].files[0].id
    assert stand.changes == [LibraryChanged(added=3)]


async def test_unchanged_files_are_not_read_again(stand: Stand) -> None:
    stand.put("One (2001).mkv")
    stand.put("Two (2002).mkv")
    await stand.scan()
    counts = await stand.scan()
    assert (counts.unchanged, counts.added, counts.updated) == (2, 0, 0)
    assert stand.probe.asked == []
    assert stand.changes == [LibraryChanged(added=2)]


async def test_a_renamed_file_keeps_its_item(stand: Stand) -> None:
    file = stand.put("misspeled film (2001).mkv")
    await stand.scan()
    [before] = await stand.items("misspeled film")
    file.rename(stand.root / "Misspelled Film (2001).mkv")
    counts = await stand.scan()
    assert (counts.moved, counts.added, counts.missing) == (1, 0, 0)
    assert stand.probe.asked == []
    assert set(await stand.titles()) == {"Misspelled Film"}
    [after] = await stand.items("Misspelled Film")
    assert (after.id, after.files[0].id) == (before.id, before.files[0].id)


async def test_a_copy_is_no_move(stand: Stand) -> None:
    file = stand.put("Film (2001).mkv")
    await stand.scan()
    (stand.root / "copy").mkdir()
    shutil.copy2(file, stand.root / "copy" / "Film (2001).mkv")
    counts = await stand.scan()
    assert (counts.moved, counts.added) == (0, 1)
    assert len((await stand.items("Film"))[0].files) == 2


async def test_two_versions_are_files_of_one_item_the_best_first(stand: Stand) -> None:
    stand.put("Film (2001)/Film (2001) - 720p.mkv", b"video 720 a")
    stand.put("Film (2001)/Film (2001) - 2160p.mkv", b"video 2160 b")
    await stand.scan()
    [item] = await stand.items("Film")
    assert [file.height for file in item.files] == [2160, 720]


async def test_parts_of_a_film_are_one_item_in_order(stand: Stand) -> None:
    stand.put("Film (2001)/Film (2001) cd2.avi")
    stand.put("Film (2001)/Film (2001) cd1.avi")
    await stand.scan()
    [item] = await stand.items("Film")
    assert [file.name for file in item.files] == ["Film (2001) cd1.avi", "Film (2001) cd2.avi"]
    assert item.duration == 120.0


async def test_a_missing_file_is_kept_and_comes_back(stand: Stand) -> None:
    file = stand.put("Film (2001).mkv")
    stand.put("Other (2002).mkv")
    await stand.scan()
    [before] = await stand.items("Film")
    elsewhere = file.rename(stand.root.parent / "away.mkv")
    counts = await stand.scan()
    assert counts.missing == 1
    assert set(await stand.titles()) == {"Other"}
    async with stand.database.read() as unit:
        kept = await stand.library.playable(unit, item_id=before.id)  # type: ignore[arg-type]  # an id off the wire
    assert [file.state for file in kept.files] == ["missing"]
    elsewhere.rename(file)
    await stand.scan()
    [after] = await stand.items("Film")
    assert (after.id, after.files[0].state) == (before.id, "ok")
    assert stand.probe.asked == []


async def test_a_folder_that_is_suddenly_empty_changes_nothing(stand: Stand) -> None:
    stand.put("Film (2001).mkv")
    await stand.scan()
    (stand.root / "Film (2001).mkv").unlink()
    counts = await stand.scan()
    assert (counts.missing, counts.problems) == (0, 1)
    assert set(await stand.titles()) == {"Film"}
    assert await stand.problems() == {"": "folder_empty"}


async def test_a_folder_that_is_away_changes_nothing(stand: Stand) -> None:
    stand.put("Film (2001).mkv")
    await stand.scan()
    stand.root.rename(stand.root.parent / "unmounted")
    await stand.scan()
    assert set(await stand.titles()) == {"Film"}
    assert await stand.problems() == {"": "folder_missing"}
    (stand.root.parent / "unmounted").rename(stand.root)
    counts = await stand.scan()
    assert (counts.unchanged, counts.problems) == (1, 0)
    assert await stand.problems() == {}


async def test_every_bad_file_is_one_problem_and_the_rest_goes_on(stand: Stand) -> None:
    stand.put("Good (2001).mkv")
    stand.put("Empty (2002).mkv").write_bytes(b"")
    stand.put("Noise (2003).mkv", b"not_media")
    stand.put("Sound (2004).mkv", b"no_video")
    stand.put("Cut (2005).mkv", b"truncated")
    (stand.root / "Gone (2006).mkv").symlink_to(stand.root / "nowhere")
    (stand.root / "loop").symlink_to(stand.root)
    counts = await stand.scan()
    assert (counts.added, counts.problems) == (1, 6)
    assert set(await stand.titles()) == {"Good"}
    expected = {
        "Empty (2002).mkv": "empty",
        "Noise (2003).mkv": "not_media",
        "Sound (2004).mkv": "no_video",
        "Cut (2005).mkv": "truncated",
        "Gone (2006).mkv": "broken_link",
        "loop": "symlink_loop",
    }
    assert await stand.problems() == expected
    again = await stand.scan()
    assert await stand.problems() == expected
    assert stand.probe.asked == []
    assert again.problems == 6


async def test_a_file_with_a_wrong_id_in_its_name_is_used_by_its_words_and_stays_a_problem(stand: Stand) -> None:
    path = stand.put("October Ferry (1987) {tmdb-999}.mkv")
    for _ in range(2):  # the second scan finds the file as it was
        counts = await stand.scan()
        assert counts.problems == 1
        assert await stand.titles() == {"October Ferry": "movie-102"}
        assert await stand.problems() == {path.name: "wrong_id"}
    path.rename(stand.root / "October Ferry (1987) {tmdb-102}.mkv")
    counts = await stand.scan()
    assert counts.problems == 0
    assert await stand.problems() == {}


async def test_a_problem_goes_when_the_file_is_well(stand: Stand) -> None:
    stand.put("Film (2003).mkv", b"not_media")
    await stand.scan()
    stand.put("Film (2003).mkv", b"video well now")
    await stand.scan()
    assert await stand.problems() == {}
    assert set(await stand.titles()) == {"Film"}


async def test_a_file_being_copied_is_looked_at_again(stand: Stand) -> None:
    just_now = int(stand.clock.now().timestamp()) - 5
    stand.put("Film (2003).mkv", b"truncated", at=just_now)
    await stand.scan()
    assert await stand.problems() == {"Film (2003).mkv": "still_copying"}
    await stand.scan()
    assert stand.probe.asked == ["Film (2003).mkv"]
    stand.put("Film (2003).mkv", b"video whole now", at=just_now + 1)
    await stand.scan()
    assert set(await stand.titles()) == {"Film"}


async def test_a_file_that_grows_while_it_is_read_is_not_believed(stand: Stand) -> None:
    stand.put("Film (2003).mkv")
    stand.probe.during = lambda path: path.write_bytes(path.read_bytes() + b"more")
    await stand.scan()
    assert await stand.problems() == {"Film (2003).mkv": "still_copying"}
    assert await stand.titles() == {}


async def test_what_was_known_of_a_file_stays_when_it_breaks(stand: Stand) -> None:
    stand.put("Film (2003).mkv")
    await stand.scan()
    [before] = await stand.items("Film")
    title_id = (await stand.titles())["Film"]
    stand.put("Film (2003).mkv", b"unreadable now", at=LONG_AGO + 9)
    await stand.scan()
    async with stand.database.read() as unit:
        [item] = await stand.library.items_of(unit, title_id)
    assert (item.id, item.files[0].state, item.files[0].height) == (before.id, "broken", 1080)
    assert await stand.titles() == {}


async def test_a_better_version_in_place_keeps_the_item(stand: Stand) -> None:
    stand.put("Film (2003).mkv", b"video 720")
    await stand.scan()
    [before] = await stand.items("Film")
    stand.put("Film (2003).mkv", b"video 2160", at=LONG_AGO + 9)
    counts = await stand.scan()
    [after] = await stand.items("Film")
    assert (counts.updated, after.id, after.files[0].height) == (1, before.id, 2160)


async def test_names_that_are_no_text_and_both_unicode_forms(stand: Stand) -> None:
    raw = os.fsdecode(b"Caf\xe9 Noir (1999).mkv")
    stand.put(raw, b"video raw")
    stand.put("\U0001f3ac Fête (2000).mkv")
    await stand.scan()
    assert len(await stand.titles()) == 2
    counts = await stand.scan()
    assert counts.unchanged == 2
    # A disk of another system gives the same names decomposed.
    composed = stand.root / "\U0001f3ac Fête (2000).mkv"
    composed.rename(stand.root / unicodedata.normalize("NFD", composed.name))
    counts = await stand.scan()
    assert (counts.unchanged, counts.updated, counts.added, counts.moved, counts.missing) == (1, 1, 0, 0, 0)
    assert stand.probe.asked == []
    [item] = await stand.items("\U0001f3ac Fête")
    async with stand.database.read() as unit:
        playable = await stand.library.playable(unit, item_id=item.id)  # type: ignore[arg-type]  # an id off the wire
    assert playable.files[0].path.exists()


async def test_samples_and_extras_are_left_out(stand: Stand) -> None:
    stand.put("Film (2001)/Film (2001).mkv")
    stand.put("Film (2001)/film-sample.mkv")
    stand.put("Film (2001)/Film (2001)-trailer.mkv")
    stand.put("Film (2001)/Featurettes/Making of.mkv")
    counts = await stand.scan()
    assert counts.added == 1


async def test_subtitles_beside_a_video_become_tracks(stand: Stand) -> None:
    stand.put("Film (2001)/Film (2001).mkv")
    stand.put("Film (2001)/Film (2001).de.forced.srt", b"1")
    await stand.scan()
    [item] = await stand.items("Film")
    async with stand.database.read() as unit:
        [file] = (await stand.library.playable(unit, item_id=item.id)).files  # type: ignore[arg-type]  # an id off the wire
    [track] = file.subtitles
    assert (track.language, track.forced, track.codec, track.path.exists()) == ("de", True, "subrip", True)
    stand.put("Film (2001)/Film (2001).en.srt", b"1")
    counts = await stand.scan()
    assert (counts.updated, stand.probe.asked) == (1, [])


async def test_an_nfo_and_a_hint_win_over_the_name(stand: Stand) -> None:
    stand.put("xyz/abc.mkv")
    stand.put("xyz/abc.nfo", b"<movie><title>Right Title</title><year>1987</year></movie>")
    await stand.scan()
    assert set(await stand.titles()) == {"Right Title"}


async def test_a_scan_of_a_sub_folder_leaves_the_rest_alone(stand: Stand) -> None:
    stand.put("Film (2001).mkv")
    stand.put("Sub/Film two (2002).mkv")
    await stand.scan()
    (stand.root / "Sub" / "Film two (2002).mkv").unlink()
    counts = await stand.scan(under="Sub")
    assert (counts.missing, counts.unchanged) == (1, 0)
    assert set(await stand.titles()) == {"Film"}


async def test_a_removed_sub_folder_is_noticed_from_above(stand: Stand) -> None:
    stand.put("Film (2001).mkv")
    stand.put("Show/Season 1/Show S01E01.mkv")
    await stand.scan()
    shutil.rmtree(stand.root / "Show")
    counts = await stand.scan(under="Show/Season 1")
    assert counts.missing == 1


async def test_an_interrupted_scan_goes_on_without_doubling(stand: Stand) -> None:
    for number in range(40):
        stand.put(f"Film {number} ({1950 + number}).mkv")
    handed = 0

    async def stop(done: int, total: int | None, message: str) -> None:
        nonlocal handed
        handed += 1
        if handed == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await stand.scanner.scan("job-1", ScanRequest(stand.folder_id), stop)
    counts = await stand.scan(scan_id="job-1")
    assert counts.added == 40
    assert counts.unchanged > 0
    assert len(await stand.titles()) == 40


async def test_two_scans_never_run_in_one_folder_at_once(stand: Stand) -> None:
    stand.put("Film (2001).mkv")
    waited: list[str] = []

    async def give_up(done: int, total: int | None, message: str) -> None:
        waited.append(message)
        raise TimeoutError

    folders = stand.scanner._folders
    now = stand.clock.now()
    async with stand.database.write() as unit:
        assert await folders.acquire(unit, stand.folder_id, "another", now, now + timedelta(minutes=5))
    with pytest.raises(TimeoutError):
        await stand.scanner.scan("mine", ScanRequest(stand.folder_id), give_up)
    assert "another scan" in waited[0]
    assert await stand.titles() == {}
    await stand.clock.advance(301)
    assert (await stand.scan()).added == 1


async def test_a_full_scan_matches_anew_without_reading_again(stand: Stand) -> None:
    stand.put("Film (2001).mkv")
    await stand.scan()
    counts = await stand.scan(full=True)
    assert (counts.updated, stand.probe.asked) == (1, [])


async def test_a_folder_taken_out_leaves_its_files_alone(stand: Stand) -> None:
    file = stand.put("Film (2001).mkv")
    await stand.scan()
    async with stand.database.write() as unit:
        await stand.library.remove_folder(unit, stand.folder_id)  # type: ignore[arg-type]  # an id off the wire
    assert file.exists()
    assert await stand.titles() == {}
    assert stand.changes[-1] == LibraryChanged(removed=1)


async def test_a_file_that_cannot_be_recorded_is_a_problem_of_its_own(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    from matinee.features.library.repository import FileRepository

    stand.put("Bad (2001).mkv")
    stand.put("Good (2002).mkv")
    save = FileRepository.save

    async def picky(self, unit, values, fresh):  # type: ignore[no-untyped-def]  # stands in for a database that refuses a value
        if "Bad" in values.path:
            raise ValueError("refused")
        return await save(self, unit, values, fresh=fresh)

    monkeypatch.setattr(FileRepository, "save", picky)
    counts = await stand.scan()
    assert (counts.added, counts.problems) == (1, 1)
    assert await stand.problems() == {"Bad (2001).mkv": "internal"}


async def test_the_next_episode_is_one_that_can_be_played(stand: Stand) -> None:
    for number in (1, 2, 3):
        stand.put(f"Show/Season 1/Show S01E0{number}.mkv")
    await stand.scan()
    (stand.root / "Show/Season 1/Show S01E02.mkv").unlink()
    await stand.scan()
    first, _, third = await stand.items("Show")
    async with stand.database.read() as unit:
        playable = await stand.library.playable(unit, title_id=first.title_id)  # type: ignore[arg-type]  # an id off the wire
    assert (playable.item.id, playable.next_item_id) == (first.id, third.id)
    assert isinstance(playable.files[0].path, Path)
