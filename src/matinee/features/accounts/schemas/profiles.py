"""Wire types of profiles."""

from __future__ import annotations

import re
from typing import Annotated, Literal, cast

from pydantic import AfterValidator, BaseModel, Field, SecretStr
from pydantic_core import PydanticCustomError

from matinee.features.accounts.models.profiles import Profile
from matinee.features.accounts.schemas.values import Body
from matinee.infra.http.input.text import PlainText

Avatar = Literal["comet", "fern", "fox", "lantern", "moon", "otter", "owl", "reel", "rocket", "sun", "wave", "whale"]
ProfileName = Annotated[str, PlainText(max_graphemes=32, max_length=128, collapse=True)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?$", description="BCP 47, such as `de` or `pt-BR`.")]
MaxAge = Annotated[int, Field(ge=0, le=18, description="Nothing that is for older people is shown. Years.")]


def _digits(pin: SecretStr) -> SecretStr:
    if re.fullmatch("[0-9]{4,8}", pin.get_secret_value()) is None:
        raise PydanticCustomError("pin_refused", "Use 4 to 8 digits")
    return pin


Pin = Annotated[
    SecretStr,
    AfterValidator(_digits),
    Field(min_length=4, max_length=8, description="4 to 8 digits.", json_schema_extra={"pattern": "^[0-9]{4,8}$"}),
]


class ProfileBody(Body):
    """A new profile. Without `max_age` it may see everything."""

    name: ProfileName
    avatar: Avatar
    language: Language | None = None
    max_age: MaxAge | None = None
    pin: Pin | None = Field(None, description="Asked for whenever somebody enters the profile.")


class ProfileChange(Body):
    """What is left out stays; null takes the language, the limit or the PIN away."""

    name: ProfileName | None = None
    avatar: Avatar | None = None
    language: Language | None = None
    max_age: MaxAge | None = None
    pin: Pin | None = None


class UseBody(Body):
    pin: Pin | None = Field(None, description="Needed where the profile has one.")


class ActiveProfile(BaseModel):
    """The profile in use."""

    id: str
    name: str
    avatar: Avatar
    language: str | None = Field(description="What the profile wants to read; pages ask the catalogue for it.")
    max_age: int | None = Field(description="Years; null: everything is shown.")

    @classmethod
    def of(cls, profile: Profile) -> ActiveProfile:
        return cls(
            id=profile.id,
            name=profile.name,
            avatar=cast("Avatar", profile.avatar),
            language=profile.language,
            max_age=profile.max_age,
        )


class ProfileView(ActiveProfile):
    """One of the profiles of the account."""

    has_pin: bool
    is_default: bool = Field(description="Who signs in begins with it. It cannot be limited or deleted.")
    active: bool = Field(description="Whether it is the one in use here.")

    @classmethod
    def seen_by(cls, profile: Profile, active_id: str) -> ProfileView:
        return cls(
            **ActiveProfile.of(profile).model_dump(),
            has_pin=profile.pin_hash is not None,
            is_default=profile.id == profile.user_id,
            active=profile.id == active_id,
        )


class UsedProfileView(BaseModel):
    """The profile that was entered. Who came with an access token goes on with the new one; the old one has ended."""

    profile: ProfileView
    access_token: str | None = Field(description="Null where the cookie is the credential.")
    expires_in: int | None = Field(description="Seconds until the access token ends.")
