"""What a network in front of the server is told travels with the prebuilt answer, and not with a 304."""

from __future__ import annotations

from datetime import timedelta

from matinee.infra.cache.freshness import Freshness
from matinee.infra.cache.policy import CachePolicy
from matinee.infra.http.answers.prebuilt import Prebuilt

POLICY = CachePolicy("test", fresh=timedelta(hours=1))


def answer(edge: tuple[tuple[bytes, bytes], ...]) -> Prebuilt:
    return Prebuilt(
        body=b'{"id":"movie-603"}' * 200,
        media_type=b"application/json",
        freshness=Freshness.now(POLICY, frozenset({"title:movie-603"})),
        cache_control="public, max-age=3600",
        scope=None,
        route="/api/v1/movies/{title_id}",
        said_at=0,
        fresh_until=3600,
        until=60,
        tags=frozenset({"title:movie-603"}),
        edge=edge,
    )


def test_every_variant_carries_them() -> None:
    found = answer(((b"cache-tag", b"catalogue,title-movie-603"),))
    for coding in ("", "gzip", "br", "zstd"):
        variant = found.variant(coding)
        assert (b"cache-tag", b"catalogue,title-movie-603") in variant.headers
        assert b"cache-tag: catalogue,title-movie-603\r\n" in variant.block
        assert b"cache-tag" not in variant.block_304


def test_without_a_network_there_are_none() -> None:
    assert b"cache-tag" not in answer(()).variant("gzip").block
