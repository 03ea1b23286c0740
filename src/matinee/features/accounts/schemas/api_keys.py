"""Wire types of keys for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from matinee.features.accounts.models import ApiKey
from matinee.features.accounts.schemas.values import Body, Name, fields_of
from matinee.infra.http.caller import Scope

FIVE_YEARS = 5 * 366 * 86400


class ApiKeyBody(Body):
    name: Name
    scopes: Annotated[frozenset[Scope], Field(min_length=1)]
    expires_in: Annotated[int, Field(ge=60, le=FIVE_YEARS)] | None = Field(None, description="Seconds; null: until deleted.")
    profile_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")] | None = Field(
        None, description="The profile that it acts for; null: the default one. A limited profile's key reads and plays only."
    )


class ApiKeyView(BaseModel):
    id: str
    name: str
    prefix: str = Field(description="How the key starts, to recognise it by.")
    scopes: list[Scope]
    profile_id: str | None = Field(None, description="The profile that it acts for; null: the default one.")
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> ApiKeyView:
        return cls.model_validate(fields_of(key, cls.model_fields))


class CreatedApiKeyView(ApiKeyView):
    key: str = Field(description="The key. It is shown this once.")

    @classmethod
    def with_secret(cls, key: ApiKey, secret: str) -> CreatedApiKeyView:
        return cls.model_validate({**fields_of(key, ApiKeyView.model_fields), "key": secret})
