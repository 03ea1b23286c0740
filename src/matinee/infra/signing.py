"""Keyed signatures for what leaves the server and must come back unchanged: cursors and playback URLs."""

from __future__ import annotations

import base64
import hashlib
import hmac


class Signer:
    """HMAC-SHA256 over a purpose and a message, cut to 128 bits, in base64url without padding."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("a signing key needs at least 32 bytes")
        self._key = key

    def sign(self, purpose: str, message: bytes) -> str:
        """The signature of `message`; signatures of different purposes never verify for each other."""
        digest = hmac.new(self._key, purpose.encode() + b"\0" + message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()

    def verify(self, purpose: str, message: bytes, signature: str) -> bool:
        """Whether `signature` belongs to `message`; compares in constant time."""
        return hmac.compare_digest(self.sign(purpose, message).encode(), signature.encode())

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for another use, which tells nothing about this one."""
        return hmac.new(self._key, b"derive\0" + purpose.encode(), hashlib.sha256).digest()
