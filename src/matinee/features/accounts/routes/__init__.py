"""The HTTP face of accounts."""

from matinee.features.accounts.routes.audit import router as audit_router
from matinee.features.accounts.routes.auth import router as auth_router
from matinee.features.accounts.routes.devices import identities_router
from matinee.features.accounts.routes.devices import router as devices_router
from matinee.features.accounts.routes.invitations import joining_router
from matinee.features.accounts.routes.invitations import router as invitations_router
from matinee.features.accounts.routes.me import router as me_router
from matinee.features.accounts.routes.own_data import router as own_data_router
from matinee.features.accounts.routes.people import router as people_router
from matinee.features.accounts.routes.profiles import router as profiles_router
from matinee.features.accounts.routes.providers import router as providers_router
from matinee.features.accounts.routes.second_factor import of_others_router
from matinee.features.accounts.routes.second_factor import router as second_factor_router
from matinee.features.accounts.routes.setup import router as setup_router

__all__ = [
    "audit_router",
    "auth_router",
    "devices_router",
    "identities_router",
    "invitations_router",
    "joining_router",
    "me_router",
    "of_others_router",
    "own_data_router",
    "people_router",
    "profiles_router",
    "providers_router",
    "second_factor_router",
    "setup_router",
]
