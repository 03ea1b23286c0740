"""Requests that are known as a whole: answered as the longer way answers, and forgotten when they must be."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.infra.cache.freshness import Freshness
from matinee.infra.http.answers.prebuilt import Prebuilt
from matinee.infra.http.caller import Generation
from matinee.infra.http.edge.repeats import Count, Repeat, Repeats
from matinee.infra.http.limits import Window

DATE: list[tuple[bytes, bytes]] = [(b"date", b"now")]
DATA = b"GET /api/v1/movies/1 HTTP/1.1\r\n\r\n"
FRESH = Freshness("hit", None, frozenset(), frozenset())


class Place:
    """One set of repeats and what it depends on."""

    def __init__(self) -> None:
        self.now = 0.25
        self.generation = Generation()
        self.let_in = {"192.0.2.7"}
        self.repeats = Repeats(self.generation, self.let_in, lambda: self.now)
        self.found = Prebuilt(b"{}", b"application/json", FRESH, "private", None, "/movies/{id}", 0, 60, 60, frozenset())

    def repeat(self, window: Window | None = None, ends: float = 60.0) -> Repeat:
        lines = b"" if window is None else window.lines
        template = b"HTTP/1.1 200 OK\r\n" + lines + b"x-request-id: a%010x\r\n\r\n100%%"
        return Repeat("peer", "192.0.2.7", ends, DATE, 0, self.found, window, template, 4, Count())

    def ask(self, data: bytes = DATA, date: object = DATE, peer: str = "peer") -> bytes | None:
        return self.repeats.answer(data, date, peer)


@pytest.fixture
def place() -> Place:
    return Place()


def test_an_answer_is_the_template_with_another_id_each_time(place: Place) -> None:
    place.repeats.remember(DATA, place.repeat(), place.now)
    assert place.ask() == b"HTTP/1.1 200 OK\r\nx-request-id: a0000000001\r\n\r\n100%"
    assert place.ask() == b"HTTP/1.1 200 OK\r\nx-request-id: a0000000002\r\n\r\n100%"
    assert place.ask(b"GET /other HTTP/1.1\r\n\r\n") is None


@given(
    limit=st.integers(1, 50),
    count=st.integers(0, 50),
    before=st.integers(0, 50),
    steps=st.lists(st.floats(0, 40), min_size=1, max_size=8),
)
def test_it_counts_and_tells_of_the_limit_as_the_longer_way_does(limit: int, count: int, before: int, steps: list[float]) -> None:
    place = Place()
    place.now = 0.0
    here = Window("hit", limit, 0.0, count=count, before=before)
    there = copy.copy(here)
    for step in steps:
        place.now += step
        # In use a second is the longest that an answer is known.
        place.repeats.remember(DATA, place.repeat(here, ends=place.now + 1), place.now)
        answer = place.ask()
        if place.now - there.started >= there.period:
            assert answer is None  # left to the longer way
            assert here.counted(place.now) == there.counted(place.now)
            continue
        lines = there.counted(place.now)
        assert (answer is None) == (lines is None)
        if answer is not None:
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n%bx-request-id" % lines)
        assert (here.count, here.before, here.started) == (there.count, there.before, there.started)


def later(place: Place) -> None:
    place.now = 1.0


def gone(place: Place) -> None:
    place.found.gone = True


def ended(place: Place) -> None:
    place.generation.number += 1


def blocked(place: Place) -> None:
    place.let_in.clear()


@pytest.mark.parametrize("change", [later, gone, ended, blocked])
def test_it_is_forgotten_with_the_second_the_answer_the_credential_and_the_address(
    place: Place, change: Callable[[Place], None]
) -> None:
    place.repeats.remember(DATA, place.repeat(), place.now)
    assert place.ask() is not None
    change(place)
    assert place.ask() is None


def test_another_peer_and_another_date_are_not_known(place: Place) -> None:
    place.repeats.remember(DATA, place.repeat(), place.now)
    assert place.ask(peer="other") is None
    assert place.ask(date=[*DATE]) is None


def test_every_answer_is_counted_once_also_when_the_request_is_remembered_anew(place: Place) -> None:
    first, second = place.repeat(), place.repeat()
    place.repeats.remember(DATA, first, place.now)
    place.ask()
    place.ask()
    place.repeats.remember(DATA, second, place.now)
    place.ask()
    place.repeats.settle()
    place.repeats.settle()
    assert [(each.count.answers, each.count.bytes) for each in (first, second)] == [(2, 8), (1, 4)]
    place.ask()
    place.now = 1.5
    place.repeats.remember(DATA, place.repeat(), place.now)  # the next second: all before it is forgotten, not uncounted
    assert second.count.answers == 2


def test_the_memory_is_bounded(place: Place) -> None:
    for number in range(1500):
        place.repeats.remember(b"%d" % number, place.repeat(), place.now)
    known = [number for number in range(1500) if place.ask(b"%d" % number) is not None]
    assert len(known) == 1000
