"""Encryption of the secrets of authenticator apps: they must be read again, so a hash will not do."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

from matinee.infra.signing import Signer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Sealing:
    """AES-256-GCM, bound to one account. The key comes from the server's secret key, and from no number of a token key: a copy
    of the database alone opens nothing, and another key for access tokens changes nothing here."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def seal(self, user_id: str, secret: bytes) -> str:
        """The text to store."""
        nonce = secrets.token_bytes(_NONCE)
        return urlsafe_b64encode(nonce + self._cipher().encrypt(nonce, secret, user_id.encode())).decode()

    def unseal(self, user_id: str, sealed: str) -> bytes | None:
        """The secret; None where it was sealed with another secret key, or for another account."""
        from cryptography.exceptions import InvalidTag

        both = urlsafe_b64decode(sealed)
        try:
            return self._cipher().decrypt(both[:_NONCE], both[_NONCE:], user_id.encode())
        except InvalidTag:
            return None

    def _cipher(self) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # most processes never need it

        return AESGCM(self._signer.derive("accounts.second-factor"))
