"""`MATINEE_OIDC`: the providers as an operator writes them down, in JSON."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from matinee.providers.oidc.policy import OidcOptions, origin_of

EXAMPLE = '[{"id": "home", "label": "Home", "issuer": "https://id.example", "client_id": "matinee", "client_secret": "…"}]'
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_TAKEN = frozenset({"password", "device", "plex"})
_NEAR = (".local", ".localhost", ".lan", ".home", ".internal", ".home.arpa")
_MOST = 20


class _Provider(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    issuer: str
    client_id: str
    client_secret: str = ""
    label: str = ""
    scopes: list[str] = []
    role_claim: str = ""
    admin_values: list[str] = []
    tier_claim: str = ""
    premium_values: list[str] = []
    sign_up: bool = False


def providers_of(text: str, proxy: str | None = None) -> tuple[OidcOptions, ...]:
    """The providers of the setting. Raises ValueError that says which provider and what is wrong with it; never a secret."""
    try:
        found = msgspec.json.decode(text, type=list[_Provider])
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    except msgspec.DecodeError:
        raise ValueError("is not JSON: a list of objects, with double quotes") from None
    if len(found) > _MOST:
        raise ValueError(f"holds more than {_MOST} providers")
    for number, one in enumerate(found):
        if problem := _problem(one):
            raise ValueError(f"provider {number + 1} ({one.id[:32]!r}): {problem}")
    ids = [one.id for one in found]
    if repeated := sorted({one for one in ids if ids.count(one) > 1}):
        raise ValueError(f"two providers have the id {repeated[0]!r}")
    return tuple(_options(one, proxy) for one in found)


def _options(one: _Provider, proxy: str | None) -> OidcOptions:
    scopes = one.scopes or ["profile", "email"]
    return OidcOptions(
        id=one.id,
        label=one.label.strip() or one.id,
        issuer=one.issuer,
        client_id=one.client_id,
        client_secret=one.client_secret,
        scopes=tuple(dict.fromkeys(["openid", *scopes])),
        role_claim=one.role_claim,
        admin_values=frozenset(one.admin_values),
        tier_claim=one.tier_claim,
        premium_values=frozenset(one.premium_values),
        sign_up=one.sign_up,
        proxy=proxy,
    )


def _problem(one: _Provider) -> str:
    if not _ID.fullmatch(one.id) or one.id in _TAKEN:
        return "id must be small letters, digits and dashes, at most 31, and not password, device or plex"
    try:
        scheme, host, _ = origin_of(one.issuer)
    except ValueError:
        return "issuer must be an address such as https://id.example/realms/home"
    if urlsplit(one.issuer).query:
        return "issuer must have no query"
    if scheme == "http" and not _is_near(host):
        return "issuer must begin with https: unless it is in your own network"
    if not one.client_id or len(one.label) > 64:
        return "client_id must not be empty, and label have at most 64 characters"
    if any(not scope or not scope.isascii() or not scope.isprintable() or " " in scope for scope in one.scopes):
        return "scopes must be a list of words"
    for claim, values, names in (
        (one.role_claim, one.admin_values, "role_claim and admin_values"),
        (one.tier_claim, one.premium_values, "tier_claim and premium_values"),
    ):
        if bool(claim) != bool(values):
            return f"{names} belong together"
    return ""


def _is_near(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_NEAR)
    return address.is_private or address.is_loopback
