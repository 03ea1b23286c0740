"""What claims say about a person: name, label, role and tier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from matinee.ports.identity import ProvenIdentity
from matinee.providers.oidc.policy import OidcOptions

Claims = Mapping[str, Any]  # Any: JSON
_NAMES = ("preferred_username", "nickname", "name", "given_name", "email")
_LABELS = ("email", "preferred_username", "name")


def identity_of(claims: Claims, options: OidcOptions, issuer: str) -> ProvenIdentity:
    """The person. Where a claim for roles is set and the person has none of the values, it is no administrator."""
    role: Literal["admin", "user"] | None = None
    tier: Literal["free", "premium"] | None = None
    if options.role_claim:
        role = "admin" if values_of(claims, options.role_claim) & options.admin_values else "user"
    if options.tier_claim:
        tier = "premium" if values_of(claims, options.tier_claim) & options.premium_values else "free"
    sid = claims.get("sid")
    name = _first(claims, _NAMES) or options.id
    return ProvenIdentity(
        issuer, claims["sub"], name, _first(claims, _LABELS) or name, role, tier, sid if isinstance(sid, str) and sid else None
    )


def wanting(claims: Claims, options: OidcOptions) -> bool:
    """Whether a claim that decides about rights is missing, so that it must be asked for."""
    return any(name and found(claims, name) is None for name in (options.role_claim, options.tier_claim))


def nameless(claims: Claims) -> bool:
    """Whether nothing says what to call the person."""
    return not _first(claims, _NAMES)


def values_of(claims: Claims, name: str) -> frozenset[str]:
    """The values of a claim that may be one word or a list of them."""
    value = found(claims, name)
    if isinstance(value, str):
        return frozenset({value})
    if isinstance(value, bool):
        return frozenset({"true" if value else "false"})
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()


def found(claims: Claims, name: str) -> object:
    """A claim by its name, else by a path with dots; None where it is missing. Some names are addresses and hold dots."""
    if name in claims:
        return claims[name]
    value: Any = claims  # Any: JSON
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def _first(claims: Claims, names: tuple[str, ...]) -> str:
    return next((value.strip() for name in names if isinstance(value := claims.get(name), str) and value.strip()), "")
