"""The driver's clients for one server, for the master that sentinels name, and for a cluster, behind one small face."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.connection import Connection, ConnectionPool, SSLConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import MasterNotFoundError, Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from matinee.infra.redis_address import RedisAddress

_NODES_ASKED = 3
"""How many sentinels or nodes may fail to answer before the deadline of a call has passed."""
_FOR_SUBSCRIPTIONS = 4


@dataclass(frozen=True, slots=True)
class ServerFigures:
    """Of all masters together. `limit` is None when one of them has none."""

    keys: int
    bytes: int
    limit: int | None
    evictions: int


class Driver(Protocol):
    """Errors are the driver's own."""

    client: Redis
    """Takes the commands. A cluster's client takes the same ones, as far as they name a key."""
    database: int

    async def check(self) -> object:
        """A sign of life."""

    async def figures(self) -> ServerFigures: ...

    async def learn(self) -> None:
        """Find out who serves what, where that is not known yet."""

    def pubsub(self) -> PubSub:
        """A connection of its own for subscriptions. The one who asks closes it."""

    async def relearn(self) -> None:
        """Look anew who serves what, after a node has not answered."""

    async def aclose(self) -> None: ...


def driver(address: RedisAddress, connections: int, timeout: float) -> Driver:
    """The one for that kind of address."""
    # The deadline of a call is its caller's. The driver's own would go through asyncio.wait_for, which on Python 3.11 may swallow
    # a cancellation: a task that is told to end would go on.
    common: dict[str, Any] = {"socket_timeout": None, "protocol": 2, "driver_info": None}  # Any: the driver's many options
    if address.kind == "cluster":
        return _Cluster(address, connections, timeout, common)
    if address.kind == "sentinel":
        return _Watched(address, connections, timeout, common)
    common |= {"socket_connect_timeout": timeout, "retry": Retry(NoBackoff(), 0)}
    most = connections + _FOR_SUBSCRIPTIONS
    return _Single(BlockingConnectionPool.from_url(address.url, max_connections=most, timeout=timeout, **common))


class _Single:
    def __init__(self, pool: ConnectionPool) -> None:
        self.client = Redis.from_pool(pool)
        self.database = int(pool.connection_kwargs.get("db") or 0)

    async def check(self) -> object:
        return await self.client.ping()

    async def figures(self) -> ServerFigures:
        info: dict[str, Any] = await self.client.info()  # Any: numbers and words
        return _sum([info], await self.client.dbsize())

    async def learn(self) -> None:
        """Nothing: there is one."""

    def pubsub(self) -> PubSub:
        return self.client.pubsub(ignore_subscribe_messages=False)

    async def relearn(self) -> None:
        """Nothing: there is one."""

    async def aclose(self) -> None:
        await self.client.aclose()
        await self.client.connection_pool.disconnect()


class _Watched(_Single):
    """The master that the sentinels name. They are asked at every new connection; connections to a master that was deposed break,
    or are closed when it refuses to write."""

    def __init__(self, address: RedisAddress, connections: int, timeout: float, common: dict[str, Any]) -> None:
        credentials = {"username": address.sentinel_username, "password": address.sentinel_password}
        # Sentinels close the connections to a server when they have told it that it is another's master or replica: once more.
        own = {**common, "ssl": address.tls, "socket_connect_timeout": timeout, "retry": Retry(NoBackoff(), 1)}
        share = timeout / _NODES_ASKED
        self._sentinels = _Sentinels(address.nodes, {**own, **credentials, "decode_responses": True}, share)
        pool = SentinelConnectionPool(  # type: ignore[no-untyped-call]  # redis-py has not annotated it
            address.service,
            self._sentinels,
            db=address.database,
            username=address.username,
            password=address.password,
            max_connections=connections + _FOR_SUBSCRIPTIONS,
            **own,
        )
        super().__init__(pool)

    async def aclose(self) -> None:
        await super().aclose()
        await self._sentinels.aclose()


class _Sentinels(Sentinel):
    """Sentinels that are asked one after the other, each for a part of the time only: one that hangs must not use it up."""

    def __init__(self, nodes: tuple[tuple[str, int], ...], sentinel_kwargs: dict[str, Any], share: float) -> None:
        super().__init__(nodes, sentinel_kwargs=sentinel_kwargs)  # type: ignore[no-untyped-call]  # as above
        self._share = share
        self._order = deque(self.sentinels)

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        """See the driver's. The sentinel that has just answered is asked first the next time."""
        for _ in range(len(self._order)):
            sentinel = self._order[0]
            try:
                async with asyncio.timeout(self._share):
                    # Not `SENTINEL MASTERS`, as the driver asks: there a master that was chosen a moment ago counts as down.
                    found: Any = await sentinel.sentinel_get_master_addr_by_name(service_name)  # Any: a pair or None
                if found:
                    return str(found[0]), int(found[1])
            except (RedisError, OSError, TimeoutError):
                pass
            except asyncio.CancelledError:
                self._order.rotate(-1)
                raise
            if self._order[0] is sentinel:  # else another call has gone on already
                self._order.rotate(-1)
        raise MasterNotFoundError("no sentinel names a master")


class _Cluster:
    def __init__(self, address: RedisAddress, connections: int, timeout: float, common: dict[str, Any]) -> None:
        share = timeout / _NODES_ASKED
        self._cluster = _Nodes(
            startup_nodes=[ClusterNode(host, port) for host, port in address.nodes],
            username=address.username,
            password=address.password,
            ssl=address.tls,
            max_connections=connections + _FOR_SUBSCRIPTIONS,
            socket_connect_timeout=share,
            # Where one master is gone, the others still have their part.
            require_full_coverage=False,
            reinitialize_steps=0,  # what has moved is noted; `relearn` is for the rest
            retry=Retry(NoBackoff(), 1),
            **common,
        )
        self.client = cast(Redis, self._cluster)
        self.database = 0
        self._seeds = address.nodes
        self._subscribing: dict[str, Any] = {  # Any: the driver's many options
            **common,
            "username": address.username,
            "password": address.password,
            "connection_class": SSLConnection if address.tls else Connection,
            "socket_connect_timeout": timeout,
            "retry": Retry(NoBackoff(), 0),
        }

    async def check(self) -> object:
        """One master at random: the cluster is in use as long as somebody answers."""
        return await self._cluster.ping(target_nodes=RedisCluster.RANDOM)

    async def figures(self) -> ServerFigures:
        keys: Any = await self._cluster.dbsize(target_nodes=RedisCluster.PRIMARIES)  # Any: a number, or one by node
        found: Any = await self._cluster.info(target_nodes=RedisCluster.PRIMARIES)  # Any: as above
        # One node's answer comes bare, those of several by node.
        answers = [found] if "used_memory" in found else list(found.values())
        return _sum(answers, keys if isinstance(keys, int) else sum(keys.values()))

    async def learn(self) -> None:
        await self._cluster.initialize()

    def pubsub(self) -> PubSub:
        """On a master at random: what is published on one is heard on all."""
        known = [(str(node.host), int(node.port)) for node in self._cluster.get_primaries()] or list(self._seeds)
        host, port = random.choice(known)
        pool = ConnectionPool(host=host, port=port, max_connections=1, **self._subscribing)
        return Redis.from_pool(pool).pubsub(ignore_subscribe_messages=False)

    async def relearn(self) -> None:
        await self._cluster.nodes_manager.initialize()

    async def aclose(self) -> None:
        await self._cluster.aclose()
        # That closes nothing when the last call has failed.
        await self._cluster.nodes_manager.aclose()
        await self._cluster.nodes_manager.aclose("startup_nodes")


class _Nodes(RedisCluster):
    """Learns the cluster's commands once. The driver does so after every failure, which takes a core 20 ms each time; and asks a
    cluster that has lost a master for its layout at every call for that one's part."""

    _learned = False

    async def initialize(
        self, additional_startup_nodes_info: list[tuple[str, int]] | None = None, last_failed_node_name: str | None = None
    ) -> RedisCluster:
        """See the driver's."""
        if self._learned:
            self._initialize = False
            return self
        found = await super().initialize(additional_startup_nodes_info, last_failed_node_name)
        self._learned = True
        return found


def _sum(answers: list[Any], keys: int) -> ServerFigures:
    limits = [int(answer.get("maxmemory", 0)) for answer in answers]
    return ServerFigures(
        keys,
        sum(int(answer.get("used_memory", 0)) for answer in answers),
        sum(limits) if limits and all(limits) else None,
        sum(int(answer.get("evicted_keys", 0)) for answer in answers),
    )
