"""The bus: short messages from one process of an installation to all others.

Delivery is best effort: a message may be lost, and `on_lost` tells that some may have been. What depends on messages must then be
looked up again, and nothing may depend on a message alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Handler = Callable[[bytes], None]
"""Runs in the event loop and must not block; what it raises is logged."""


class Bus(Protocol):
    """Publish and subscribe between processes. Methods are for the event loop's thread."""

    async def publish(self, topic: str, message: bytes) -> None:
        """Send to every other process. Never raises: what cannot be sent is counted, and the others are told that they missed
        something as soon as they can be reached."""

    def subscribe(self, topic: str, handler: Handler) -> None:
        """Call `handler` with each message that another process publishes on `topic`; one's own do not come back."""

    def on_lost(self, handler: Callable[[], None]) -> None:
        """Call `handler` whenever messages may have been missed, once it is possible to receive them again."""


class MemoryBus:
    """The bus of an installation that is one process: there is nobody else to hear."""

    async def publish(self, topic: str, message: bytes) -> None:
        return

    def subscribe(self, topic: str, handler: Handler) -> None:
        return

    def on_lost(self, handler: Callable[[], None]) -> None:
        return
