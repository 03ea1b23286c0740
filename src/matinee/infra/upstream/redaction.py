"""What may be shown of a request: method, path, and a query whose secrets are stars. Never headers, never bodies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from matinee.infra.upstream.transport import Call

STARS = "***"


def shown(call: Call, secret_parameters: Collection[str]) -> str:
    """The call in words, for a log: `GET /movie/603?api_key=***&language=de`."""
    pairs = call.query.items() if isinstance(call.query, Mapping) else call.query
    query = "&".join(f"{name}={STARS if name.lower() in secret_parameters else value}" for name, value in pairs)
    return f"{call.method} {call.path}{'?' if query else ''}{query}"


def origin(url: str) -> str:
    """Scheme, host and port of an address, without user name, password, path and query."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}"
