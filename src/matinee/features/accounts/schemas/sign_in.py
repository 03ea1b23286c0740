"""Wire types of signing in, and of who has."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from pydantic import BaseModel, Field

from matinee.features.accounts.models import User
from matinee.features.accounts.schemas.profiles import ActiveProfile
from matinee.features.accounts.schemas.values import Body, Code, Name, Password, Token
from matinee.infra.http.caller import Permission, Scope


class LoginBody(Body):
    name: Name
    password: Password
    code: Code | None = Field(None, description="Six digits of the authenticator app, or a recovery code, where it is asked for.")


class RefreshBody(Body):
    refresh_token: Token


class PasswordBody(Body):
    current_password: Password | None = Field(None, description="Not asked of who has none yet and has just signed in.")
    new_password: Password


class UserView(BaseModel):
    id: str
    name: str
    role: Literal["admin", "user"]
    tier: Literal["free", "premium", "api"]

    @classmethod
    def of(cls, user: User) -> UserView:
        return cls(
            id=user.id,
            name=user.name,
            role=cast("Literal['admin', 'user']", user.role),
            tier=cast("Literal['free', 'premium', 'api']", user.tier),
        )


class MeView(UserView):
    """The caller. `scopes` are those of the credential in use."""

    scopes: list[Scope]
    permissions: list[Permission]
    has_password: bool
    created_at: datetime
    profile: ActiveProfile
    second_factor_needed: bool = Field(description="Set up a second factor before you administer: this server asks for it.")
    profiles_count: int = Field(description="How many profiles share the account.")


class LoginView(BaseModel):
    access_token: str
    refresh_token: str
    expires_in: int = Field(description="Seconds until the access token ends.")
    user: UserView


class JwkView(BaseModel):
    kty: str
    crv: str
    x: str
    kid: str
    use: str
    alg: str


class JwksView(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[JwkView]
