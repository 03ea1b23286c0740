"""The demo as a source of titles."""

from __future__ import annotations

from pathlib import Path

import pytest

from matinee.infra.media.tools import MediaTools
from matinee.ports.metadata import Found, MetadataProvider, NotFound, TitleQuery
from matinee.providers.demo import DemoLibrary, DemoProvider
from matinee.providers.demo.library import NOTICE

pytestmark = pytest.mark.anyio


@pytest.fixture
def library(tmp_path: Path) -> DemoLibrary:
    return DemoLibrary(MediaTools(Path("ffmpeg"), "0", 0, frozenset(), frozenset()), tmp_path / "demo")


@pytest.fixture
def provider(library: DemoLibrary) -> MetadataProvider:
    library.folder.mkdir()
    (library.folder / NOTICE).touch()
    return DemoProvider(library)


@pytest.mark.parametrize(
    ("query", "title_id"),
    [
        (TitleQuery("movie", "Salt and Silver", 2016), "local-demo-salt-and-silver"),
        (TitleQuery("movie", "salt AND silver"), "local-demo-salt-and-silver"),
        (TitleQuery("movie", "The Lamplighters Daughter", 2019), "local-demo-the-lamplighters-daughter"),
        (TitleQuery("movie", "Dust and Neon", 1987), "local-demo-dust-and-neon"),
        (TitleQuery("show", "Marrow Street"), "local-demo-marrow-street"),
        (TitleQuery("movie", "anything", hints={"demo": "greenhouse"}), "local-demo-greenhouse"),
    ],
)
async def test_finds_its_titles(provider: MetadataProvider, query: TitleQuery, title_id: str) -> None:
    found = await provider.match(query)
    assert isinstance(found, Found)
    assert [match.title_id for match in found.value] == [title_id]
    assert found.value[0].score >= 0.9


@pytest.mark.parametrize(
    "query",
    [
        TitleQuery("movie", "Salt and Silver", 2001),
        TitleQuery("show", "Salt and Silver", 2016),
        TitleQuery("movie", "Salt"),
        TitleQuery("movie", "", hints={"demo": ""}),
        TitleQuery("movie", "The Matrix", 1999, {"tmdb": "603"}),
    ],
)
async def test_leaves_other_titles_alone(provider: MetadataProvider, query: TitleQuery) -> None:
    assert await provider.match(query) == NotFound()


async def test_finds_nothing_while_the_demo_is_not_there(library: DemoLibrary) -> None:
    assert await DemoProvider(library).match(TitleQuery("movie", "Salt and Silver", 2016)) == NotFound()


async def test_details_are_labelled_and_complete(provider: MetadataProvider) -> None:
    found = await provider.title("local-demo-station-keeping")
    assert isinstance(found, Found)
    details = found.value
    assert details.attribution == "Demo"
    assert [season.number for season in details.seasons] == [1, 2]
    first = details.seasons[0].episodes[0]
    assert (first.season, first.number, first.name) == (1, 1, "Partly Inhabited")
    assert first.air_date == details.release_date
    assert details.seasons[1].air_date is not None
    assert details.seasons[1].air_date.year == 2022
    assert {credit.department for credit in details.credits} == {"cast", "crew"}
    assert await provider.title("local-demo-nothing") == NotFound()


async def test_every_picture_it_names_can_be_drawn(provider: MetadataProvider) -> None:
    found = await provider.title("local-demo-marrow-street")
    assert isinstance(found, Found)
    details = found.value
    for name in (details.poster, details.backdrop, details.seasons[1].poster, details.seasons[1].episodes[2].still):
        assert name is not None
        picture = await provider.image(name)
        assert isinstance(picture, Found)
        assert picture.value.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "v1/../poster.jpg",
        "v1/nothing/poster.jpg",
        "v0/greenhouse/poster.jpg",
        "v1/greenhouse/s1e1.jpg",
        "v1/marrow-street/s3e9.jpg",
    ],
)
async def test_unknown_pictures_are_not_found(provider: MetadataProvider, name: str) -> None:
    assert await provider.image(name) == NotFound()
