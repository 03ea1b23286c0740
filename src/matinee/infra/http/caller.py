"""Who is asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from matinee.infra.ids import UserId

Scope = Literal["catalog:read", "library:read", "library:write", "playback", "progress", "requests", "downloads", "admin"]
ALL_SCOPES: frozenset[Scope] = frozenset(
    {"catalog:read", "library:read", "library:write", "playback", "progress", "requests", "downloads", "admin"}
)
USER_SCOPES: frozenset[Scope] = ALL_SCOPES - {"admin", "library:write"}
Permission = Literal["play", "transcode", "request", "auto_approve", "download", "manage_requests", "invite"]


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller. `scopes` is already cut down to what its role allows.

    `profile_id` says whose progress, ratings and home are meant; the default profile of an account has the account's id.
    `max_age` is the profile's maturity limit in years, None for none. `permissions` are the account's.
    """

    user_id: UserId
    name: str
    role: Literal["admin", "user"]
    tier: Literal["free", "premium", "api"]
    scopes: frozenset[Scope]
    credential: Literal["cookie", "token", "api_key"]
    credential_id: str
    profile_id: str = ""
    max_age: int | None = None
    permissions: frozenset[Permission] = frozenset()
    lacks_factor: bool = False
    """An administrator of a server that asks administrators for a second factor, without one: nothing beyond a user's rights."""

    def __post_init__(self) -> None:
        if not self.profile_id:
            object.__setattr__(self, "profile_id", str(self.user_id))

    @property
    def viewer(self) -> UserId:
        """Whose progress, ratings, watchlist and home are meant: the profile, as the id that those carry."""
        return UserId(self.profile_id)

    @property
    def is_admin(self) -> bool:
        return self.role == "admin" and "admin" in self.scopes


@dataclass(slots=True, eq=False)
class Generation:
    """`number` grows whenever a credential may have ended before its time."""

    number: int = 0


class CredentialMemory(Protocol):
    """Callers whose credential this process verified a moment ago; the accounts feature implements it."""

    @property
    def generation(self) -> Generation:
        """Always the same object; what was remembered under an earlier number must be asked for anew."""

    def remembered(self, authorization: str, api_key: str, session: str) -> tuple[Caller, float] | None:
        """The caller of a request with these credentials ("" for none), and until when that may be believed (monotonic).

        None where the full way must decide. Never waits. Which credential counts is as for `Authenticator`, for a safe method.
        """


class Authenticator(Protocol):
    """Turns the credential of a request into a caller; the accounts feature implements it."""

    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        """The caller, or None where the request carries no credential.

        Raises an error of category `auth` where it carries one that is not valid, and `CsrfFailed` where a cookie is used on a
        write without the header `X-CSRF-Token`.
        """
