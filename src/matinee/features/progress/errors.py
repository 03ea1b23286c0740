"""Errors of ratings and of the watchlist.

NotFound                resource_not_found
├── NotRated
└── NotOnWatchlist
"""

from __future__ import annotations

from matinee.infra.errors import NotFound


class NotRated(NotFound):
    pass


class NotOnWatchlist(NotFound):
    pass
