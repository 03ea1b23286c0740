"""Prebuilt answers and their table."""

from __future__ import annotations

import gzip
from datetime import timedelta

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from matinee.infra.cache.entries import Invalidation, State
from matinee.infra.cache.freshness import Freshness
from matinee.infra.cache.policy import CachePolicy
from matinee.infra.http.answers.prebuilt import AnswerTable, Prebuilt, tags_of
from matinee.infra.observability import Metrics

POLICY = CachePolicy("p", fresh=timedelta(hours=1))


def answer(
    body: bytes = b"{}", *, key: str = "k", tags: tuple[str, ...] = (), until: float = 100.0, state: State = "hit"
) -> Prebuilt:
    freshness = Freshness(POLICY, state, 0.0, 3600.0, frozenset({key}), frozenset(tags))
    return Prebuilt(body, b"application/json", freshness, "private", None, "/r", 0.0, 3600.0, until, tags_of(freshness))


@pytest.mark.parametrize(("header", "undo"), [("gzip", gzip.decompress), ("br", brotli.decompress), ("zstd", zstd.decompress)])
def test_every_variant_is_the_same_body_under_a_tag_of_its_own(header: str, undo: object) -> None:
    body = b'{"text":"' + b"film " * 1000 + b'"}'
    made = answer(body)
    variant = made.variant(header)
    assert undo(variant.body) == body  # type: ignore[operator]
    assert variant.etag != made.variant("").etag
    assert made.variant(header) is variant
    assert made.variant("").body == body


def test_short_bodies_are_not_compressed() -> None:
    assert answer(b"{}").variant("gzip, br").body == b"{}"


def test_an_answer_whose_time_is_over_is_gone() -> None:
    table = AnswerTable(1 << 20, Metrics())
    table.put(b"/a", answer(until=10.0), table.moment)
    assert table.find(b"/a", 9.9) is not None
    assert table.find(b"/a", 10.0) is None
    assert table.held == 0


@pytest.mark.parametrize(
    ("what", "left"),
    [
        (Invalidation(keys=frozenset({"movie:1"})), {b"/2", b"/3"}),
        (Invalidation(tags=frozenset({"lists"})), {b"/1"}),
        (Invalidation(prefix="movie:"), {b"/3"}),
        (Invalidation(everything=True), set()),
        (Invalidation(keys=frozenset({"lists"}), tags=frozenset({"movie:1"})), {b"/1", b"/2", b"/3"}),
    ],
)
def test_an_invalidation_drops_what_it_means(what: Invalidation, left: set[bytes]) -> None:
    table = AnswerTable(1 << 20, Metrics())
    table.put(b"/1", answer(key="movie:1"), table.moment)
    table.put(b"/2", answer(key="movie:2", tags=("lists",)), table.moment)
    table.put(b"/3", answer(key="show:1", tags=("lists",)), table.moment)
    table.invalidate(what)
    assert {target for target in (b"/1", b"/2", b"/3") if table.find(target, 0.0)} == left


def test_what_was_invalidated_while_it_was_made_is_not_kept() -> None:
    table = AnswerTable(1 << 20, Metrics())
    began = table.moment
    table.invalidate(Invalidation(tags=frozenset({"title:1"})))
    assert not table.put(b"/1", answer(tags=("title:1",)), began)
    assert table.put(b"/2", answer(tags=("title:2",)), began)
    assert table.put(b"/1", answer(tags=("title:1",)), table.moment)


def test_what_was_loaded_for_the_answer_does_not_make_it_invalid() -> None:
    table = AnswerTable(1 << 20, Metrics())
    began = table.moment
    table.invalidate(Invalidation(keys=frozenset({"movie:1"})))
    assert table.put(b"/1", answer(key="movie:1", state="miss"), began)
    assert not table.put(b"/2", answer(key="movie:1", state="stale"), began)
    table.invalidate(Invalidation(tags=frozenset({"title:1"})))
    assert not table.put(b"/3", answer(key="movie:1", tags=("title:1",), state="miss"), began)


def test_after_more_invalidations_than_are_remembered_nothing_begun_before_is_kept() -> None:
    table = AnswerTable(1 << 20, Metrics())
    began = table.moment
    for number in range(1001):
        table.invalidate(Invalidation(tags=frozenset({str(number)})))
    assert not table.put(b"/1", answer(), began)


def test_the_least_used_goes_first_and_the_cap_holds() -> None:
    table = AnswerTable(3 * 3000, Metrics())
    for target in (b"/1", b"/2", b"/3"):
        table.put(target, answer(b"x" * 900), table.moment)
    table.find(b"/1", 0.0)
    table.put(b"/4", answer(b"x" * 900), table.moment)
    assert [target for target in (b"/1", b"/2", b"/3", b"/4") if table.find(target, 0.0)] == [b"/1", b"/3", b"/4"]
    assert not table.put(b"/5", answer(b"x" * 10_000), table.moment)


@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "drop", "grow", "find"]), st.integers(0, 9), st.integers(0, 5000)),
        max_size=60,
    )
)
def test_the_sum_of_bytes_is_always_right(steps: list[tuple[str, int, int]]) -> None:
    table, kept = AnswerTable(20_000, Metrics()), dict[bytes, Prebuilt]()
    for what, number, size in steps:
        target = b"/%d" % number
        if what == "put":
            made = answer(b"ab" * (size // 2), key=str(number))
            if table.put(target, made, table.moment):
                kept[target] = made
        elif what == "drop":
            table.invalidate(Invalidation(keys=frozenset({str(number)})))
        elif what == "grow" and (found := table.find(target, 0.0)):
            found.variant("gzip")
            table.grown(target)
        present = [one for key, one in kept.items() if table.find(key, 0.0) is one]
        assert table.held == sum(one.size for one in present) <= 20_000
        assert len(table) == len(present)
