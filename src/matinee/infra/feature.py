"""What a feature is to the composition root, and the container that holds the built services."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar, cast

from matinee.infra.jobs.definitions import JobDefinition, ScheduleDefinition

T = TypeVar("T")
Role = Literal["client", "admin", "auth", "catalog", "streaming"]
ROLES: tuple[Role, ...] = ("client", "admin", "auth", "catalog", "streaming")


class Container:
    """One instance for each type; asked for by type, so that nothing is found by name."""

    def __init__(self) -> None:
        self._instances: dict[type[Any], Any] = {}

    def add(self, kind: type[T], instance: T) -> T:
        """Register `instance` under `kind`; a second registration is a programming error."""
        if kind in self._instances:
            raise LookupError(f"{kind.__name__} is registered already")
        self._instances[kind] = instance
        return instance

    def has(self, kind: type[Any]) -> bool:
        """Whether bootstrap built one."""
        return kind in self._instances

    def get(self, kind: type[T]) -> T:
        """The instance registered for `kind`; LookupError when bootstrap did not build one."""
        try:
            return cast(T, self._instances[kind])
        except KeyError:
            raise LookupError(f"{kind.__name__} was not built; see bootstrap.py") from None


@dataclass(frozen=True, slots=True)
class Event:
    """A domain event: something that has happened, published after the commit. Features subclass it in `events.py`."""


class RunInApp(Protocol):
    """What commands find in `ctx.obj`: builds the application without its web server, runs `action`, and closes it again.

    The jobs of the process run meanwhile, so a command may enqueue one and `watch` it to its end.
    """

    def __call__(self, action: Callable[[Container], Awaitable[T]]) -> T: ...


EventHandler = Callable[[Event], Awaitable[None]]


class EventBus:
    """Delivers domain events inside the process, to each handler in turn; a handler's failure is the publisher's to see."""

    def __init__(self) -> None:
        self._handlers: dict[type[Event], list[EventHandler]] = {}

    def subscribe(self, kind: type[Event], handler: Callable[[Any], Awaitable[None]]) -> None:
        self._handlers.setdefault(kind, []).append(handler)

    async def publish(self, event: Event) -> None:
        for handler in self._handlers.get(type(event), ()):
            await handler(event)


@dataclass(frozen=True, slots=True)
class RoutesOf:
    """Routers (`fastapi.APIRouter`) and the role that serves them. Paths are below `/api/v1`."""

    role: Role
    routers: Sequence[Any]
    lanes: Callable[[Container], Sequence[Any]] | None = None
    """Files of these routes that the hot lane sends (`infra.http.edge.hot_lane.FileLane`)."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A capability, as bootstrap sees it.

    `build` creates the feature's services, puts them into the container and subscribes to events. `jobs` and `schedules` get the
    container when they are wired, so handlers find their service there. Background parts live as long as the process, and
    `part(container)` gives an async context manager for each: `running` in every process that serves requests, `tending`
    (watchers, what starts jobs by itself) in every process that works on the default queue, be it a server or a worker.
    """

    name: str
    build: Callable[[Container], None]
    routes: Sequence[RoutesOf] = ()
    jobs: Callable[[Container], Iterable[JobDefinition]] | None = None
    schedules: Sequence[ScheduleDefinition] = ()
    running: Sequence[Callable[[Container], AbstractAsyncContextManager[None]]] = ()
    tending: Sequence[Callable[[Container], AbstractAsyncContextManager[None]]] = ()
    commands: Callable[[], Any] | None = None
    """Gives a `typer.Typer` whose commands `matinee` takes over; a function, because servers need none of it."""
    tags: Sequence[dict[str, str]] = field(default_factory=tuple)
    """OpenAPI tags: name and description."""
