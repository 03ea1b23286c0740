"""TMDB, The Movie Database: titles, pictures, lists, search, people. Needs a key of the operator's own."""

from matinee.providers.tmdb.policy import ATTRIBUTION, IMAGES, NAME, TmdbOptions, api_policy, image_policy
from matinee.providers.tmdb.provider import TmdbProvider

PROVIDER = NAME

__all__ = ["ATTRIBUTION", "IMAGES", "NAME", "PROVIDER", "TmdbOptions", "TmdbProvider", "api_policy", "image_policy"]
