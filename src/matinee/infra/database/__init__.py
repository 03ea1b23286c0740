"""SQLAlchemy over SQLite or PostgreSQL; the unit of work."""

from matinee.infra.database.engine import Database, DatabaseOptions
from matinee.infra.database.unit import ReadUnit, UnitOfWork

__all__ = ["Database", "DatabaseOptions", "ReadUnit", "UnitOfWork"]
