"""Structured logs: JSON lines in production, coloured text in development; every line of a request carries its id.

Secrets are struck out of each line (`redaction`). Our own lines in JSON go straight to the stream: through the standard library's
loggers, records, handlers and formatters each would cost three times as much, and there is one for every request.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any, Literal

import structlog

from matinee.infra.observability.redaction import Masking, mask_fields

_encoder = json.JSONEncoder(default=repr)


def _json(event: Any, **_: Any) -> str:
    """With an encoder that is made once."""
    return _encoder.encode(event)


class _Lines:
    """What structlog gives finished lines to. They go where the standard library's lines go, never in the middle of one."""

    def __init__(self, name: str, handler: logging.StreamHandler[Any]) -> None:
        self.name = name
        self._handler = handler

    def write(self, line: str) -> None:
        """One line. A full disk or a closed pipe ends no request; the standard library's handlers do the same."""
        handler = self._handler
        with suppress(OSError, ValueError), handler.lock or nullcontext():
            handler.stream.write(line + "\n")
            handler.stream.flush()

    debug = info = warning = error = critical = write


def _lines(handler: logging.StreamHandler[Any]) -> Callable[..., _Lines]:
    return lambda *names: _Lines(names[0] if names else "matinee", handler)


def configure_logs(level: str, style: Literal["json", "text"]) -> None:
    """Set up structlog and route the standard library's loggers (uvicorn, alembic, dbos) through it."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        mask_fields,
    ]
    last: Any = (
        structlog.processors.JSONRenderer(_json)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    tail: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if style == "json":
        tail.append(structlog.processors.format_exc_info)
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[*tail, Masking(last)])
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    # aiosqlite writes down each statement with its values, hashes and codes among them.
    for noisy in ("uvicorn.access", "dbos", "alembic", "watchfiles", "rebulk", "PIL", "libav", "aiosqlite"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    own: list[Any]
    factory: Callable[..., Any]
    if style == "json":
        own, factory = [*shared, structlog.processors.format_exc_info, Masking(last)], _lines(handler)
    else:
        own, factory = [*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter], structlog.stdlib.LoggerFactory()
    structlog.configure(
        processors=own,
        logger_factory=factory,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )
