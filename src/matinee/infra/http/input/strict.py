"""Unknown and repeated query parameters are refused, on every route, and so is what is no text in an address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_origin
from urllib.parse import unquote_to_bytes

from fastapi import Request

from matinee.infra.errors import FieldError, ParameterPollution, UnknownParameter, ValidationFailed
from matinee.infra.http.input.strict_body import strict_body

Handler = TypeVar("Handler", bound=Callable[..., Any])
_ANY = "__takes_any_parameter__"
_SHOWN = 64
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def any_parameter(handler: Handler) -> Handler:
    """For a route that other systems send browsers to: they may add parameters of their own (RFC 6749 section 4.1.2)."""
    setattr(handler, _ANY, True)
    return handler


async def strict_query(request: Request) -> None:
    """A dependency of the whole application: the address, then the body.

    Raises `UnknownParameter`, `ParameterPollution`, `ValidationFailed`, and what `strict_body` raises.
    """
    _check_address(request)
    await strict_body(request)


def _check_address(request: Request) -> None:
    raw_path = request.scope.get("raw_path") or b""
    if b"%" in raw_path:
        _check_text(raw_path, "path")
    query = request.scope["query_string"]
    if query:
        _check_query(request, query)


def _check_query(request: Request, query: bytes) -> None:
    dependant = getattr(request.scope.get("route"), "dependant", None)
    if dependant is None or hasattr(dependant.call, _ANY):
        return
    known = _parameters(_Key(dependant))
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in given.items():
        if name not in known:
            name = name[:_SHOWN]  # noqa: PLW2901 - what follows only shows it
            problem = FieldError(f"query.{name}", "not a parameter here", "unknown_parameter")
            expected = ", ".join(sorted(known)) or "none"
            raise UnknownParameter(f"{name} is not a parameter here. Known: {expected}.", errors=[problem])
        if times > 1 and not known[name]:
            problem = FieldError(f"query.{name}", "given more than once", "parameter_pollution")
            raise ParameterPollution(f"{name} may be given only once.", errors=[problem])
    if b"%" in query:
        for part in query.split(b"&"):
            parameter, _, value = part.partition(b"=")
            _check_text(value, f"query.{parameter.decode('latin-1')}")


def _check_text(escaped: bytes, location: str) -> None:
    """Servers put a replacement in the place of what is no UTF-8; then two addresses would mean the same."""
    try:
        text = unquote_to_bytes(escaped).decode("utf-8")
    except UnicodeDecodeError:
        problem = FieldError(location, "is not UTF-8", "not_utf8")
        raise ValidationFailed("The address is not UTF-8.", errors=[problem]) from None
    if _CONTROL.search(text):
        problem = FieldError(location, "holds a control character", "control_character")
        raise ValidationFailed("The address holds a control character.", errors=[problem])


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
