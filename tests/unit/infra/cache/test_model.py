"""The cache against a simple model of what it may answer, over random sequences of calls, failures, invalidations and time."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from matinee.infra.cache import Absent, Cache, CacheOptions, CachePolicy, Fill, Hit, SourceFailed
from matinee.infra.cache.disk_tier import DiskOptions, DiskTier
from matinee.infra.clock import ManualClock
from tests.unit.infra.cache.source import settle

POLICY = CachePolicy(
    "model",
    fresh=timedelta(seconds=10),
    stale=timedelta(seconds=10),
    error=timedelta(seconds=60),
    negative=timedelta(seconds=5),
    beta=1.0,
)
KEYS = {"a:1": frozenset({"t1", "all"}), "a:2": frozenset({"t2", "all"}), "b:1": frozenset({"t1"})}
keys = st.sampled_from(sorted(KEYS))
answers = st.sampled_from(["fill", "fill", "fail", "fail", "absent", "break"])
GET = st.tuples(st.just("get"), keys, answers)
OPERATIONS = st.one_of(
    GET,
    GET,
    GET,
    st.tuples(st.just("later"), keys, st.sampled_from([9.0, 11.0, 19.0, 21.0, 59.0, 65.0]), answers),
    st.tuples(st.just("begin"), keys, answers),
    st.tuples(st.just("release"), keys),
    st.tuples(st.just("leave"), keys),
    st.tuples(st.just("put"), keys),
    st.tuples(st.just("advance"), st.sampled_from([0.5, 3.0, 9.0, 11.0, 30.0, 65.0])),
    st.tuples(
        st.just("invalidate"),
        st.sampled_from([("keys", "a:1"), ("tags", "t1"), ("tags", "all"), ("prefix", "a:"), ("prefix", "")]),
    ),
    st.tuples(st.just("restart")),
)


@dataclass
class Upstream:
    """The source of one key: every answer has the next number, so a value says when it was made."""

    key: str
    numbers: list[int]
    answers: str = "fill"
    running: int = 0
    most: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> Fill | Absent:
        self.running += 1
        self.most = max(self.most, self.running)
        self.numbers[0] += 1
        number, answer = self.numbers[0], self.answers
        try:
            await self.open.wait()
        finally:
            self.running -= 1
        if answer == "fail":
            raise SourceFailed("upstream_unavailable")
        if answer == "break":
            raise RuntimeError("a bug in a loader")
        return Absent(KEYS[self.key]) if answer == "absent" else Fill(str(number).encode(), KEYS[self.key])


class Run:
    """One sequence. `floor` is, for each key, the number that values must exceed since the last invalidation."""

    def __init__(self, folder: Path | None) -> None:
        self.clock = ManualClock()
        self.folder = folder
        self.slow = folder is not None
        self.numbers = [0]
        self.floor = dict.fromkeys(KEYS, 0)
        self.absent_at: dict[str, list[float]] = {key: [] for key in KEYS}
        self.stored: dict[str, list[float]] = {key: [] for key in KEYS}
        self.sources = {key: Upstream(key, self.numbers) for key in KEYS}
        self.waiting: dict[str, list[asyncio.Task[None]]] = {key: [] for key in KEYS}

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Cache]:
        options = CacheOptions(memory_bytes=2500 if self.folder else 10**6, backstop=timedelta(seconds=7))
        if self.folder is None:
            async with Cache(self.clock, options) as cache:
                yield cache
            return
        disk = DiskTier(DiskOptions(self.folder / "entries.db", 10**6, timeout=timedelta(seconds=30)), self.clock)
        async with disk, Cache(self.clock, options, second=disk) as cache:
            yield cache

    async def perform(self, operations: list[Any]) -> None:
        pending = list(operations)
        while pending:
            async with asyncio.TaskGroup() as group, self.opened() as cache:
                while pending and (step := pending.pop(0))[0] != "restart":
                    await getattr(self, step[0])(cache, group, *step[1:])
                    for source in self.sources.values():
                        assert source.most <= 1, "more than one load of a key at a time"
                for key in KEYS:
                    await self.release(cache, group, key)

    async def get(self, cache: Cache, group: asyncio.TaskGroup, key: str, answer: str) -> None:
        await self.begin(cache, group, key, answer)
        await self.release(cache, group, key)

    async def later(self, cache: Cache, group: asyncio.TaskGroup, key: str, seconds: float, answer: str) -> None:
        await self.advance(cache, group, seconds)
        await self.get(cache, group, key, answer)

    async def begin(self, cache: Cache, group: asyncio.TaskGroup, key: str, answer: str) -> None:
        source = self.sources[key]
        source.open.clear()
        source.answers = answer
        task = group.create_task(self.ask(cache, key))
        self.waiting[key].append(task)
        await self.quiet(task)

    async def release(self, cache: Cache, group: asyncio.TaskGroup, key: str) -> None:
        self.sources[key].open.set()
        tasks, self.waiting[key] = self.waiting[key], []
        for task in tasks:
            if not task.cancelled():
                await asyncio.wait([task])
        while self.sources[key].running:
            await asyncio.sleep(0.001)
        await settle()

    async def leave(self, cache: Cache, group: asyncio.TaskGroup, key: str) -> None:
        if self.waiting[key]:
            self.waiting[key].pop(0).cancel()
        await settle()

    async def put(self, cache: Cache, group: asyncio.TaskGroup, key: str) -> None:
        self.numbers[0] += 1
        await cache.put(POLICY, key, Fill(str(self.numbers[0]).encode(), KEYS[key]))

    async def advance(self, cache: Cache, group: asyncio.TaskGroup, seconds: float) -> None:
        await self.clock.advance(seconds)

    async def invalidate(self, cache: Cache, group: asyncio.TaskGroup, what: tuple[str, str]) -> None:
        kind, value = what
        number = self.numbers[0]
        await cache.invalidate(**{kind: value if kind == "prefix" else [value]})  # type: ignore[arg-type]
        for key, tags in KEYS.items():
            hit = {"keys": key == value, "tags": value in tags, "prefix": key.startswith(value)}[kind]
            if hit:
                self.floor[key] = number

    async def ask(self, cache: Cache, key: str) -> None:
        floor, asked_at = self.floor[key], self.clock.now().timestamp()
        hit = None
        try:
            hit = await cache.get(POLICY, key, self.sources[key])
        except SourceFailed as caught:
            failure = caught.reason
        else:
            failure = "none"
        assert failure in {"none", "upstream_unavailable", "internal_error", "shutting_down"}
        if hit is not None:
            self.judge(hit, floor, asked_at)

    def judge(self, hit: Hit, floor: int, asked_at: float) -> None:
        now = self.clock.now().timestamp()
        assert int(hit.value) > floor, f"{hit} was invalidated before it was asked for"
        assert hit.age == pytest.approx(now - hit.stored_at)
        age = asked_at - hit.stored_at
        match hit.state:
            case "hit":
                assert hit.age < 10
                assert hit.fresh_for == pytest.approx(10 - hit.age)
            case "stale":
                assert 10 <= hit.age < 20
                assert hit.fresh_for == 0
            case "miss":
                assert age <= 0, "a miss was loaded for this call"
            case "error":
                assert hit.age < 60
                assert hit.reason in {"upstream_unavailable", "internal_error"}

    async def quiet(self, task: asyncio.Task[None]) -> None:
        """Until the call is answered, or waits for the source; with a file or Redis no count of steps will do."""
        before = self.numbers[0]
        for step in range(400):
            await asyncio.sleep(0.0005 if self.slow else 0)
            if task.done() or self.numbers[0] != before or (not self.slow and step > 20):
                return


@pytest.mark.parametrize("disk", [False, True], ids=["memory", "file"])
@pytest.mark.timeout(300)
def test_no_sequence_makes_the_cache_answer_what_it_must_not(disk: bool) -> None:
    @settings(
        max_examples=25 if disk else 300,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(OPERATIONS, min_size=15, max_size=50))
    def check(operations: list[Any]) -> None:
        with tempfile.TemporaryDirectory() as folder, capture_logs():
            asyncio.run(Run(Path(folder) if disk else None).perform(operations))

    check()
