"""Which methods an address has: for the `Allow` of a 405 (RFC 9110 section 10.2.1). The framework names those of one route."""

from __future__ import annotations

import re

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts

_VARIABLE = re.compile(r"\\\{\w+(?::(\w+))?\\\}")


def allowed(request: Request) -> str:
    """The methods of the routes that fit the path of the request best: `/blocks/lists` is not one of `/blocks/{id}`."""
    app: FastAPI = request.app
    table: list[tuple[int, re.Pattern[str], frozenset[str]]] | None = getattr(app.state, "methods", None)
    if table is None:
        table = app.state.methods = [
            (str(route.path).count("{"), _pattern(str(route.path)), frozenset(route.methods or ()))
            for route in iter_route_contexts(app.routes)
            if getattr(route, "path", None)
        ]
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    fitting = [(variables, methods) for variables, pattern, methods in table if pattern.fullmatch(path)]
    fewest = min((variables for variables, _ in fitting), default=0)
    found = {method for variables, methods in fitting if variables == fewest for method in methods}
    if "GET" in found:
        found.add("HEAD")
    return ", ".join(sorted(found))


def _pattern(template: str) -> re.Pattern[str]:
    def variable(match: re.Match[str]) -> str:
        return ".*" if match[1] == "path" else "[^/]+"

    return re.compile(_VARIABLE.sub(variable, re.escape(template)))
