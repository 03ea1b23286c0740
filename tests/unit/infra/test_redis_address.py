"""What may be said about where Redis is."""

from __future__ import annotations

import pytest

from matinee.infra.redis_address import RedisAddress, parse

SENTINELS = (("one", 26379), ("two", 26380))
NODES = (("one", 6379), ("::1", 7000))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://:pass@redis:6379/2", RedisAddress("single", "redis://:pass@redis:6379/2")),
        ("unix:///run/redis.sock?db=1", RedisAddress("single", "unix:///run/redis.sock?db=1")),
        ("redis+sentinel://one,two:26380/films", RedisAddress("sentinel", nodes=SENTINELS, service="films")),
        (
            "rediss+sentinel://ann:p%40ss@one,two:26380/films/3?sentinel_password=s%2F1",
            RedisAddress(
                "sentinel",
                nodes=SENTINELS,
                service="films",
                database=3,
                username="ann",
                password="p@ss",
                sentinel_password="s/1",
                tls=True,
            ),
        ),
        ("redis+cluster://:p@one:6379,[::1]:7000", RedisAddress("cluster", nodes=NODES, password="p")),
        ("redis+cluster://one,[::1]:7000/0", RedisAddress("cluster", nodes=NODES)),
    ],
)
def test_an_address_of_each_kind(url: str, address: RedisAddress) -> None:
    assert parse(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "http://secret@one:6379",
        "secret",
        "redis+sentinel://secret@one:26379",
        "redis+sentinel://secret@one:26379/films/secret",
        "redis+sentinel://secret@one:26379/films/1/2",
        "redis+sentinel://:secret@one:26379,/films",
        "redis+sentinel://one:secret/films",
        "redis+sentinel://one/films?db=secret",
        "redis+cluster://:secret@one/1",
        "redis+cluster://:secret@one?db=1",
        "redis+cluster://",
    ],
)
def test_what_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"must|needed|only|takes") as error:
        parse(url)
    assert "secret" not in str(error.value)
