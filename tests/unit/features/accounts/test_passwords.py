"""Hashing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from matinee.features.accounts.errors import TooManySignIns
from matinee.features.accounts.passwords import Passwords

pytestmark = pytest.mark.anyio


class CountingHasher(Argon2Hasher):
    """Counts verifications; can be held."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64)
        self.verified = 0
        self.go = threading.Event()
        self.go.set()
        self.inside = 0
        self.most_inside = 0

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002  # as the base class names it
        self.verified += 1
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.go.wait(10)
        self.inside -= 1
        return super().verify(password, hash)


@pytest.fixture
def hasher() -> CountingHasher:
    return CountingHasher()


@pytest.fixture
def passwords(hasher: CountingHasher) -> Iterator[Passwords]:
    found = Passwords(hasher, threads=2, waiting=3)
    yield found
    hasher.go.set()
    found.close()


async def test_verifies_what_it_hashed(passwords: Passwords) -> None:
    hashed = await passwords.hash("tiger lily")
    assert hashed.startswith("$argon2id$")
    assert await passwords.verify("tiger lily", hashed) == (True, None)
    assert await passwords.verify("tiger lilies", hashed) == (False, None)


async def test_does_the_same_work_without_an_account(passwords: Passwords, hasher: CountingHasher) -> None:
    assert await passwords.verify("tiger lily", None) == (False, None)
    assert hasher.verified == 1


async def test_proposes_a_better_hash_when_the_parameters_have_grown(passwords: Passwords) -> None:
    weak = Argon2Hasher(time_cost=1, memory_cost=32).hash("tiger lily")
    fits, better = await passwords.verify("tiger lily", weak)
    assert fits
    assert better is not None
    assert await passwords.verify("tiger lily", better) == (True, None)


async def test_a_flood_is_bounded_in_threads_and_in_line(passwords: Passwords, hasher: CountingHasher) -> None:
    hashed = await passwords.hash("tiger lily")
    hasher.go.clear()
    running = [asyncio.create_task(passwords.verify("tiger lily", hashed)) for _ in range(5)]
    await asyncio.sleep(0)
    with pytest.raises(TooManySignIns):
        await passwords.verify("tiger lily", hashed)
    hasher.go.set()
    assert all(fits for fits, _ in await asyncio.gather(*running))
    assert hasher.most_inside <= 2
    assert (await passwords.verify("tiger lily", hashed))[0]
