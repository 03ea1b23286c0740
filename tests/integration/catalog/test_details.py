"""Title pages, seasons, search answers, posters."""

from __future__ import annotations

import pytest

from matinee.features.catalog.service import FileSummary, ItemSummary, PictureNotFound, PictureRefused
from matinee.infra.errors import TitleNotFound
from matinee.infra.http.answers.structs import builtins
from matinee.infra.ids import TitleId
from tests.fixtures.metadata import picture
from tests.integration.catalog.conftest import Stand

pytestmark = pytest.mark.anyio


def episode(item_id: str, title_id: str, season: int, number: int, name: str = "") -> ItemSummary:
    files = [FileSummary(id=f"f-{item_id}", name="x.mkv", size=1)]
    return ItemSummary(id=item_id, title_id=title_id, kind="episode", season=season, episode=number, name=name, files=files)


async def test_a_film_shows_what_the_library_has(stand: Stand) -> None:
    title_id = await stand.add("The Paper Lantern")
    stand.shelf.items[title_id] = [
        ItemSummary(id="i1", title_id=title_id, kind="movie", files=[FileSummary(id="f", name="a.mkv", size=5)])
    ]
    view, _ = await stand.catalog.details("movie", title_id)
    assert view.library.available
    assert [item.id for item in view.library.items] == ["i1"]


@pytest.mark.parametrize("state", ["missing", "broken"])
async def test_a_film_whose_only_file_cannot_be_played_is_not_available(stand: Stand, state: str) -> None:
    title_id = await stand.add("The Paper Lantern")
    file = FileSummary.model_validate({"id": "f", "name": "a.mkv", "size": 5, "state": state})
    stand.shelf.items[title_id] = [ItemSummary(id="i1", title_id=title_id, kind="movie", files=[file])]
    assert not (await stand.catalog.details("movie", title_id))[0].library.available


async def test_the_kind_must_fit(stand: Stand) -> None:
    movie, show = await stand.add("The Paper Lantern"), await stand.add("Harbour Nine", kind="show")
    for kind, title_id in (("show", movie), ("movie", show), ("movie", TitleId("movie-1"))):
        with pytest.raises(TitleNotFound):
            await stand.catalog.details(kind, title_id)  # type: ignore[arg-type]  # both are literals of the tuple


async def test_seasons_of_the_provider_and_of_the_library_are_one_list(stand: Stand) -> None:
    title_id = await stand.add("Harbour Nine", kind="show")
    stand.shelf.items[title_id] = [
        episode("e2", title_id, 1, 2),
        episode("e9", title_id, 1, 9, "Lost"),
        episode("x", title_id, 4, 1),
    ]
    view, _ = await stand.catalog.details("show", title_id)
    first, _ = await stand.catalog.season(title_id, 1)
    fourth, _ = await stand.catalog.season(title_id, 4)
    with pytest.raises(TitleNotFound):
        await stand.catalog.season(title_id, 3)
    seasons = builtins(view)["seasons"]
    assert [(season["number"], season["name"], season["episode_count"]) for season in seasons] == [
        (1, "Season 1", 3),
        (2, "Season 2", 1),
        (4, "Season 4", 1),
        (0, "Specials", 1),
    ]
    assert [(one.number, one.name, one.item_id) for one in first.episodes] == [
        (1, "Low Water", None),
        (2, "Ballast", "e2"),
        (3, "The Pilot Boat", None),
        (9, "Lost", "e9"),
    ]
    assert first.episodes[0].still == "/cinema/api/v1/images/still/w300/tmdb~!h11.jpg"
    assert [one.name for one in fourth.episodes] == ["Episode 1"]


async def test_search_answers_page_by_page(stand: Stand) -> None:
    for number in range(7):
        await stand.add(f"Orchid {number}", year=2000 + number)
    found: list[str] = []
    cursor = None
    whole, _ = await stand.catalog.search("orchid", limit=100)
    for _ in range(4):
        page, _ = await stand.catalog.search("orchid", limit=2, cursor=cursor)
        found += [hit.title for hit in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(found) == 7
    assert found == [hit.title for hit in whole.items]
    scores = [hit.score for hit in whole.items]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


async def test_suggestions(stand: Stand) -> None:
    await stand.add("The Paper Lantern")
    await stand.add("Harbour Nine", kind="show")
    assert [one.title for one in (await stand.catalog.suggest("pap"))[0].items] == ["The Paper Lantern"]
    assert [(one.title, one.kind, one.year) for one in (await stand.catalog.suggest("salma"))[0].items] == [
        ("Harbour Nine", "show", 2021)
    ]


async def test_a_poster_from_the_film_itself(stand: Stand) -> None:
    home = await stand.add("Home Video")
    assert await stand.catalog.set_poster(home, picture((10, 160, 40)))
    async with stand.database.read() as unit:
        [card] = await stand.catalog.cards(unit, [home])
    assert card.poster is not None
    assert card.poster_color is not None
    assert int(card.poster_color[3:5], 16) > int(card.poster_color[1:3], 16), "green stays green"
    shown = await stand.catalog.picture("poster", "w185", card.poster.rpartition("/")[2], "image/webp")
    assert (shown.media_type, shown.data[:4]) == ("image/webp", b"RIFF")


async def test_a_poster_is_replaced_only_when_asked(stand: Stand) -> None:
    lantern = await stand.add("The Paper Lantern")
    assert not await stand.catalog.set_poster(lantern, picture())
    assert await stand.catalog.set_poster(lantern, picture(), replace=True)
    assert not await stand.catalog.set_poster(TitleId("movie-0"), picture())


async def test_what_is_no_picture_is_refused(stand: Stand) -> None:
    home = await stand.add("Home Video")
    for data in (b"", b"<svg/>", b"\xff\xd8\xff" + b"x" * 100, picture()[:200]):
        with pytest.raises(PictureRefused):
            await stand.catalog.set_poster(home, data)


@pytest.mark.parametrize(
    "name", ["../secret", "local~../../x", "local~zz", "nobody~x.jpg", "tmdb~!..!..!etc", "tmdb~", "x", "tmdb~!missing.jpg"]
)
async def test_names_that_name_nothing(stand: Stand, name: str) -> None:
    with pytest.raises(PictureNotFound):
        await stand.catalog.picture("poster", "original", name, "")


async def test_sizes_are_those_of_the_kind(stand: Stand) -> None:
    await stand.add("The Paper Lantern")
    with pytest.raises(PictureNotFound):
        await stand.catalog.picture("poster", "w1280", "tmdb~!lantern-poster.jpg", "")
    shown = await stand.catalog.picture("poster", "w342", "tmdb~!lantern-poster.jpg", "image/png")
    assert shown.media_type == "image/jpeg"


async def test_a_providers_picture_is_fetched_once(stand: Stand) -> None:
    await stand.add("The Paper Lantern")
    for size in ("w185", "w342", "w92", "w185"):
        await stand.catalog.picture("poster", size, "tmdb~!lantern-poster.jpg", "")
    assert stand.provider.asked.count(("image", "/lantern-poster.jpg")) == 1
