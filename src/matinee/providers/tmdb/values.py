"""Reading JSON that somebody else wrote: a field that is missing, null, empty or of another type is simply unknown."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

Json = Mapping[str, Any]  # Any: JSON
_PICTURE = re.compile(r"/([A-Za-z0-9_-][A-Za-z0-9._-]{0,199}\.(?:jpe?g|png|webp))", re.IGNORECASE)
NOTHING: Json = {}
_LARGEST = 2**53
_object = msgspec.json.Decoder(dict[str, Any]).decode  # Any: JSON


def decoded(body: bytes) -> Json:
    """The object in a body; raises ValueError for everything else."""
    return _object(body)


def text(body: Json, *names: str) -> str:
    """The first of these fields that says something."""
    for name in names:
        value = body.get(name)
        if isinstance(value, str) and (found := value.strip()):
            return found
    return ""


def integer(body: Json, name: str) -> int | None:
    """A whole number that is not negative."""
    value = body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST else None


def number(body: Json, name: str) -> float | None:
    """A number, also one that is written as text, as old answers do."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def day(body: Json, *names: str) -> date | None:
    """The first of these fields that is a date; some carry a time behind it."""
    for name in names:
        value = body.get(name)
        if isinstance(value, str):
            try:
                return date.fromisoformat(value[:10])
            except ValueError:
                continue
    return None


def picture(body: Json, name: str) -> str | None:
    """The name of a picture: its path without the slash. Vector graphics are left out."""
    value = body.get(name)
    found = _PICTURE.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found and ".." not in found[1] else None


def part(body: Json, name: str) -> Json:
    """An object inside."""
    value = body.get(name)
    return value if isinstance(value, dict) else NOTHING


def items(body: Json, name: str) -> list[Json]:
    """The objects of a list inside."""
    value = body.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
