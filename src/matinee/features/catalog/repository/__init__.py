"""All SQL of the catalogue."""

from matinee.features.catalog.repository.lists import ListRepository
from matinee.features.catalog.repository.titles import StoredTitle, TitleRepository

__all__ = ["ListRepository", "StoredTitle", "TitleRepository"]
