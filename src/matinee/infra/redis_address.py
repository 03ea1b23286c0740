"""What a Redis URL says, without the driver: settings are checked where it is not loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

Kind = Literal["single", "sentinel", "cluster"]
_SINGLE = frozenset({"redis", "rediss", "unix"})
_SEVERAL: dict[str, tuple[Kind, bool]] = {
    "redis+sentinel": ("sentinel", False),
    "rediss+sentinel": ("sentinel", True),
    "redis+cluster": ("cluster", False),
    "rediss+cluster": ("cluster", True),
}
_PORTS: dict[Kind, int] = {"single": 6379, "sentinel": 26379, "cluster": 6379}
_OF_SENTINEL = frozenset({"sentinel_username", "sentinel_password"})


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """`url` for a single server, as the driver takes it; for the others the nodes that are asked first. Never logged: it may hold
    passwords. `username` and `password` are those of the servers that keep the data; the sentinels may have their own."""

    kind: Kind
    url: str = ""
    nodes: tuple[tuple[str, int], ...] = ()
    service: str = ""
    database: int = 0
    username: str | None = None
    password: str | None = None
    sentinel_username: str | None = None
    sentinel_password: str | None = None
    tls: bool = False


def parse(url: str) -> RedisAddress:
    """Reads `redis://`, `rediss://`, `unix://`, `redis+sentinel://[[user]:password@]host:port,host:port/service[/db]` and
    `redis+cluster://[[user]:password@]host:port,host:port` (`rediss+…` with TLS).

    Raises ValueError, whose text repeats nothing of the URL.
    """
    scheme = url.partition(":")[0].lower()
    if scheme in _SINGLE:
        return RedisAddress("single", url)
    if scheme not in _SEVERAL:
        raise ValueError("must begin with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://")
    kind, tls = _SEVERAL[scheme]
    parts = urlsplit(url)
    credentials, _, hosts = parts.netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    extra = dict(parse_qsl(parts.query, keep_blank_values=True))
    if kind == "cluster" and extra:
        raise ValueError("the address of a cluster takes no options")
    if kind == "sentinel" and extra.keys() - _OF_SENTINEL:
        raise ValueError("the only options of sentinels are sentinel_username and sentinel_password")
    service, database = _path(kind, parts.path)
    return RedisAddress(
        kind,
        nodes=_nodes(hosts, _PORTS[kind]),
        service=service,
        database=database,
        username=unquote(username) or None,
        password=unquote(password) or None,
        sentinel_username=extra.get("sentinel_username") or None,
        sentinel_password=extra.get("sentinel_password") or None,
        tls=tls,
    )


def _nodes(text: str, port: int) -> tuple[tuple[str, int], ...]:
    found = []
    for part in text.split(","):
        try:
            node = urlsplit(f"//{part.strip()}")
            host, number = node.hostname, node.port or port
        except ValueError:
            raise ValueError("hosts must read host:port,host:port") from None
        if not host or node.path or node.username is not None:
            raise ValueError("hosts must read host:port,host:port")
        found.append((host, number))
    return tuple(found)


def _path(kind: Kind, path: str) -> tuple[str, int]:
    """The name of the service and the number of the database."""
    parts = [unquote(part) for part in path.strip("/").split("/")] if path.strip("/") else []
    if kind == "cluster":
        if parts not in ([], ["0"]):
            raise ValueError("a cluster has database 0 only")
        return "", 0
    if not 1 <= len(parts) <= 2 or (len(parts) == 2 and not parts[1].isdecimal()):
        raise ValueError("after the sentinels' hosts the name of their service is needed: /service or /service/0")
    return parts[0], int(parts[1]) if len(parts) == 2 else 0
