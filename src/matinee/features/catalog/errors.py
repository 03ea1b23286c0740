"""What can go wrong in the catalogue.

MatineeError
├── TitleNotFound       404 title_not_found (infra)
├── NotForThisProfile   403 forbidden
├── PersonNotFound      404 resource_not_found
├── SourceUnavailable   503 upstream_unavailable
│   ├── SourceTimeout        504 upstream_timeout
│   ├── SourceRejected       502 upstream_rejected
│   ├── SourceRateLimited    503 upstream_rate_limited
│   └── SourceResting        503 circuit_open
├── PictureNotFound     404 resource_not_found
├── PictureRefused      415 unsupported_media_type
└── PictureUnavailable  503 upstream_unavailable
"""

from __future__ import annotations

from matinee.infra.cache import SourceFailed
from matinee.infra.errors import Forbidden, MatineeError, NotFound, UnsupportedMediaType


class NotForThisProfile(Forbidden):
    """The title is for older people than the profile is limited to, or nobody knows for whom it is."""


class PictureNotFound(NotFound):
    """No such picture, here or at its provider."""


class PictureRefused(UnsupportedMediaType):
    """The bytes are no picture that can be decoded, or too many."""


class PictureUnavailable(MatineeError):
    """The provider of the picture cannot be reached now."""

    code = "upstream_unavailable"


class PersonNotFound(NotFound):
    """Nobody of this id."""


class SourceUnavailable(MatineeError):
    """The upstream catalogue cannot say, and nothing that could stand in for its answer is known here."""

    code = "upstream_unavailable"


class SourceTimeout(SourceUnavailable):
    code = "upstream_timeout"


class SourceRejected(SourceUnavailable):
    code = "upstream_rejected"


class SourceRateLimited(SourceUnavailable):
    code = "upstream_rate_limited"


class SourceResting(SourceUnavailable):
    code = "circuit_open"


_BY_CODE = {kind.code: kind for kind in (SourceUnavailable, SourceTimeout, SourceRejected, SourceRateLimited, SourceResting)}
_RETRY_AFTER = 30.0
SOURCE_CODES = frozenset(_BY_CODE)


def source_error(failed: SourceFailed) -> SourceUnavailable:
    """The error that a caller sees; says when to try again also where the source did not."""
    wait = failed.retry_after.total_seconds() if failed.retry_after is not None else _RETRY_AFTER
    return _BY_CODE.get(failed.reason, SourceUnavailable)("The catalogue cannot be reached now.", retry_after=wait)
