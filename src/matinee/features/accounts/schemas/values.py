"""Values that several bodies of accounts have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from matinee.infra.http.input.text import NAME

Name = Annotated[str, NAME, Field(examples=["anna"])]
Password = Annotated[SecretStr, Field(min_length=1, max_length=1024, examples=["correct horse battery staple"])]
Token = Annotated[SecretStr, Field(min_length=1, max_length=256)]

Code = Annotated[SecretStr, Field(min_length=1, max_length=64, examples=["287082"])]
"""Six digits of an authenticator app, or a recovery code."""


class Body(BaseModel):
    """What a request brings: unknown fields are refused, and values stay out of errors."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def fields_of(row: object, names: Iterable[str]) -> dict[str, object]:
    """Those attributes of a row."""
    return {name: getattr(row, name) for name in names}
