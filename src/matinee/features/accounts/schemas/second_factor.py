"""Wire types of second factors."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from matinee.features.accounts.schemas.values import Body, Code, Password


class EnrolBody(Body):
    current_password: Password


class ConfirmBody(Body):
    code: Code


class FactorProofBody(Body):
    """Both factors."""

    current_password: Password
    code: Code


class FactorView(BaseModel):
    """Whether a code is asked for after the password."""

    enabled: bool
    since: datetime | None
    recovery_codes_left: int
    needed: bool = Field(description="This server asks administrators for one before they administer, and you have none.")


class EnrolmentView(BaseModel):
    """What an authenticator app takes, in three forms."""

    secret: str = Field(description="In base32, for the keyboard.")
    uri: str = Field(description="`otpauth://totp/...`")
    qr_svg: str = Field(description="The address as a QR code, an SVG document.")


class RecoveryCodesView(BaseModel):
    """Codes that replace the app, each once. They are shown this once."""

    recovery_codes: list[str]
