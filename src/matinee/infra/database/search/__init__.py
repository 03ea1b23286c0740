"""Full-text search on both engines."""

from matinee.infra.database.search.fitting import fitting
from matinee.infra.database.search.index import MOST_HITS, DatabaseSearch, Document, SearchIndex
from matinee.infra.database.search.objects import create_search_objects, drop_search_objects, is_search_object
from matinee.infra.database.search.ranking import Hit
from matinee.infra.database.search.text import fold

__all__ = [
    "MOST_HITS",
    "DatabaseSearch",
    "Document",
    "Hit",
    "SearchIndex",
    "create_search_objects",
    "drop_search_objects",
    "fitting",
    "fold",
    "is_search_object",
]
