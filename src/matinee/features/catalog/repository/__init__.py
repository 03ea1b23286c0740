"""All SQL of the catalogue."""

from matinee.features.catalog.repository.known import KnownRepository, TitleFacts
from matinee.features.catalog.repository.lists import ListRepository
from matinee.features.catalog.repository.titles import StoredTitle, TitleRepository
from matinee.features.catalog.repository.traits import TitleTraits, TraitsRepository

__all__ = ["KnownRepository", "ListRepository", "StoredTitle", "TitleFacts", "TitleRepository", "TitleTraits", "TraitsRepository"]
