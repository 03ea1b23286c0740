"""The net below: secrets do not belong into logs, and one that gets there all the same is struck out.

By name, at any depth: a field called `password` or `api_key` is masked whatever it holds. By shape, in any text, tracebacks too:
bearer tokens, JSON web tokens, our API keys, passwords in addresses, secrets in the query or the fragment of an address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

STARS: Final = "***"
_NAMES = re.compile(
    r"passw(or)?d|passphrase|token|secret|api_?key|authorization|cookie|signature|private_key|^pin$",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"^(tokens?_(count|left)|.*_(count|total|seconds|bytes|age))$", re.IGNORECASE)
_QUERY_NAMES = "api_?key|access_token|refresh_token|id_token|token|code|state|password|secret|client_secret|sig|signature|s"
_CARRIERS = "matinee_session|matinee_csrf|x-api-key|x-plex-token"
_SHAPES: Final = (
    (re.compile(r"\b(bearer|authorization\W{1,4}basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {STARS}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), STARS),
    (re.compile(r"\bmtn_[\w-]{16,}"), STARS),
    (re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{0,200}):[^\s/@]{1,200}@", re.IGNORECASE), rf"\1:{STARS}@"),
    (re.compile(rf"([?&#](?:{_QUERY_NAMES})=)[^\s&#\"'<>]+", re.IGNORECASE), rf"\1{STARS}"),
    (re.compile(rf"((?:{_CARRIERS})\"?\s*[=:]\s*\"?)[\w.~+/=-]{{8,}}", re.IGNORECASE), rf"\1{STARS}"),
)
_DEEPEST: Final = 6
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
# Every shape needs one of these; most lines have none, and this is looked up for every request.
_HINTS: Final = ("bearer", "basic", "eyj", "mtn_", "://", "?", "&", "#", "matinee_", "x-api-key", "x-plex-token")


def masked_text(text: str) -> str:
    """The text without what has the shape of a secret."""
    lower = text.lower()
    if not any(hint in lower for hint in _HINTS):
        return text
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether a field of this name is masked whatever it holds."""
    return bool(_NAMES.search(name)) and not _COUNTED.match(name)


def mask_fields(_logger: object, _method: str, event: Any) -> Any:  # Any: structlog's event dictionary
    """A processor: masks fields by their names, at any depth."""
    for name, value in event.items():
        if type(value) not in _PLAIN or (is_secret_name(name) and value is not None and not isinstance(value, bool)):
            event[name] = _masked(name, value, 0)
    return event


def _masked(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if is_secret_name(name):
        return STARS
    if depth >= _DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {inner: _masked(str(inner), held, depth + 1) for inner, held in value.items()}
    if isinstance(value, list | tuple):
        return [_masked("", held, depth + 1) for held in value]
    return value


class Masking:
    """The last processor round the one that writes the line: masks by shape what it wrote."""

    def __init__(self, write: Any) -> None:  # Any: a processor of structlog that gives text
        self._write = write

    def __call__(self, logger: Any, method: str, event: Any) -> str:  # Any: as structlog calls its processors
        return masked_text(str(self._write(logger, method, event)))
