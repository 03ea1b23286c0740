"""Wire types of the first start."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictBool

from matinee.features.accounts.schemas.values import Body, Name, Password, Token


class SetupBody(Body):
    name: Name
    password: Password
    token: Token | None = Field(None, description="The one-time token of the link printed at start; only needed from elsewhere.")
    library_path: Annotated[str, Field(min_length=1, max_length=4096)] | None = Field(None, description="A folder with videos.")
    demo: StrictBool = Field(False, description="Install the demo library.")


class SetupView(BaseModel):
    needs_admin: bool
    needs_token: bool
    demo: bool
    folders: list[str]
    version: str
    catalog_access: Literal["members", "public"] = Field(description="Who may read the catalogue.")
