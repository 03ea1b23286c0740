"""One at a time over all processes, until a unit of work ends."""

from __future__ import annotations

import hashlib

from sqlalchemy import text

from matinee.infra.database.unit import UnitOfWork


async def hold(unit: UnitOfWork, name: str) -> None:
    """Wait until no other unit holds `name`, and hold it until this one is committed or rolled back.

    SQLite has one writer at a time anyway. PostgreSQL's advisory locks are numbers of 64 bits: two names that fall on the
    same one wait for each other now and then, and nothing worse.
    """
    if unit.session.get_bind().dialect.name == "sqlite":
        return
    number = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
    await unit.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
