"""Which content coding an answer is sent in (RFC 9110, section 12.5.3)."""

from __future__ import annotations

from functools import lru_cache

CODINGS = ("zstd", "br", "gzip")
"""What can be made, preferred in this order where a client likes them equally."""


@lru_cache(maxsize=1024)
def best_coding(accept_encoding: str) -> str:
    """The coding for an `Accept-Encoding` header, "" for none."""
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameters = part.strip().partition(";")
        if name:
            weights.setdefault(name.strip(), _weight(parameters))
    anything = weights.get("*", 0.0)
    best, most = "", 0.0
    for coding in CODINGS:
        weight = weights.get(coding, anything)
        if weight > most:
            best, most = coding, weight
    return "" if weights.get("identity", 0.0) > most else best


def _weight(parameters: str) -> float:
    name, _, value = parameters.replace(" ", "").partition("=")
    if name != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
