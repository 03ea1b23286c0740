"""The engine's URL and file."""

from __future__ import annotations

import pytest

from matinee.infra.jobs.options import JobsOptions


@pytest.mark.parametrize(
    ("url", "engine", "path"),
    [
        ("sqlite:////data/jobs.db", "sqlite:////data/jobs.db", "/data/jobs.db"),
        ("sqlite+aiosqlite:///jobs.db?timeout=3", "sqlite:///jobs.db?timeout=3", "jobs.db"),
        ("postgres://u:p@h/m", "postgresql://u:p@h/m", None),
        ("postgresql+psycopg://u:p@h:1/m?sslmode=require", "postgresql://u:p@h:1/m?sslmode=require", None),
    ],
)
def test_urls(url: str, engine: str, path: str | None) -> None:
    options = JobsOptions(url)
    assert (options.engine_url, options.sqlite_path) == (engine, path)


def test_each_start_is_another_executor() -> None:
    assert JobsOptions("sqlite:///a").executor != JobsOptions("sqlite:///a").executor
