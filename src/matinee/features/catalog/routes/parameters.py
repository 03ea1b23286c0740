"""What the routes of the catalogue have in common."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query

from matinee.features.catalog.service import CatalogService
from matinee.infra.http.dependencies import service
from matinee.infra.http.shared import CatalogueReader, SharedAnswers
from matinee.ports.catalogue import Locale

__all__ = ["Answers", "Catalog", "CatalogueReader", "Place", "TitlePath"]

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
