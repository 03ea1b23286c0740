"""What a provider's tokens say, and whether to believe it.

Sources: OpenID Connect Core 3.1.3, OpenID Connect Back-Channel Logout 2.4 to 2.6, RFC 8725.
"""

from __future__ import annotations

import hashlib
import hmac
import warnings
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from matinee.providers.oidc.discovery import Directory
from matinee.providers.oidc.policy import LEEWAY

LONGEST = 16_384
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_LIFETIME = timedelta(minutes=10)
"""How long a logout token without an end of its own is believed, from when it was made."""
_ID_TYPES = frozenset({"", "jwt"})
_LOGOUT_TYPES = frozenset({"", "jwt", "logout+jwt"})
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}
Claims = Mapping[str, Any]  # Any: JSON


class TokenRefused(Exception):
    """A token that proves nothing here; the text says why, in our words."""


async def verified(token: str, directory: Directory, types: frozenset[str]) -> tuple[Mapping[str, Any], Claims]:
    """Header and claims of a token that the provider has signed. Raises `TokenRefused`, `UpstreamError`."""
    from joserfc import jws
    from joserfc.errors import JoseError, SecurityWarning

    header, _ = unverified(token)
    algorithm, kid = header.get("alg"), header.get("kid")
    allowed = (await directory.metadata()).algorithms
    if not isinstance(algorithm, str) or algorithm not in allowed:
        raise TokenRefused("it is signed in a way that is not accepted")
    if "crit" in header or str(header.get("typ", "")).lower().removeprefix("application/") not in types:
        raise TokenRefused("it is a token of another kind")
    for key in await directory.keys(algorithm, kid if isinstance(kid, str) else None):
        try:
            with warnings.catch_warnings():
                # The library would rather see `Ed25519` (RFC 9864); providers still write `EdDSA`, and the key says which it is.
                warnings.simplefilter("ignore", SecurityWarning)
                found = jws.deserialize_compact(token, key, algorithms=[algorithm])
        except (JoseError, ValueError, TypeError):
            continue
        return header, _object(found.payload)
    raise TokenRefused("its signature is not the provider's")


def unverified(token: str) -> tuple[Mapping[str, Any], Claims]:
    """What a token claims to be; good for nothing but choosing who may verify it. Raises `TokenRefused`."""
    parts = token.split(".")
    if len(token) > LONGEST or len(parts) != 3 or not token.isascii():
        raise TokenRefused("it is no signed token")
    try:
        return _object(_decoded(parts[0])), _object(_decoded(parts[1]))
    except ValueError:
        raise TokenRefused("it is no signed token") from None


async def id_claims(token: str, directory: Directory, client_id: str, nonce: str, access_token: str, now: datetime) -> Claims:
    """The claims of an ID token for us and this sign-in. Raises `TokenRefused`, `UpstreamError`."""
    header, claims = await verified(token, directory, _ID_TYPES)
    check_sender(claims, (await directory.metadata()).issuer, client_id)
    check_times(claims, now, needs_end=True)
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise TokenRefused("it belongs to another sign-in")
    if "at_hash" in claims and not _fits(claims["at_hash"], access_token, str(header["alg"])):
        raise TokenRefused("it belongs to another access token")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise TokenRefused("it names nobody")
    return claims


async def logout_claims(token: str, directory: Directory, client_id: str, now: datetime) -> tuple[Claims, timedelta]:
    """The claims of a logout token for us, and how long it could be used. Raises `TokenRefused`, `UpstreamError`."""
    _, claims = await verified(token, directory, _LOGOUT_TYPES)
    check_sender(claims, (await directory.metadata()).issuer, client_id)
    check_times(claims, now, needs_end=False)
    made = _instant(claims, "iat")
    if made is None:
        raise TokenRefused("it does not say when it was made")
    until = _instant(claims, "exp") or made + LOGOUT_LIFETIME.total_seconds()
    if until <= now.timestamp() - LEEWAY.total_seconds():
        raise TokenRefused("it has ended")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise TokenRefused("it does not tell of the end of a sign-in")
    if "nonce" in claims:
        raise TokenRefused("it is an ID token")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise TokenRefused("it has no name of its own")
    if not any(isinstance(claims.get(name), str) and claims[name] for name in ("sub", "sid")):
        raise TokenRefused("it names neither a person nor a sign-in")
    return claims, timedelta(seconds=until - now.timestamp()) + 2 * LEEWAY


def check_sender(claims: Claims, issuer: str, client_id: str) -> None:
    """Raises `TokenRefused` unless it is from `issuer` and for `client_id`, and for it alone unless it says so."""
    if claims.get("iss") != issuer:
        raise TokenRefused("it is from another provider")
    audience = claims.get("aud")
    several = audience if isinstance(audience, list) else [audience]
    if client_id not in several:
        raise TokenRefused("it is for another application")
    party = claims.get("azp")
    if (len(several) > 1 and party is None and "events" not in claims) or (party is not None and party != client_id):
        raise TokenRefused("it was given to another application")


def check_times(claims: Claims, now: datetime, *, needs_end: bool) -> None:
    """Raises `TokenRefused` for a token that has ended or does not count yet."""
    at, leeway = now.timestamp(), LEEWAY.total_seconds()
    ends, begins, made = (_instant(claims, name) for name in ("exp", "nbf", "iat"))
    if (ends is None and needs_end) or (ends is not None and ends <= at - leeway):
        raise TokenRefused("it has ended")
    if any(one is not None and one > at + leeway for one in (begins, made)):
        raise TokenRefused("it does not count yet")


def _instant(claims: Claims, name: str) -> float | None:
    """Unix seconds. Raises `TokenRefused` for what is none."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise TokenRefused(f"its {name} is no time")
    return float(value)


def _fits(claimed: object, access_token: str, algorithm: str) -> bool:
    """Whether `at_hash` is the left half of the access token's hash (OpenID Connect Core 3.1.3.6)."""
    hashed = _HASHES.get(algorithm[-3:], hashlib.sha512)(access_token.encode()).digest()
    expected = urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=").decode()
    return isinstance(claimed, str) and hmac.compare_digest(claimed.encode(), expected.encode())


def _decoded(part: str) -> bytes:
    """Raises ValueError."""
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _object(body: bytes) -> dict[str, Any]:
    """Raises `TokenRefused`."""
    try:
        found = msgspec.json.decode(body)
    except ValueError:
        raise TokenRefused("it is no signed token") from None
    if not isinstance(found, dict):
        raise TokenRefused("it is no signed token")
    return found
