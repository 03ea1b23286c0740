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
from matinee.features.accounts.permissions import decoded, encoded
from matinee.features.accounts.policy import AccountsOptions, allowed_scopes, scopes_of
from matinee.features.accounts.restriction import acting_for
from matinee.infra.clock import Clock
from matinee.infra.http.caller import Caller
from matinee.infra.ids import UserId
from matinee.infra.signing import Signer

if TYPE_CHECKING:
    from joserfc.jwk import GuestProtocol, OKPKey

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

    The Ed25519 keys are derived from the server's secret and a number: every process has them without asking anything, and no
    copy of the database contains them. The library for them is loaded with the first token: it takes a tenth of a start.

    A new number makes a new key. The one before is believed until the last token that it may have signed has ended, and the one
    after already: processes that are restarted one after another understand each other in both directions.
    """

    def __init__(self, signer: Signer, clock: Clock, options: AccountsOptions) -> None:
        self._clock = clock
        self._options = options
        self._signer = signer
        self._old_until = clock.monotonic() + options.access_token_lifetime.total_seconds()

    @cached_property
    def _keys(self) -> dict[str, tuple[int, OKPKey]]:
        """Number and key by key id: the present one first, then the next, then the one before."""
        now = self._options.token_key
        made = [(number, _key_from(self._signer.derive(_purpose(number)))) for number in (now, now + 1, now - 1) if number > 0]
        return {key.thumbprint(): (number, key) for number, key in made}

    @cached_property
    def _kid(self) -> str:
        return next(iter(self._keys))

    @cached_property
    def _key(self) -> OKPKey:
        return self._keys[self._kid][1]

    def _believed(self, number: int) -> bool:
        return number >= self._options.token_key or self._clock.monotonic() < self._old_until

    def _verifying(self, token: GuestProtocol) -> OKPKey:
        """The key that a token names. Raises KeyError."""
        number, key = self._keys[token.headers()["kid"]]
        if not self._believed(number):
            raise KeyError("an old key")
        return key

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
            "may": encoded(caller.permissions),
            "pid": caller.profile_id,
            "age": caller.max_age,
            "iat": now.timestamp(),
            "exp": int((now + lifetime).timestamp()),
        }
        if caller.lacks_factor:
            claims["lacks"] = 1
        token = jwt.encode({"alg": ALGORITHM, "kid": self._kid, "typ": "at+jwt"}, claims, self._key, algorithms=[ALGORITHM])
        return token, lifetime

    def verify(self, token: str) -> AccessClaims:
        """The claims of a token of ours. Raises `TokenRevoked` where it is not, `SessionExpired` after its end."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        try:
            found = jwt.decode(token, self._verifying, algorithms=[ALGORITHM])
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
        shown = [(kid, key) for kid, (number, key) in self._keys.items() if self._believed(number)]
        return {
            "keys": [
                {**cast("dict[str, str]", key.as_dict(private=False)), "kid": kid, "use": "sig", "alg": ALGORITHM}
                for kid, key in shown
            ]
        }


def _caller_of(claims: dict[str, Any]) -> Caller:  # claims are JSON of our own making, the signature is verified
    role: Literal["admin", "user"] = "admin" if claims["role"] == "admin" else "user"
    scopes = allowed_scopes(role, str(claims["scope"]).split()) & scopes_of(role)
    permissions = decoded(str(claims["may"]))
    found = Caller(
        UserId(claims["sub"]),
        claims["name"],
        role,
        claims["tier"],
        scopes,
        "token",
        claims["sid"],
        permissions=permissions,
        lacks_factor="lacks" in claims,
    )
    return acting_for(found, str(claims["pid"]), None if claims["age"] is None else int(claims["age"]))


def _purpose(number: int) -> str:
    """The first key was derived before keys had numbers."""
    return "accounts.access-token" if number == 1 else f"accounts.access-token.{number}"


def _key_from(seed: bytes) -> OKPKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from joserfc.jwk import OKPKey

    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _base64(public), "d": _base64(seed)})


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
