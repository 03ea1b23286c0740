"""Real engines for the tests: a PostgreSQL and a Redis of their own, started once for a run and gone when it ends."""

from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer
from tests.servers.shared import Shared

__all__ = ["PostgresServer", "RedisServer", "Shared"]
