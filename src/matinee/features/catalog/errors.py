"""What can go wrong in the catalogue.

    MatineeError
    ├── TitleNotFound       404 title_not_found (infra)
    ├── PictureNotFound     404 resource_not_found
    └── PictureRefused      415 unsupported_media_type
"""

from __future__ import annotations

from matinee.infra.errors import NotFound, UnsupportedMediaType


class PictureNotFound(NotFound):
    """No such picture, here or at its provider."""


class PictureRefused(UnsupportedMediaType):
    """The bytes are no JPEG, PNG or WebP, or the picture is too large to decode."""
