"""What the features' commands have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import typer

from matinee.infra.errors import MatineeError
from matinee.infra.feature import Container, RunInApp

T = TypeVar("T")


def in_app(context: typer.Context, work: Callable[[Container], Awaitable[T]]) -> T:
    """Do `work` in the application that `context` can build; what is refused is said, and the exit status is 1."""
    run: Any = context.obj  # typer types the context's object as Any
    try:
        return cast(RunInApp, run)(work)
    except MatineeError as error:
        typer.echo(error.detail, err=True)
        raise typer.Exit(1) from error
