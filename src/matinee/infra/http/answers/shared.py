"""What routes use for answers that are the same for every caller.

`return await answers.send(request, lambda: catalog.movie(...), fields=fields)`: an answer that is kept is sent as it is; one
that is being made is waited for, however many ask; a new one is encoded once and kept for the hot lane.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from prometheus_client import Counter
from pydantic import BaseModel, Field

from matinee.infra.cache.freshness import Freshness
from matinee.infra.clock import Clock
from matinee.infra.errors import AuthenticationRequired
from matinee.infra.http.answers.conventions import answer, body_of
from matinee.infra.http.answers.prebuilt import LOOK_AGAIN, LOOK_AGAIN_OLD, AnswerTable, Prebuilt, not_modified, tags_of
from matinee.infra.http.answers.structs import struct_of
from matinee.infra.http.caller import Caller
from matinee.infra.http.caller import Scope as CallerScope
from matinee.infra.http.dependencies import container_of, current_caller, requires
from matinee.infra.http.limits import Cost, Limits, taken
from matinee.infra.http.limits.enforcing import Counted
from matinee.infra.http.limits.window import Window
from matinee.infra.http.maturity import JUDGED_AT_ONCE, sieve_of
from matinee.infra.http.middleware import API_PREFIX, COUNTED
from matinee.infra.observability.metrics import Metrics

Built = tuple[BaseModel, Freshness]
_MOST_MAKING = 10_000


class Degraded(BaseModel):
    """Says that an answer is old because its source cannot be reached."""

    reason: str = Field(description="Why, as a word: `upstream_unavailable`, `circuit_open`, …")
    age: int = Field(description="Seconds since the source said it.")

    @classmethod
    def of(cls, freshness: Freshness) -> Degraded | None:
        """None where the answer is as it should be."""
        if freshness.state != "error":
            return None
        return struct_of(cls)(reason=freshness.reason or "upstream_unavailable", age=int(freshness.age))


@dataclass(frozen=True, slots=True)
class SharedOptions:
    """`public`: everybody may read the catalogue, without an account. `table_bytes` bounds the prebuilt answers. `edge_headers`:
    what a network in front of this server is told about an answer with these tags."""

    public: bool = False
    scope: CallerScope = "catalog:read"
    table_bytes: int = 64 * 1024 * 1024
    edge_headers: Callable[[Iterable[str]], Mapping[str, str]] = lambda _tags: {}


async def catalogue_reader(request: Request, caller: Annotated[Caller | None, Depends(current_caller)]) -> Caller | None:
    """Who reads the catalogue: anybody where the operator opened it, else a caller with `catalog:read`."""
    options = container_of(request).get(SharedAnswers).options
    if options.public and caller is None:
        return None
    if caller is None:
        raise AuthenticationRequired("Sign in, or send an API key in X-Api-Key.")
    return await requires(options.scope)(caller)


CatalogueReader = Annotated[Caller | None, Depends(catalogue_reader)]
"""The caller, None for somebody who did not sign in and need not."""


@dataclass(frozen=True, slots=True)
class Further:
    """How to read a list in parts: `read` gives so many entries from a cursor on. `limit` and `cursor` are what was asked for."""

    limit: int
    cursor: str | None
    read: Callable[[str | None, int], Awaitable[Built]]


class SharedAnswers:
    """Makes, keeps and sends shared answers."""

    def __init__(self, table: AnswerTable, limits: Limits, clock: Clock, options: SharedOptions, metrics: Metrics) -> None:
        self.table = table
        self.options = options
        self._limits = limits
        self._clock = clock
        self._making: dict[bytes, asyncio.Future[Prebuilt]] = {}
        self._joined = Counter("matinee_answers_joined", "Requests that waited for the same answer.", registry=metrics.registry)

    async def send(
        self,
        request: Request,
        build: Callable[[], Awaitable[Built]],
        *,
        fields: str | None = None,
        cost: Cost = "miss",
        further: Further | None = None,
    ) -> Response:
        """The answer of `build`, or the one that is kept. Raises what `build` raises, and `RateLimited`.

        The request has counted as a hit already; `cost` is what making it anew counts as when a source outside had to be asked.
        `further` reads on in a list, where a limited profile's page would be short.
        """
        now = self._clock.monotonic()
        caller: Caller | None = getattr(request.state, "caller", None)
        address = request.client.host if request.client else ""
        if caller is not None and caller.max_age is not None:
            dear = self._limits.window(caller, address, cost, now)
            return await self._sifted(request, build, further, fields, dear, caller.max_age)
        target = target_of(request)
        found = self.table.find(target, now)
        status = ""
        if found is None:
            dear = self._limits.window(caller, address, cost, now)
            if dear is not None and dear.left(now) <= 0:
                raise self._limits.refusal(dear, now)
            found, first = await self._made(request, target, build, fields)
            if first and found.freshness.state == "miss":
                if dear is not None:
                    state = request.scope["state"]
                    state[COUNTED] = Counted(dear, taken(dear, now), self._clock, base=state.get(COUNTED))
                status = "Matinee; fwd=miss; stored"
        return self._answer(request, target, found, status)

    def counting(self, request: Request, name: str, times: int) -> Callable[[], None]:
        """What counts a piece of the caller's work called `name`, of which there may be `times` as many as misses. It raises
        `RateLimited` instead of beginning one too many."""
        caller: Caller | None = getattr(request.state, "caller", None)
        address = request.client.host if request.client else ""

        def begin() -> None:
            now = self._clock.monotonic()
            dear = self._limits.window(caller, address, "miss", now)
            if dear is None:
                return
            own = self._limits.named(f"{name}:{dear.key}", "miss", dear.limit * times, dear.period, now)
            if own.take(now) < 0:
                raise self._limits.refusal(own, now)

        return begin

    async def _sifted(
        self,
        request: Request,
        build: Callable[[], Awaitable[Built]],
        further: Further | None,
        fields: str | None,
        dear: Window | None,
        max_age: int,
    ) -> Response:
        """The answer for a limited profile: made for it alone, without what is not for it; never kept, here or on the way."""
        sieve, now = sieve_of(request), self._clock.monotonic()
        title_id = request.path_params.get("title_id")
        if title_id is not None:
            await sieve.require(title_id, max_age)
        if dear is not None and dear.left(now) <= 0:
            raise self._limits.refusal(dear, now)
        first = min(further.limit, JUDGED_AT_ONCE) if further else 0
        value, freshness = await (further.read(further.cursor, first) if further else build())
        if freshness.state == "miss" and dear is not None:
            state = request.scope["state"]
            state[COUNTED] = Counted(dear, taken(dear, now), self._clock, base=state.get(COUNTED))
        if further is None:
            shown = await sieve.sift(value, max_age)
        else:
            shown = await sieve.fill(
                value, max_age, further.limit, lambda cursor, limit: self._onward(further, cursor, limit, dear)
            )
        return answer(request, shown, fields=fields, headers={"age": str(int(freshness.age))})

    async def _onward(self, further: Further, cursor: str, limit: int, dear: Window | None) -> Any:  # Any: as in `Built`
        """The next part of a list, None when the caller has asked sources outside often enough."""
        if dear is not None and dear.left(self._clock.monotonic()) <= 0:
            return None
        value, freshness = await further.read(cursor, limit)
        if freshness.state == "miss" and dear is not None:
            dear.take(self._clock.monotonic())
        return value

    async def _made(
        self, request: Request, target: bytes, build: Callable[[], Awaitable[Built]], fields: str | None
    ) -> tuple[Prebuilt, bool]:
        """The answer, and whether this call made it."""
        while (running := self._making.get(target)) is not None:
            self._joined.inc()
            try:
                return await asyncio.shield(running), False
            except asyncio.CancelledError:
                if not running.cancelled():
                    raise
                # Who made it gave up: the next one makes it.
        if len(self._making) >= _MOST_MAKING:  # beyond that each makes its own
            return await self._make(request, target, build, fields), True
        future = self._making[target] = asyncio.get_running_loop().create_future()
        try:
            made = await self._make(request, target, build, fields)
        except asyncio.CancelledError:
            future.cancel()
            raise
        except BaseException as error:
            future.set_exception(error)
            future.exception()  # nobody may have waited
            raise
        else:
            future.set_result(made)
            return made, True
        finally:
            del self._making[target]

    async def _make(self, request: Request, target: bytes, build: Callable[[], Awaitable[Built]], fields: str | None) -> Prebuilt:
        began = self.table.moment
        value, freshness = await build()
        now, monotonic = self._clock.now().timestamp(), self._clock.monotonic()
        lasts = min(freshness.fresh_for, LOOK_AGAIN) if freshness.state in {"hit", "miss"} else LOOK_AGAIN_OLD
        answer = Prebuilt(
            body=body_of(value, fields),
            media_type=b"application/json",
            freshness=freshness,
            cache_control=cache_control(freshness, public=self.options.public),
            scope=None if self.options.public else self.options.scope,
            route=_route_of(request),
            said_at=now - freshness.age,
            fresh_until=now + freshness.fresh_for,
            until=monotonic + lasts,
            tags=tags_of(freshness),
            edge=tuple((name.encode(), value.encode()) for name, value in self.options.edge_headers(freshness.tags).items()),
        )
        self.table.put(target, answer, began)
        return answer

    def _answer(self, request: Request, target: bytes, found: Prebuilt, status: str) -> Response:
        size = found.size
        variant = found.variant(request.headers.get("accept-encoding", ""))
        if found.size != size:
            self.table.grown(target)
        now = self._clock.now().timestamp()
        changing = [
            (b"age", str(found.age(now)).encode()),
            (b"cache-status", (status or found.cache_status(now)).encode()),
        ]
        if not_modified(variant, request.headers.get("if-none-match")):
            kept = [header for header in variant.headers if header[0] in {b"cache-control", b"vary", b"etag"}]
            return _Raw(304, b"", [*kept, *changing])
        length = (b"content-length", str(len(variant.body)).encode())
        return _Raw(200, variant.body, [*variant.headers, length, *changing])


class _Raw(Response):
    """An answer whose headers are bytes already."""

    def __init__(self, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        self.status_code = status
        self.body = body
        self.background = None
        self.raw_headers = headers


def cache_control(freshness: Freshness, *, public: bool) -> str:
    """What caches on the way may do with the answer: RFC 9111, and RFC 5861 for what is old."""
    policy = freshness.policy
    fresh, stale, error = (int(one.total_seconds()) for one in (policy.fresh, policy.stale, policy.error))
    extra = (f", stale-while-revalidate={stale}" if stale else "") + (f", stale-if-error={error}" if error else "")
    return f"{'public' if public else 'private'}, max-age={fresh}{extra}"


def target_of(request: Request) -> bytes:
    """The target of the request as it came over the wire."""
    path: bytes = request.scope["raw_path"]
    query: bytes = request.scope["query_string"]
    return path + b"?" + query if query else path


def _route_of(request: Request) -> str:
    route: Any = request.scope.get("route")  # Any: the framework's kinds of routes have no common type
    return API_PREFIX + str(getattr(route, "path", ""))
