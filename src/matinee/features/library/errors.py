"""What can go wrong in the library.

MatineeError
├── ItemNotFound        404 resource_not_found
├── FolderNotFound      404 resource_not_found
├── FolderRefused       422 validation_failed: not absolute, not a folder, inside the data directory, already covered
└── FolderInUse         409 conflict
"""

from __future__ import annotations

from matinee.infra.errors import Conflict, NotFound, ValidationFailed


class ItemNotFound(NotFound):
    """No such item or file."""


class FolderNotFound(NotFound):
    """No such library folder."""


class FolderRefused(ValidationFailed):
    """The path cannot be a library folder."""


class FolderInUse(Conflict):
    """The folder, or one above or below it, is in the library already."""
