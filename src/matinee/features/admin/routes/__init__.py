"""Routes of the administration: the server itself, and who may come how near to it."""

from matinee.features.admin.routes.protection import router as protection_router
from matinee.features.admin.routes.server import router

__all__ = ["protection_router", "router"]
