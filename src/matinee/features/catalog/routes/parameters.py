"""What the routes of the catalogue have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response

from matinee.features.catalog.service import CatalogService
from matinee.infra.http.answers.paging import DEFAULT, Cursor, Fields, Limit
from matinee.infra.http.answers.shared import Built, CatalogueReader, Further, SharedAnswers
from matinee.infra.http.dependencies import service
from matinee.ports.catalogue import Locale

__all__ = ["Answers", "Asked", "Catalog", "CatalogueReader", "Part", "Place", "TitlePath"]

ID = r"^[A-Za-z0-9_-]{1,64}$"

Catalog = Annotated[CatalogService, Depends(service(CatalogService))]
Answers = Annotated[SharedAnswers, Depends(service(SharedAnswers))]
TitlePath = Annotated[str, Path(pattern=ID, description="`movie-603`, `show-1399` or `local-…`.")]


async def _place(
    catalog: Catalog,
    language: Annotated[
        str | None,
        Query(pattern=r"^[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?$", description="BCP 47, such as `de` or `pt-BR`; the server's else."),
    ] = None,
    region: Annotated[
        str | None, Query(pattern="^[A-Z]{2}$", description="ISO 3166-1, such as `DE`: whose releases and age ratings count.")
    ] = None,
) -> Locale:
    return catalog.locale(language, region)


Place = Annotated[Locale, Depends(_place)]
"""The language and region that the caller asks for."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Which part of a list."""

    limit: int
    cursor: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks a question that has the same answer for everybody: in which place, and where the answer goes."""

    catalog: CatalogService
    place: Locale
    _request: Request
    _answers: SharedAnswers
    _fields: str | None

    async def send(self, build: Callable[[], Awaitable[Built]]) -> Response:
        """See `SharedAnswers.send`."""
        return await self._answers.send(self._request, build, fields=self._fields)

    async def send_part(self, part: _Part, read: Callable[[str | None, int], Awaitable[Built]]) -> Response:
        """A part of a list: `read` gives so many entries from a cursor on."""
        further = Further(part.limit, part.cursor, read)
        return await self._answers.send(
            self._request, lambda: read(part.cursor, part.limit), fields=self._fields, further=further
        )


async def _asked(
    request: Request, catalog: Catalog, answers: Answers, _caller: CatalogueReader, place: Place, fields: Fields = None
) -> _Asked:
    return _Asked(catalog, place, request, answers, fields)


Asked = Annotated[_Asked, Depends(_asked)]


async def _part(limit: Limit = DEFAULT, cursor: Cursor = None) -> _Part:
    return _Part(limit, cursor)


Part = Annotated[_Part, Depends(_part)]
