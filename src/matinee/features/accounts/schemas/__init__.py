"""Wire types of accounts: a file for each matter."""

from matinee.features.accounts.schemas.api_keys import ApiKeyBody, ApiKeyView, CreatedApiKeyView
from matinee.features.accounts.schemas.other_ways import (
    DeviceApproveBody,
    DeviceInspectBody,
    DeviceInspectView,
    DevicePollBody,
    DeviceStartBody,
    DeviceStartView,
    FarewellView,
    IdentityView,
    PlexPollBody,
    PlexStartBody,
    PlexStartView,
    WayInView,
)
from matinee.features.accounts.schemas.sessions import SessionView
from matinee.features.accounts.schemas.setup import SetupBody, SetupView
from matinee.features.accounts.schemas.sign_in import (
    JwksView,
    JwkView,
    LoginBody,
    LoginView,
    MeView,
    PasswordBody,
    RefreshBody,
    UserView,
)

__all__ = [
    "ApiKeyBody",
    "ApiKeyView",
    "CreatedApiKeyView",
    "DeviceApproveBody",
    "DeviceInspectBody",
    "DeviceInspectView",
    "DevicePollBody",
    "DeviceStartBody",
    "DeviceStartView",
    "FarewellView",
    "IdentityView",
    "JwkView",
    "JwksView",
    "LoginBody",
    "LoginView",
    "MeView",
    "PasswordBody",
    "PlexPollBody",
    "PlexStartBody",
    "PlexStartView",
    "RefreshBody",
    "SessionView",
    "SetupBody",
    "SetupView",
    "UserView",
    "WayInView",
]
