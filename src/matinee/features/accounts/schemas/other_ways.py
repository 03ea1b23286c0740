"""Wire types of signing in by other means than a password: Plex, OpenID Connect, another device."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictBool

from matinee.features.accounts.models import Identity
from matinee.features.accounts.schemas.values import Body, Token
from matinee.infra.http.input.text import PlainText

Purpose = Literal["sign_in", "link"]
UserCode = Annotated[
    str,
    Field(
        min_length=8, max_length=16, description="As shown on the device; case and dashes do not matter.", examples=["WDJB-MJHT"]
    ),
]


class WayInView(BaseModel):
    id: str = Field(description="For `GET /auth/oidc/start?provider=`.")
    kind: Literal["password", "plex", "oidc", "device"]
    label: str


class PlexStartBody(Body):
    purpose: Purpose = "sign_in"


class PlexStartView(BaseModel):
    id: str = Field(description="For `POST /auth/plex/poll`, in the browser that started it and in no other.")
    code: str
    auth_url: str = Field(description="Open it for the person: Plex asks there whether it is them.")
    expires_at: datetime


class PlexPollBody(Body):
    id: Annotated[str, Field(min_length=1, max_length=128)]


class DeviceStartBody(Body):
    client_name: Annotated[str, PlainText(max_graphemes=64, max_length=64, collapse=True)] = "TV"


class DeviceStartView(BaseModel):
    """RFC 8628 section 3.2, with the QR code drawn."""

    device_code: str = Field(description="For `POST /auth/device/poll`; keep it on the device.")
    user_code: str = Field(description="Show it to the person.", examples=["WDJB-MJHT"])
    verification_path: str = Field(description="The page of this server where the code is typed in.", examples=["/link"])
    verification_url: str
    verification_url_complete: str = Field(description="With the code in it; what the QR code says.")
    expires_in: int = Field(description="Seconds.")
    interval: int = Field(description="Seconds to wait between polls at least.")
    qr_svg: str = Field(description="An SVG document.")


class DevicePollBody(Body):
    device_code: Token


class DeviceInspectBody(Body):
    user_code: UserCode


class DeviceInspectView(BaseModel):
    client_name: str
    address: str = Field(description="Where the device asked from.")
    created_at: datetime
    expires_at: datetime


class DeviceApproveBody(Body):
    user_code: UserCode
    approve: StrictBool


class IdentityView(BaseModel):
    id: str
    provider: str = Field(description="`plex`, or the id of an OpenID Connect provider.")
    label: str = Field(description="Who you are there.")
    linked_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, identity: Identity) -> IdentityView:
        return cls(
            id=identity.id,
            provider=identity.provider,
            label=identity.label,
            linked_at=identity.created_at,
            last_used_at=identity.last_used_at,
        )


class FarewellView(BaseModel):
    redirect_to: str | None = Field(description="The provider's page that ends the sign-in there; null: there is none.")
