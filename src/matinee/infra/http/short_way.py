"""The short way to a route that only reads: the functions that the framework would call, worked out once and not each time.

The framework looks through all routers, opens three exit stacks and walks the tree of dependencies anew for each request; that
took more time than anything else in an answer that had to be made. What depends on a route alone is found here when the
application is made: which functions it needs, in which order, and where their arguments come from. The routes stay what they are,
and OpenAPI knows nothing of this.

A route goes this way when it answers GET with a `Response`, and everything it depends on is a coroutine function of the request,
of path and query parameters, and of other such functions. Everything else, and every request with a parameter that does not pass,
goes the framework's way, which says what is wrong. `tests/unit/infra/http/test_short_way.py` compares the two.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from fastapi import FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant, request_params_to_args
from fastapi.params import Depends
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope, Send

from matinee.infra.http.middleware import API_PREFIX

# Any in this module: values of the framework's and the routes' own types, passed on without a look.
Values = dict[str, Any]
_BODY = frozenset({b"content-length", b"transfer-encoding"})


@dataclass(frozen=True, slots=True)
class _Step:
    """One function: `needs` are its arguments that other steps gave, by their places; `request` the name of the argument that
    takes the request."""

    call: Callable[..., Awaitable[Any]]
    needs: tuple[tuple[str, int], ...]
    request: str | None
    path: Sequence[Any]
    query: Sequence[Any]
    usual: Values | None = None
    """What the query's parameters are where there is no query, as far as that is always the same and nobody can change it."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """All steps to an answer, the handler last."""

    route: APIRoute
    steps: tuple[_Step, ...]

    def inputs(self, request: Request) -> list[Values | None] | None:
        """The parameters of each step; None where one does not pass."""
        found: list[Values | None] = []
        for step in self.steps:
            values: Values | None = None
            if step.path:
                values, errors = request_params_to_args(step.path, request.path_params)
                if errors:
                    return None
            if step.query:
                if step.usual is not None and not request.scope["query_string"]:
                    given = step.usual
                else:
                    given, errors = request_params_to_args(step.query, request.query_params)
                    if errors:
                        return None
                values = {**values, **given} if values else given
            found.append(values)
        return found

    async def answer(self, request: Request, inputs: Sequence[Values | None]) -> Response:
        """What the handler says. Raises what the steps raise."""
        results: list[Any] = []
        for step, values in zip(self.steps, inputs, strict=True):
            arguments = {name: results[place] for name, place in step.needs}
            if values is not None:
                arguments.update(values)
            if step.request is not None:
                arguments[step.request] = request
            results.append(await step.call(**arguments))
        answered: Response = results[-1]
        return answered


class ShortWay:
    """`app` is asked for everything else. `always` are the dependencies of the whole application, `routers` those of features."""

    def __init__(self, app: FastAPI, routers: Iterable[Any], always: Sequence[Depends]) -> None:
        self.app = app
        self._handlers = app.exception_handlers
        self._routes: Mapping[tuple[str, int], list[tuple[APIRoute, _Plan | None]]] = _indexed(routers, always)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plan = self._plan(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if plan is None:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        inputs = plan.inputs(request)
        if inputs is None:
            await self.app(scope, receive, send)
            return
        scope["app"], scope["route"], scope["endpoint"] = self.app, plan.route, plan.route.endpoint
        try:
            response = await plan.answer(request, inputs)
        except Exception as error:
            handler = self._handler(error)
            if handler is None:
                raise
            response = await handler(request, error)
        await response(scope, receive, send)

    def _plan(self, scope: Scope) -> _Plan | None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if not path.startswith(API_PREFIX) or self.app.dependency_overrides:
            return None
        below = path[len(API_PREFIX) :]
        for route, plan in self._routes.get(_place(below), ()):
            match = route.path_regex.match(below)
            if match is None:
                continue
            if plan is None or any(name in _BODY for name, _ in scope["headers"]):
                return None
            scope["path_params"] = match.groupdict()
            return plan
        return None

    def _handler(self, error: Exception) -> Any:
        """What the framework would have answer it; None for what nobody expected, which is logged and answered outside."""
        for kind in type(error).__mro__[:-2]:
            if kind in self._handlers and kind is not Exception:
                return self._handlers[kind]
        return None


def _indexed(routers: Iterable[Any], always: Sequence[Depends]) -> dict[tuple[str, int], list[tuple[APIRoute, _Plan | None]]]:
    """Routes of GET by their first word and number of parts, in the order in which the framework tries them."""
    found: dict[tuple[str, int], list[tuple[APIRoute, _Plan | None]]] = defaultdict(list)
    for router in routers:
        for route in router.routes:
            if not isinstance(route, APIRoute):
                continue  # a WebSocket
            if "GET" in (route.methods or ()):
                found[_place(route.path)].append((route, _planned(route, always)))
    odd = [route.path for (word, _), some in found.items() for route, _ in some if ":" in route.path or word.startswith("{")]
    assert not odd, f"where these lie cannot be told from their first word: {odd}"
    return found


def _place(below: str) -> tuple[str, int]:
    parts = below.split("/")
    return parts[1] if len(parts) > 1 else "", len(parts)


def _planned(route: APIRoute, always: Sequence[Depends]) -> _Plan | None:
    """None for a route that cannot go the short way."""
    returned = get_type_hints(route.endpoint).get("return")
    if not (isinstance(returned, type) and issubclass(returned, Response)):
        return None
    steps: list[_Step] = []
    known: dict[int, int] = {}
    needed = [get_dependant(path=route.path, call=one.dependency) for one in always if one.dependency is not None]
    for dependant in (*needed, route.dependant):
        if _place_of(dependant, steps, known) is None:
            return None
    return _Plan(route, tuple(steps))


def _place_of(dependant: Dependant, steps: list[_Step], known: dict[int, int]) -> int | None:
    """The place of a function among the steps, put there with all that it needs; None where it does not fit."""
    call = dependant.call
    if call is None or not _fits(dependant):
        return None
    if dependant.use_cache and id(call) in known:
        return known[id(call)]
    needs = []
    for inner in dependant.dependencies:
        place = _place_of(inner, steps, known)
        if place is None:
            return None
        if inner.name is not None:
            needs.append((inner.name, place))
    path, query = dependant.path_params, dependant.query_params
    steps.append(_Step(call, tuple(needs), dependant.request_param_name, path, query, _usual(query)))
    known[id(call)] = len(steps) - 1
    return len(steps) - 1


def _usual(query: Sequence[Any]) -> Values | None:
    found, errors = request_params_to_args(query, QueryParams())
    plain = all(value is None or isinstance(value, str | int | float) for value in found.values())
    return found if query and plain and not errors else None


def _fits(dependant: Dependant) -> bool:
    others = (
        dependant.header_params,
        dependant.cookie_params,
        dependant.body_params,
        dependant.websocket_param_name,
        dependant.http_connection_param_name,
        dependant.response_param_name,
        dependant.background_tasks_param_name,
        dependant.security_scopes_param_name,
        dependant.own_oauth_scopes,
        dependant.concurrency,
    )
    return inspect.iscoroutinefunction(dependant.call) and not any(others)
