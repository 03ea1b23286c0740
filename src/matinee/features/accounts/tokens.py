"""Tokens: random ones and their hashes, CSRF values, and signed access tokens (RFC 7519, EdDSA of RFC 8037 and RFC 9864)."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, cast

from matinee.features.accounts.errors import SessionExpired, TokenRevoked
from matinee.features.accounts.policy import AccountsOptions, allowed_scopes, scopes_of
from matinee.infra.clock import Clock
from matinee.infra.http.caller import Caller
from matinee.infra.ids import UserId
from matinee.infra.signing import Signer

if TYPE_CHECKING:
    from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"


def new_secret() -> str:
    """256 random bits for a URL or a header."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a random secret; no slow hash is needed for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


class CsrfTokens:
    """The value that a page must send back; derived from the session, so that a cookie planted by a sister site does not fit."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def of(self, session_id: str) -> str:
        return self._signer.sign("accounts.csrf", session_id.encode())

    def fits(self, session_id: str, value: str) -> bool:
        return self._signer.verify("accounts.csrf", session_id.encode(), value)


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a verified access token says. Times are Unix seconds."""

    caller: Caller
    issued_at: float
    expires_at: float


class AccessTokens:
    """Issues and verifies access tokens.

    The Ed25519 key is derived from the server's secret: every process has it without asking anything, and no copy of
    the database contains it. The library for it is loaded with the first token: it takes a tenth of a start.
    """

    def __init__(self, signer: Signer, clock: Clock, options: AccountsOptions) -> None:
        self._clock = clock
        self._options = options
        self._seed = signer.derive("accounts.access-token")

    @cached_property
    def _key(self) -> OKPKey:
        return _key_from(self._seed)

    @cached_property
    def _kid(self) -> str:
        return self._key.thumbprint()

    def issue(self, caller: Caller) -> tuple[str, timedelta]:
        """A token for `caller` (whose `credential_id` is its session), and how long it works."""
        from joserfc import jwt

        now = self._clock.now()
        lifetime = self._options.access_token_lifetime
        claims = {
            "iss": self._options.issuer,
            "sub": caller.user_id,
            "sid": caller.credential_id,
            "name": caller.name,
            "role": caller.role,
            "tier": caller.tier,
            "scope": " ".join(sorted(caller.scopes)),
            "iat": now.timestamp(),
            "exp": int((now + lifetime).timestamp()),
        }
        token = jwt.encode({"alg": ALGORITHM, "kid": self._kid, "typ": "at+jwt"}, claims, self._key, algorithms=[ALGORITHM])
        return token, lifetime

    def verify(self, token: str) -> AccessClaims:
        """The claims of a token of ours. Raises `TokenRevoked` where it is not, `SessionExpired` after its end."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        try:
            found = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            claims = found.claims
            if found.header.get("typ") != "at+jwt" or claims["iss"] != self._options.issuer:
                raise TokenRevoked("This is not an access token of this server.")
            known = AccessClaims(_caller_of(claims), float(claims["iat"]), float(claims["exp"]))
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise TokenRevoked("This is not an access token of this server.") from error
        if datetime.fromtimestamp(known.expires_at, UTC) <= self._clock.now():
            raise SessionExpired("The access token has expired. Refresh it or sign in again.")
        return known

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys (RFC 7517) that verify our tokens."""
        public = cast("dict[str, str]", self._key.as_dict(private=False))
        return {"keys": [{**public, "kid": self._kid, "use": "sig", "alg": ALGORITHM}]}


def _caller_of(claims: dict[str, Any]) -> Caller:  # claims are JSON of our own making, the signature is verified
    role: Literal["admin", "user"] = "admin" if claims["role"] == "admin" else "user"
    scopes = allowed_scopes(role, str(claims["scope"]).split()) & scopes_of(role)
    return Caller(UserId(claims["sub"]), claims["name"], role, claims["tier"], scopes, "token", claims["sid"])


def _key_from(seed: bytes) -> OKPKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from joserfc.jwk import OKPKey

    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _base64(public), "d": _base64(seed)})


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
