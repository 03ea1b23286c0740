"""Wire types of accounts as administrators see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import BaseModel, Field, StrictBool

from matinee.features.accounts.models import Identity, User
from matinee.features.accounts.schemas.values import Body, Password
from matinee.infra.http.caller import Permission
from matinee.infra.http.input.text import Name

Role = Literal["admin", "user"]
Tier = Literal["free", "premium", "api"]
Permissions = Annotated[frozenset[Permission], Field(json_schema_extra={"uniqueItems": True})]
Number = Annotated[int, Field(ge=0, le=100_000)]


class LimitsView(BaseModel):
    """How much an account may use. `streams` and `transcodes` are at the same time."""

    requests_per_day: int | None
    downloads_per_day: int | None
    streams: int | None
    transcodes: int | None


class LimitsBody(Body):
    """Numbers in place of the tier's; null is the tier's, what is left out stays."""

    requests_per_day: Number | None = None
    downloads_per_day: Number | None = None
    streams: Number | None = None
    transcodes: Number | None = None


class AdminUserBody(Body):
    """A new account."""

    name: Name
    password: Password
    role: Role = "user"
    tier: Tier = "free"


class AdminUserPatch(Body):
    """What is to change; what is left out or null stays."""

    name: Name | None = None
    role: Role | None = None
    tier: Tier | None = None
    disabled: StrictBool | None = None
    granted: Permissions | None = Field(None, description="Permissions beyond those of the tier, all of them.")
    denied: Permissions | None = Field(None, description="Permissions that are taken away, all of them.")
    limits: LimitsBody | None = None


class IdentityLabel(BaseModel):
    """Another way into the account."""

    provider: str
    label: str


class AdminUserView(BaseModel):
    """An account. `limits` are its own numbers: null is its tier's."""

    id: str
    name: str
    role: Role
    tier: Tier
    disabled: bool
    has_password: bool
    created_at: datetime
    last_seen_at: datetime | None
    permissions: list[Permission] = Field(description="What the account may do, all things considered.")
    granted: list[Permission]
    denied: list[Permission]
    limits: LimitsView
    identities: list[IdentityLabel]
    second_factor: bool = Field(description="Whether a code is asked for after the password.")

    @classmethod
    def of(cls, user: User, permissions: frozenset[Permission], identities: Sequence[Identity]) -> AdminUserView:
        return cls(
            id=user.id,
            name=user.name,
            role=cast(Role, user.role),
            tier=cast(Tier, user.tier),
            disabled=user.disabled,
            has_password=bool(user.password_hash),
            created_at=user.created_at,
            last_seen_at=user.last_seen_at,
            permissions=sorted(permissions),
            granted=cast("list[Permission]", user.granted),
            denied=cast("list[Permission]", user.denied),
            limits=LimitsView(**{name: user.limits.get(name) for name in LimitsView.model_fields}),
            second_factor=user.second_factor_at is not None,
            identities=[IdentityLabel(provider=one.provider, label=one.label) for one in identities],
        )


class PermissionView(BaseModel):
    """A permission and what it means."""

    name: Permission
    description: str


class TierView(BaseModel):
    """What comes with a tier; null is without limit."""

    permissions: list[Permission]
    limits: LimitsView


class TiersView(BaseModel):
    """Every tier."""

    free: TierView
    premium: TierView
    api: TierView


class PermissionsView(BaseModel):
    """What there is to grant, and what each tier has."""

    permissions: list[PermissionView]
    tiers: TiersView


class RenameBody(Body):
    """What one may change about oneself."""

    name: Name | None = None
