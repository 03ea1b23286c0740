"""What an account may do, as data: by tier, with grants and denials for one user, and limits in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Literal, get_args

from matinee.infra.errors import Forbidden, MatineeError, TierRequired
from matinee.infra.http.caller import Permission
from matinee.infra.http.rights import UNLIMITED, Allowance

Tier = Literal["free", "premium", "api"]
TIERS: tuple[Tier, ...] = get_args(Tier)

PERMISSIONS: Mapping[Permission, str] = {
    "play": "Play titles.",
    "transcode": "Have a video converted where the device cannot play it as it is.",
    "request": "Ask for titles that are not in the library.",
    "auto_approve": "Requests need nobody's approval.",
    "download": "Have the server download videos.",
    "manage_requests": "Approve and decline the requests of others.",
    "invite": "Invite other people.",
}
"""Every permission and what it means."""

CODES: Mapping[Permission, str] = {
    "play": "p",
    "transcode": "t",
    "request": "r",
    "auto_approve": "a",
    "download": "d",
    "manage_requests": "m",
    "invite": "i",
}
"""One letter for each in access tokens, which travel with every request."""


LIMITS: tuple[str, ...] = tuple(field.name for field in fields(Allowance))


@dataclass(frozen=True, slots=True)
class TierRights:
    """What comes with a tier."""

    permissions: frozenset[Permission]
    limits: Allowance


RIGHTS: Mapping[Tier, TierRights] = {
    "free": TierRights(frozenset({"play", "transcode", "request", "download"}), Allowance(5, 20, 4, 2)),
    "premium": TierRights(frozenset({"play", "transcode", "request", "download", "auto_approve"}), Allowance(20, 100, 8, 4)),
    "api": TierRights(frozenset({"play", "transcode", "request", "download"}), Allowance(100, 500, 16, 4)),
}
ALL_PERMISSIONS: frozenset[Permission] = frozenset(PERMISSIONS)


def permissions_of(role: str, tier: str, granted: Iterable[str], denied: Iterable[str]) -> frozenset[Permission]:
    """What an account may do. Administrators have all; else a denial counts more than a grant. Unknown names fall away."""
    if role == "admin":
        return ALL_PERMISSIONS
    more, less = set(granted), set(denied)
    of_tier = rights_of(tier).permissions
    return frozenset(name for name in PERMISSIONS if (name in of_tier or name in more) and name not in less)


def allowance_of(role: str, tier: str, own: Mapping[str, object]) -> Allowance:
    """How much an account may use: its own numbers, else its tier's. Administrators have no limits but own ones."""
    usual = UNLIMITED if role == "admin" else rights_of(tier).limits
    found = {name: own.get(name) for name in LIMITS}
    return Allowance(**{name: value if isinstance(value, int) else getattr(usual, name) for name, value in found.items()})


def rights_of(tier: str) -> TierRights:
    """The rights of a tier; those of `free` for a name that this version does not know."""
    return RIGHTS.get(tier, RIGHTS["free"])  # type: ignore[call-overload,no-any-return]  # any text may stand in the column


def refusal(permission: Permission, tier: str) -> MatineeError:
    """Why somebody of `tier` lacks `permission`: `TierRequired` where another tier would have it, else `Forbidden`."""
    if permission not in rights_of(tier).permissions:
        better = [name for name, rights in RIGHTS.items() if permission in rights.permissions]
        if better:
            return TierRequired(f"{PERMISSIONS[permission].rstrip('.')}: this comes with the tier {' or '.join(better)}.")
    return Forbidden(f"Your account may not do this: {PERMISSIONS[permission][0].lower()}{PERMISSIONS[permission][1:]}")


def encoded(permissions: Iterable[Permission]) -> str:
    """Permissions as one short word."""
    return "".join(sorted(CODES[name] for name in permissions))


def decoded(word: str) -> frozenset[Permission]:
    """The permissions in a word of `encoded`; unknown letters fall away."""
    return frozenset(name for name, letter in CODES.items() if letter in word)
