"""Wire types of invitations and password resets. Their tokens travel in bodies and in the fragments of addresses only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from matinee.features.accounts.models import Invitation
from matinee.features.accounts.schemas.values import Body, Password, Token, fields_of
from matinee.infra.http.input.text import Name, PlainText

Role = Literal["admin", "user"]
Tier = Literal["free", "premium", "api"]
Note = Annotated[str, PlainText(max_graphemes=100, empty=True)]
YEAR = 366 * 86400


class InvitationBody(Body):
    """A new invitation."""

    tier: Tier = "free"
    role: Role = "user"
    uses: Annotated[int, Field(ge=1, le=1000)] = 1
    expires_in: Annotated[int, Field(ge=300, le=YEAR, description="Seconds.")] = 7 * 86400
    note: Note = Field("", description="For yourself: whom it is for.")


class InvitationView(BaseModel):
    id: str
    tier: Tier
    role: Role
    uses: int
    used: int
    note: str
    created_by: str | None = Field(description="The id of the account that made it.")
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> InvitationView:
        return cls.model_validate(fields_of(invitation, cls.model_fields))


class CreatedInvitationView(InvitationView):
    token: str = Field(description="Shown this once.")
    path: str = Field(description="The page to send, below the address of the server.", examples=["/join#token=…"])

    @classmethod
    def with_token(cls, invitation: Invitation, token: str) -> CreatedInvitationView:
        known = fields_of(invitation, InvitationView.model_fields)
        return cls.model_validate({**known, "token": token, "path": f"/join#token={token}"})


class InvitationTokenBody(Body):
    token: Token


class OfferView(BaseModel):
    """What an invitation offers."""

    tier: Tier
    role: Role
    expires_at: datetime
    server: str = Field(description="The name of the program.", examples=["Matinee"])


class RegisterBody(Body):
    token: Token
    name: Name
    password: Password


class ResetLinkView(BaseModel):
    token: str = Field(description="Shown this once.")
    path: str = Field(description="The page to send, below the address of the server.", examples=["/reset#token=…"])
    expires_at: datetime


class ResetBody(Body):
    token: Token
    password: Password
