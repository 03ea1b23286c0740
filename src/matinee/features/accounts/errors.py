"""Errors of accounts.

MatineeError
├── InvalidCredentials   401, name or password wrong (never says which)
├── SecondFactorRequired 401, the password is right, a code is asked for
├── SecondFactorWrong    401, the code does not fit, or was used before
├── SessionExpired       401, the session or token has ended; sign in again
├── TokenRevoked         401, the session, token or its family was revoked
├── ApiKeyInvalid        401, unknown, expired or deleted key
├── AccountDisabled      403
├── TooManySignIns       429 rate_limited, with Retry-After
├── PlexSignInPending    202, the person has not confirmed yet
├── PlexTokenExpired     401, that sign-in with Plex is over, unknown, or another browser's
├── OidcFailed           401, a provider or what came back from it proves nothing
├── IdentityUnknown      403, nobody here has that identity, and it opens no account
├── IdentityTaken        409, it belongs to another account here
├── AuthorizationPending 400, nobody has approved the device yet
├── SlowDown             400, the device asks too often (RFC 8628)
├── DeviceCodeExpired    400
├── DeviceDenied         403
├── LogoutTokenInvalid   400, a provider's word that counts for nothing here
└── WayInUnavailable     503 upstream_unavailable, the other system does not answer
"""

from __future__ import annotations

from matinee.infra.errors import MatineeError, RateLimited


class InvalidCredentials(MatineeError):
    code = "invalid_credentials"


class SecondFactorRequired(MatineeError):
    code = "second_factor_required"


class SecondFactorWrong(MatineeError):
    code = "second_factor_wrong"


class SessionExpired(MatineeError):
    code = "session_expired"


class TokenRevoked(MatineeError):
    code = "token_revoked"


class ApiKeyInvalid(MatineeError):
    code = "api_key_invalid"


class AccountDisabled(MatineeError):
    code = "account_disabled"


class TooManySignIns(RateLimited):
    """Somebody guesses, or may be guessing."""


class PlexSignInPending(MatineeError):
    code = "plex_sign_in_pending"


class PlexTokenExpired(MatineeError):
    code = "plex_token_expired"


class OidcFailed(MatineeError):
    code = "oidc_failed"


class IdentityUnknown(MatineeError):
    code = "identity_unknown"


class IdentityTaken(MatineeError):
    code = "identity_taken"


class AuthorizationPending(MatineeError):
    code = "authorization_pending"


class SlowDown(MatineeError):
    code = "slow_down"


class DeviceCodeExpired(MatineeError):
    code = "device_code_expired"


class DeviceDenied(MatineeError):
    code = "device_denied"


class LogoutTokenInvalid(MatineeError):
    code = "logout_token_invalid"


class WayInUnavailable(MatineeError):
    code = "upstream_unavailable"
