"""Errors of accounts.

MatineeError
├── InvalidCredentials   401, name or password wrong (never says which)
├── SessionExpired       401, the session or token has ended; sign in again
├── TokenRevoked         401, the session, token or its family was revoked
├── ApiKeyInvalid        401, unknown, expired or deleted key
├── AccountDisabled      403
└── TooManySignIns       429 rate_limited, with Retry-After
"""

from __future__ import annotations

from matinee.infra.errors import MatineeError


class InvalidCredentials(MatineeError):
    code = "invalid_credentials"


class SessionExpired(MatineeError):
    code = "session_expired"


class TokenRevoked(MatineeError):
    code = "token_revoked"


class ApiKeyInvalid(MatineeError):
    code = "api_key_invalid"


class AccountDisabled(MatineeError):
    code = "account_disabled"


class TooManySignIns(MatineeError):
    code = "rate_limited"
