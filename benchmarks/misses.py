"""F3: what a catalogue miss costs the product itself. F4: how often the upstream is asked when a thousand ask for the same."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.bench import processor_seconds
from benchmarks.stage import Stage, redis_on_a_port, stage
from benchmarks.table import Figure
from tests.servers.product import Product

MISSES, WARM = 600, 100
CALLERS, PROCESSES = 1000, 4
ONE_ADDRESS = {"connections_per_address": str(2 * CALLERS)}
"""All callers come from here; others than a benchmark are not let in with so many connections."""
_IDLE_SECONDS = 5.0
_AFTER_SECONDS = 3.0


def measure_cost(folder: Path) -> Iterator[Figure]:
    """The figures of F3."""
    yield from _cost(folder / "fast", "processor time of a miss", 1.5, rate="5000")
    # At the pace that TMDB allows, every request finds the processor's caches cold.
    yield from _cost(folder / "slow", "the same at 20 a second", None, rate="20")


def _cost(folder: Path, what: str, target: float | None, *, rate: str) -> Iterator[Figure]:
    with stage(folder, tmdb_rate=rate) as found:
        found.settle()
        known = set(found.upstream.calls())
        films = [film for film in found.upstream.films if f"/3/movie/{film}" not in known]
        warm = min(WARM, len(films) // 4)
        asyncio.run(_ask(found, films[:warm]))
        idle, idle_loop = _idle(found.server.pid, _IDLE_SECONDS)
        before, began, calls = processor_seconds(found.server.pid), time.perf_counter(), sum(found.upstream.calls().values())
        loop_before = _loop_seconds(found.server.pid)
        asked = films[warm : warm + MISSES]
        asyncio.run(_ask(found, asked))
        answered = _loop_seconds(found.server.pid)
        time.sleep(_AFTER_SECONDS)  # what is kept of them is written in the background
        seconds = time.perf_counter() - began
        spent = processor_seconds(found.server.pid) - before - idle * seconds
        loop = _loop_seconds(found.server.pid) - loop_before - idle_loop * seconds
        calls = sum(found.upstream.calls().values()) - calls
    note = f"{len(asked)} films in {seconds:.0f} s, {calls} calls; {idle * 100:.1f} % of a core when idle is taken off"
    each = 1000 / len(asked)
    yield Figure("F3", what, spent * each, "ms", target, note=note)
    behind = f"{(answered - loop_before) * each:.2f} ms until all were answered, the rest is the writing behind them"
    yield Figure("F3", "of that in the event loop", loop * each, "ms", None, note=behind)
    yield Figure("F3", "of that in the threads of the cache's file and the database", (spent - loop) * each, "ms", None)


def measure_calls(folder: Path) -> Iterator[Figure]:
    """The figures of F4."""
    with stage(folder / "one", latency=0.1, **ONE_ADDRESS) as found:
        found.settle()
        calls = _calls(found, [found.server])
        yield Figure("F4", "upstream calls, 1 process", calls, "calls", 1, note=f"{CALLERS:,} identical cold requests at once")
    with ExitStack() as stack:
        redis, _ = stack.enter_context(redis_on_a_port(folder / "redis"))
        found = stack.enter_context(stage(folder / "four", latency=0.1, redis_url=redis, **ONE_ADDRESS))
        others = [_Another(found.server, number) for number in range(1, PROCESSES)]
        for other in others:
            stack.callback(other.close)
            other.start("--no-jobs")
        found.settle()
        calls = _calls(found, [found.server, *others])
        note = f"{CALLERS:,} identical cold requests at once, on one Redis"
        yield Figure("F4", f"upstream calls, {PROCESSES} processes", calls, "calls", 1, note=note)


class _Another(Product):
    """One more server on the same data folder."""

    def __init__(self, first: Product, number: int) -> None:
        super().__init__(first.data, first.settings)
        self._files = (first.data / f"serve-{number}.out", first.data / f"serve-{number}.log")


def _calls(found: Stage, servers: list[Product]) -> int:
    """How often the upstream was asked for a title while everybody asked the servers for it at once."""
    known = found.upstream.calls()
    film = next(film for film in found.upstream.films if f"/3/movie/{film}" not in known)
    path = found.path(film)
    statuses = asyncio.run(_together([server.url for server in servers], path, found.headers))
    assert statuses == {200}, statuses
    made = {name: count for name, count in found.upstream.calls().items() if name.endswith(f"/movie/{film}")}
    return sum(made.values())


async def _together(urls: list[str], path: str, headers: dict[str, str]) -> set[int]:
    """Open a connection for each caller, then send all requests in one go; gives the statuses."""
    addresses = [urlsplit(url) for url in urls]
    connections = [
        await asyncio.open_connection(addresses[number % len(addresses)].hostname, addresses[number % len(addresses)].port)
        for number in range(CALLERS)
    ]
    request = _request(path, headers)
    for _, writer in connections:
        writer.write(request)
    statuses = await asyncio.gather(*(_status(reader) for reader, _ in connections))
    for _, writer in connections:
        writer.close()
    return set(statuses)


async def _ask(found: Stage, films: list[int]) -> None:
    """Eight callers who keep their connections ask for films, each once."""
    address, queue = urlsplit(found.server.url), iter(films)

    async def caller() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        for film in queue:
            writer.write(_request(found.path(film), found.headers))
            status = await _status(reader)
            assert status == 200, (film, status)
        writer.close()

    async with asyncio.TaskGroup() as callers:
        for _ in range(8):
            callers.create_task(caller())


def _request(path: str, headers: dict[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: bench", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _status(reader: asyncio.StreamReader) -> int:
    """The status of one answer, read to its end; all of ours have a length."""
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)).decode("latin-1")
    lines = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if ": " in line)
    await reader.readexactly(int(lines["content-length"]))
    return int(head.split(" ", 2)[1])


def _loop_seconds(pid: int) -> float:
    """Processor time of the thread with the event loop, which is the first."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def _idle(pid: int, seconds: float) -> tuple[float, float]:
    """The share of a core that a process uses by itself, and the part of that in its event loop."""
    before, loop = processor_seconds(pid), _loop_seconds(pid)
    time.sleep(seconds)
    return (processor_seconds(pid) - before) / seconds, (_loop_seconds(pid) - loop) / seconds
