"""The HTTP face of accounts."""

from matinee.features.accounts.routes.auth import router as auth_router
from matinee.features.accounts.routes.me import router as me_router
from matinee.features.accounts.routes.setup import router as setup_router

__all__ = ["auth_router", "me_router", "setup_router"]
