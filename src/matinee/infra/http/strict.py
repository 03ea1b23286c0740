"""Unknown and repeated query parameters are refused, on every route."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, get_args, get_origin

from fastapi import Request

from matinee.infra.errors import FieldError, ParameterPollution, UnknownParameter


async def strict_query(request: Request) -> None:
    """Raises `UnknownParameter` or `ParameterPollution`; a dependency of the whole application."""
    if not request.scope["query_string"]:
        return
    dependant = getattr(request.scope.get("route"), "dependant", None)
    if dependant is None:
        return
    known = _parameters(_Key(dependant))
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in given.items():
        if name not in known:
            problem = FieldError(f"query.{name}", "not a parameter here", "unknown_parameter")
            expected = ", ".join(sorted(known)) or "none"
            raise UnknownParameter(f"{name} is not a parameter here. Known: {expected}.", errors=[problem])
        if times > 1 and not known[name]:
            problem = FieldError(f"query.{name}", "given more than once", "parameter_pollution")
            raise ParameterPollution(f"{name} may be given only once.", errors=[problem])


class _Key:
    """A dependant as a cache key: routes live as long as the process, so identity is enough."""

    def __init__(self, dependant: Any) -> None:  # Any: FastAPI's Dependant is not part of its public API
        self.dependant = dependant

    def __hash__(self) -> int:
        return id(self.dependant)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.dependant is self.dependant


@lru_cache(maxsize=1024)
def _parameters(key: _Key) -> dict[str, bool]:
    """Names of the query parameters of a route, and whether each takes several values."""
    return dict(_walk(key.dependant))


def _walk(dependant: Any) -> Iterator[tuple[str, bool]]:  # Any: as above
    for field in dependant.query_params:
        annotation = field.field_info.annotation
        yield field.alias, any(get_origin(part) in {list, set, tuple} for part in (annotation, *get_args(annotation)))
    for inner in dependant.dependencies:
        yield from _walk(inner)
