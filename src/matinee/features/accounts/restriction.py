"""What a caller may do while it acts for a profile."""

from __future__ import annotations

from dataclasses import replace

from matinee.infra.http.caller import Caller, Permission, Scope

SCOPES: frozenset[Scope] = frozenset({"catalog:read", "library:read", "playback", "progress"})
PERMISSIONS: frozenset[Permission] = frozenset({"play", "transcode"})
"""What is left to a profile with a maturity limit, also to an administrator's."""


def acting_for(caller: Caller, profile_id: str, max_age: int | None) -> Caller:
    """`caller` as the profile; with a maturity limit it may look and play, and nothing else."""
    if max_age is None:
        return caller if profile_id == caller.profile_id else replace(caller, profile_id=profile_id)
    return replace(
        caller,
        profile_id=profile_id,
        max_age=max_age,
        scopes=caller.scopes & SCOPES,
        permissions=caller.permissions & PERMISSIONS,
    )
