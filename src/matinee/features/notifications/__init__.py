"""Live messages to connected clients."""
