"""Structured logs: JSON lines in production, coloured text in development; every line of a request carries its id.

Secrets are struck out of each line (`redaction`).
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal

import structlog

from matinee.infra.observability.redaction import Masking, mask_fields


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
        structlog.processors.JSONRenderer()
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
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )
