"""Genres and configuration: known from the start, asked for every seven days, never lost."""

from __future__ import annotations

from typing import Any

import pytest

from matinee.infra.clock import ManualClock
from matinee.infra.upstream import UpstreamUnavailable
from matinee.ports.catalogue import Locale
from matinee.ports.metadata import Found
from tests.unit.providers.tmdb.scripted import Scripted, provider

pytestmark = pytest.mark.anyio
FILM = {"id": 1, "title": "Film", "genres": [{"id": 18, "name": "Schauspiel"}, {"id": 99999, "name": "Neu"}]}
DAYS = 24 * 3600.0


def answers(**more: Any) -> dict[str, Any]:
    return {
        "/movie/1": FILM,
        "/configuration": {"images": {"secure_base_url": "https://image.tmdb.org/t/p/"}},
        "/genre/movie/list": {"genres": [{"id": 18, "name": "Drama"}]},
        "/genre/tv/list": {"genres": []},
        **more,
    }


async def genres_of_the_film(transport: Scripted, clock: ManualClock, source: Any) -> tuple[str, ...]:
    found = await source.details("movie-1", Locale("de"))
    assert isinstance(found, Found)
    return tuple(found.value.genres)


async def test_they_are_renewed_after_a_week_and_not_before(clock: ManualClock) -> None:
    transport = Scripted(answers())
    source = provider(transport, clock=clock)
    assert await genres_of_the_film(transport, clock, source) == ("Drama",)
    assert len(transport.calls) == 4
    await clock.advance(6.9 * DAYS)
    await genres_of_the_film(transport, clock, source)
    assert len(transport.calls) == 5
    transport.answers["/genre/movie/list"] = {"genres": [{"id": 99999, "name": "Brand New"}]}
    await clock.advance(0.2 * DAYS)
    await genres_of_the_film(transport, clock, source)
    assert len(transport.calls) == 9
    assert await genres_of_the_film(transport, clock, source) == ("Drama", "Brand New")


async def test_a_failure_keeps_what_was_known_and_is_tried_again_after_a_minute(clock: ManualClock) -> None:
    transport = Scripted(answers(**{"/configuration": UpstreamUnavailable("tmdb", "down")}))
    source = provider(transport, clock=clock)
    for _ in range(3):
        assert await genres_of_the_film(transport, clock, source) == ("Drama",), "from what is built in"
    assert [call.path for call in transport.calls].count("/configuration") == 1
    await clock.advance(61)
    transport.answers.update(answers())
    await genres_of_the_film(transport, clock, source)
    assert [call.path for call in transport.calls].count("/configuration") == 2
    await clock.advance(61)
    await genres_of_the_film(transport, clock, source)
    assert [call.path for call in transport.calls].count("/configuration") == 2
