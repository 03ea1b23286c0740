"""Which methods an address has: for the `Allow` of a 405 (RFC 9110 section 10.2.1). The framework names those of one route."""

from __future__ import annotations

import re

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts

_VARIABLE = re.compile(r"\\\{\w+(?::(\w+))?\\\}")


def allowed(request: Request) -> str:
    """The methods of all routes that fit the path of the request."""
    app: FastAPI = request.app
    table: list[tuple[re.Pattern[str], frozenset[str]]] | None = getattr(app.state, "methods", None)
    if table is None:
        table = app.state.methods = [
            (_pattern(str(route.path)), frozenset(route.methods or ()))
            for route in iter_route_contexts(app.routes)
            if getattr(route, "path", None)
        ]
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    found = {method for pattern, methods in table if pattern.fullmatch(path) for method in methods}
    if "GET" in found:
        found.add("HEAD")
    return ", ".join(sorted(found))


def _pattern(template: str) -> re.Pattern[str]:
    def variable(match: re.Match[str]) -> str:
        return ".*" if match[1] == "path" else "[^/]+"

    return re.compile(_VARIABLE.sub(variable, re.escape(template)))
