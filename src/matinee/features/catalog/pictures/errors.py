"""What can go wrong with a picture beside `catalog.errors`.

MatineeError
├── PictureBroken       502 upstream_rejected       the provider's bytes are no picture, or too many
└── PicturesBusy        503 upstream_unavailable    so many pictures are being made that one more would wait too long
"""

from __future__ import annotations

from matinee.features.catalog.errors import PictureUnavailable
from matinee.infra.errors import MatineeError


class PictureBroken(MatineeError):
    code = "upstream_rejected"


class PicturesBusy(PictureUnavailable):
    """Try again in a moment."""
