"""Hashing of passwords: argon2id, in a few threads of its own."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from matinee.features.accounts.errors import TooManySignIns
from matinee.features.accounts.policy import password_problem
from matinee.features.accounts.strength import too_weak

T = TypeVar("T")


class Passwords:
    """Hashes and verifies. At most `threads` at a time and `waiting` in line, so that a flood takes bounded memory."""

    def __init__(self, hasher: Argon2Hasher, *, threads: int, waiting: int) -> None:
        self._hash = PasswordHash((hasher,))
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._most = self._room = threads + waiting
        self._dummy: str | None = None

    @property
    def busy(self) -> int:
        """How many passwords are being hashed or wait for it."""
        return self._most - self._room

    async def problem(self, password: str, name: str) -> str | None:
        """Why a new password is refused, or None. Raises `TooManySignIns` when too many wait."""
        return password_problem(password, name) or await self._run(lambda: too_weak(password, name))

    async def hash(self, password: str) -> str:
        """The hash to store. Raises `TooManySignIns` when too many wait."""
        return await self._run(lambda: self._hash.hash(password))

    async def verify(self, password: str, hashed: str | None) -> tuple[bool, str | None]:
        """Whether `password` fits, and a better hash to store when the parameters have changed since.

        Without a hash (no such account) it does the same work and answers no, so that the time tells nothing.
        """
        return await self._run(lambda: self._verify(password, hashed))

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, hashed: str | None) -> tuple[bool, str | None]:
        if hashed is None:
            self._dummy = self._dummy or self._hash.hash(secrets.token_urlsafe(16))
            self._hash.verify(password, self._dummy)
            return False, None
        return self._hash.verify_and_update(password, hashed)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._room <= 0:
            raise TooManySignIns("The server is busy with other sign-ins.", retry_after=2)
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._room += 1
