"""All SQL of progress."""

from matinee.features.progress.repository.forgetting import ForgettingRepository
from matinee.features.progress.repository.neighbours import NeighboursRepository
from matinee.features.progress.repository.opinions import RatingRepository, WatchlistRepository
from matinee.features.progress.repository.played import Place, ProgressRepository
from matinee.features.progress.repository.tastes import Played, Rated, TasteRepository
from matinee.features.progress.repository.wanted import WantedRepository

__all__ = [
    "ForgettingRepository",
    "NeighboursRepository",
    "Place",
    "Played",
    "ProgressRepository",
    "Rated",
    "RatingRepository",
    "TasteRepository",
    "WantedRepository",
    "WatchlistRepository",
]
