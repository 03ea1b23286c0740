"""All SQL of the library."""

from matinee.features.library.repository.files import FileRepository, FileValues, KnownFile
from matinee.features.library.repository.folders import FolderRepository
from matinee.features.library.repository.items import ItemRepository
from matinee.features.library.repository.problems import ProblemRepository

__all__ = ["FileRepository", "FileValues", "FolderRepository", "ItemRepository", "KnownFile", "ProblemRepository"]
