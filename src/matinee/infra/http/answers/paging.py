"""The query parameters of every list, and the shape of its answer."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from matinee.infra.paging import DEFAULT_LIMIT, MAX_LIMIT, Cursors, Page

__all__ = ["Cursor", "Cursors", "Fields", "Limit", "ListOf", "Page"]

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many items at most.")]
Cursor = Annotated[str | None, Query(max_length=1000, description="The `next_cursor` of the page before.")]
Fields = Annotated[
    str | None,
    Query(max_length=1000, description="Keep only these fields: names separated by commas, dotted for nested ones."),
]
"""Declare as `fields: Fields = None` and give it to `answer`."""
DEFAULT = DEFAULT_LIMIT


class ListOf(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None = None
