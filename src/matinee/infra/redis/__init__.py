"""Redis: one connection for a process, and the bus over it."""

from matinee.infra.redis.bus import RedisBus
from matinee.infra.redis.connection import RedisConnection, RedisOptions, RedisUnavailable, Script

__all__ = ["RedisBus", "RedisConnection", "RedisOptions", "RedisUnavailable", "Script"]
