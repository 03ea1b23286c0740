"""Wire types of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from matinee.features.accounts.models import ApiKey, AuthSession, User
from matinee.infra.http.caller import Scope

Name = Annotated[str, Field(min_length=1, max_length=64, examples=["anna"])]
Password = Annotated[SecretStr, Field(min_length=1, max_length=1024, examples=["correct horse battery staple"])]
Token = Annotated[SecretStr, Field(min_length=1, max_length=256)]
FIVE_YEARS = 5 * 366 * 86400


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SetupBody(_Body):
    name: Name
    password: Password
    token: Token | None = Field(None, description="The one-time token of the link printed at start; only needed from elsewhere.")
    library_path: Annotated[str, Field(min_length=1, max_length=4096)] | None = Field(None, description="A folder with videos.")
    demo: bool = Field(False, description="Install the demo library.")


class LoginBody(_Body):
    name: Name
    password: Password


class RefreshBody(_Body):
    refresh_token: Token


class PasswordBody(_Body):
    current_password: Password
    new_password: Password


class ApiKeyBody(_Body):
    name: Name
    scopes: Annotated[frozenset[Scope], Field(min_length=1)]
    expires_in: Annotated[int, Field(ge=60, le=FIVE_YEARS)] | None = Field(None, description="Seconds; null: until deleted.")


class SetupView(BaseModel):
    needs_admin: bool
    needs_token: bool
    demo: bool
    folders: list[str]
    version: str


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
    created_at: datetime


class LoginView(BaseModel):
    access_token: str
    refresh_token: str
    expires_in: int = Field(description="Seconds until the access token ends.")
    user: UserView


class SessionView(BaseModel):
    id: str
    device: str
    address: str
    current: bool = Field(description="Whether it is the one this request came in.")
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, session: AuthSession, current_id: str) -> SessionView:
        return cls(
            id=session.id,
            device=session.device,
            address=session.address,
            current=session.id == current_id,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            expires_at=session.expires_at,
        )


class ApiKeyView(BaseModel):
    id: str
    name: str
    prefix: str = Field(description="How the key starts, to recognise it by.")
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> ApiKeyView:
        return cls.model_validate(_fields(key, cls.model_fields))


class CreatedApiKeyView(ApiKeyView):
    key: str = Field(description="The key. It is shown this once.")

    @classmethod
    def with_secret(cls, key: ApiKey, secret: str) -> CreatedApiKeyView:
        return cls.model_validate({**_fields(key, ApiKeyView.model_fields), "key": secret})


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


def _fields(row: object, names: Iterable[str]) -> dict[str, object]:
    return {name: getattr(row, name) for name in names}
