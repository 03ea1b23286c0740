"""Bodies are what they say they are: JSON in UTF-8, every member once, no number that JSON does not have, no endless nesting.

The framework has parsed the body by now with the lenient parser of the standard library; what that lets through is refused here.
Sources: RFC 8259 (JSON; sections 4 and 8.1), RFC 7493 (I-JSON; section 2.3: no repeated members, 2.1: no lone surrogates).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from fastapi import Request
from fastapi.params import Form

from matinee.infra.errors import FieldError, MalformedJson, UnsupportedMediaType, ValidationFailed

DEEPEST: Final = 32
"""Levels of nesting; the deepest body of the API has five."""
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json", re.IGNORECASE)
# Escapes of what no text may hold: NUL, and halves of surrogate pairs (a whole pair is looked at more closely).
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_NOT_STORED = re.compile("[\0\ud800-\udfff]")


class _Repeated(dict[str, Any]):
    """An object with a member that came more than once."""

    name = ""


async def strict_body(request: Request) -> None:
    """Raises `UnsupportedMediaType`, `MalformedJson` or `ValidationFailed`; a dependency of the whole application."""
    field = getattr(request.scope.get("route"), "body_field", None)
    if field is None or isinstance(field.field_info, Form):
        return
    body = await request.body()
    if not body:
        return
    _check_type(request.headers.get("content-type", ""))
    check_json(body)


def check_json(body: bytes) -> None:
    """Raises `MalformedJson`, or `ValidationFailed` where the place can be named."""
    repeated: list[_Repeated] = []

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            found = _Repeated(found)
            found.name = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
            repeated.append(found)
        return found

    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=made, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise MalformedJson("The body could not be read as JSON in UTF-8.") from error
    if not repeated and body.count(b"{") + body.count(b"[") <= DEEPEST and not _SUSPECT.search(body):
        return  # nearly every body: nothing to look for in it
    problems = list(_problems(value))
    if problems:
        raise ValidationFailed(f"{len(problems)} value(s) did not pass.", errors=problems[:20])


def _check_type(header: str) -> None:
    kind, _, parameters = header.partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s\";]+)", parameters, re.IGNORECASE)
    if not _JSON.fullmatch(kind.strip()) or (charset and charset[1].lower() not in {"utf-8", "utf8"}):
        raise UnsupportedMediaType("Send the body as application/json in UTF-8.", headers={"accept": "application/json"})


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _problems(value: Any) -> Iterator[FieldError]:
    for place, found, depth in _all(value):
        if depth > DEEPEST:
            yield FieldError(place, f"nested more than {DEEPEST} levels deep", "too_deep")
            return
        if isinstance(found, _Repeated):
            yield FieldError(f"{place}.{_shown(found.name)}", "given more than once", "repeated_member")
        if isinstance(found, str) and _NOT_STORED.search(found):
            yield FieldError(place, "holds something that is no character", "not_text")
        if isinstance(found, dict) and any(_NOT_STORED.search(name) for name in found):
            yield FieldError(place, "the name of a member holds something that is no character", "not_text")


def _all(value: Any) -> Iterator[tuple[str, Any, int]]:
    """Every value with its place and depth, without recursion."""
    waiting: list[tuple[str, Any, int]] = [("body", value, 0)]
    while waiting:
        place, found, depth = waiting.pop()
        yield place, found, depth
        if depth > DEEPEST:
            continue
        if isinstance(found, dict):
            waiting += [(f"{place}.{_shown(name)}", inner, depth + 1) for name, inner in found.items()]
        elif isinstance(found, list):
            waiting += [(f"{place}.{number}", inner, depth + 1) for number, inner in enumerate(found)]


def _shown(name: str) -> str:
    return _NOT_STORED.sub("\ufffd", name[:64])
