"""Messages to connected clients."""

from matinee.infra.realtime.hub import Inbox, RealtimeHub

__all__ = ["Inbox", "RealtimeHub"]
