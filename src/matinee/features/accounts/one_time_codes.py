"""Codes of authenticator apps (TOTP, RFC 6238, on HOTP, RFC 4226) and the codes that replace the app once."""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote, urlencode

DIGITS = 6
SECONDS = 30
DRIFT = 1
"""Steps that a clock may be off, either way; RFC 6238 section 5.2 recommends one."""
SECRET_BYTES = 20
"""The length of the hash that apps use, as RFC 4226 section 4 (R6) recommends."""
RECOVERY_CODES = 10
_RECOVERY_BYTES = 10
_ALIKE = str.maketrans({"0": "o", "1": "l"})
"""Base32 has neither digit, so who types one means the letter."""


def new_shared_secret() -> bytes:
    """What the server and the app will share."""
    return secrets.token_bytes(SECRET_BYTES)


def shown_secret(secret: bytes) -> str:
    """The secret as apps take it from a keyboard."""
    return b32encode(secret).decode().rstrip("=")


def otpauth_uri(secret: bytes, issuer: str, name: str) -> str:
    """The address that apps read from a QR code. What is not said is what every app takes for granted: SHA-1, 6 digits, 30 s."""
    label = f"{quote(issuer, safe='')}:{quote(name, safe='')}"
    return f"otpauth://totp/{label}?{urlencode({'secret': shown_secret(secret), 'issuer': issuer}, quote_via=quote)}"


def step_at(moment: datetime) -> int:
    """The number of the time step."""
    return int(moment.timestamp()) // SECONDS


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a time step: HOTP of its number, RFC 4226 section 5.3."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 0xF
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def fitting_step(secret: bytes, code: str, moment: datetime, after: int) -> int | None:
    """The time step that `code` belongs to, if that is near `moment` and later than `after`. Always takes the same time."""
    now, found = step_at(moment), None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > after:
            found = step
    return found


def typed(code: str) -> str:
    """A code as it is compared: without spaces and dashes, in small letters."""
    return "".join(letter for letter in code.lower() if letter.isalnum())


def is_from_app(code: str) -> bool:
    """Whether a typed code can be one of an app; else it may be a recovery code."""
    return len(code) == DIGITS and code.isdecimal() and code.isascii()


def new_recovery_codes() -> list[str]:
    """80 random bits each, in four groups to read aloud."""
    plain = [b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in plain]


def recovery_hash(user_id: str, code: str) -> str:
    """What is stored of a recovery code; the account's id is its salt."""
    return sha256(f"{user_id}:{typed(code).translate(_ALIKE)}".encode()).hexdigest()
