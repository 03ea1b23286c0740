"""HTTP routes of playback."""

from matinee.features.playback.routes.lanes import lanes
from matinee.features.playback.routes.prepared import router as prepared_router
from matinee.features.playback.routes.sessions import router as sessions_router
from matinee.features.playback.routes.stream import router as stream_router

__all__ = ["lanes", "prepared_router", "sessions_router", "stream_router"]
