"""What can go wrong in the catalogue.

MatineeError
├── TitleNotFound       404 title_not_found (infra)
├── PictureNotFound     404 resource_not_found
├── PictureRefused      415 unsupported_media_type
└── PictureUnavailable  503 upstream_unavailable
"""

from __future__ import annotations

from matinee.infra.errors import MatineeError, NotFound, UnsupportedMediaType


class PictureNotFound(NotFound):
    """No such picture, here or at its provider."""


class PictureRefused(UnsupportedMediaType):
    """The bytes are no picture that can be decoded, or too many."""


class PictureUnavailable(MatineeError):
    """The provider of the picture cannot be reached now."""

    code = "upstream_unavailable"
