"""The composition root: settings become a wired application. The only place that names concrete classes."""

from matinee.bootstrap.features import FEATURES
from matinee.bootstrap.infrastructure import open_database
from matinee.bootstrap.opening import Parts, opened
from matinee.bootstrap.serving import application, connections, first_steps, hot_lane, openapi_document

__all__ = [
    "FEATURES",
    "Parts",
    "application",
    "connections",
    "first_steps",
    "hot_lane",
    "open_database",
    "openapi_document",
    "opened",
]
