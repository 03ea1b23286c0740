"""Tables of accounts. Secrets are kept as SHA-256 of their 256 random bits; passwords as argon2id."""

from matinee.features.accounts.models.api_keys import ApiKey
from matinee.features.accounts.models.audit import AuditEntry
from matinee.features.accounts.models.identities import DevicePairing, FederatedSession, Identity, SignInAttempt, UsedToken
from matinee.features.accounts.models.invitations import Invitation, PasswordReset
from matinee.features.accounts.models.profiles import Profile
from matinee.features.accounts.models.second_factors import RecoveryCode, SecondFactor
from matinee.features.accounts.models.sessions import AuthSession, RefreshToken
from matinee.features.accounts.models.users import SetupToken, User

__all__ = [
    "ApiKey",
    "AuditEntry",
    "AuthSession",
    "DevicePairing",
    "FederatedSession",
    "Identity",
    "Invitation",
    "PasswordReset",
    "Profile",
    "RecoveryCode",
    "RefreshToken",
    "SecondFactor",
    "SetupToken",
    "SignInAttempt",
    "UsedToken",
    "User",
]
