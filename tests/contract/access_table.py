"""Who may call what: a row for every route. A route without a row fails the tests.

A row names the rule of the route (`Access`); what each kind of caller gets follows from it, so that a row is one line:

    "POST /api/v1/me/api-keys": Row("person", restricted=False),
    "DELETE /api/v1/me/api-keys/{key_id}": Row("person", owned="api_key", restricted=False),
    "POST /api/v1/me/api-keys/{key_id}/rotate": Row("person", owned="api_key", restricted=False),

- `owned` names whose object the path means. Somebody else, an administrator too (but for `admins_too`), must get 404 for it, the
  very answer that an id which never was gets. `access_objects.py` says how such an object is made: add a maker for a new kind.
- `restricted=False`: a profile with a maturity limit gets 403.
- `permission`: what the account must be granted beyond the scope; callers without it get 403. Free accounts have those of
  `FREE_PERMISSIONS`.
- `elsewhere`: calling it as somebody who may would disturb the server that all tests share (it signs out, starts work, ...), so
  only refusals are tried here. The text says where the rest is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Access = Literal[
    "anybody",  # no credential is needed
    "near",  # the private network or an administrator: metrics
    "signed",  # the address carries the permission
    "member",  # whoever is signed in, keys too
    "person",  # somebody who signed in; a leaked key must not be able to make itself permanent
    "catalog:read",
    "library:read",
    "library:write",
    "playback",
    "progress",
    "requests",
    "downloads",
    "admin",
    "admin_person",  # an administrator who signed in; no key
]
Kind = Literal[
    "anonymous",
    "free",
    "premium",
    "restricted",  # a free account in a profile with a maturity limit
    "key",  # a key of a free account with every scope that such an account can give
    "powerless_key",  # a key with a scope that no route needs yet
    "admin",
    "admin_key",  # a key with the scope admin
    "weak_admin_key",  # an administrator's key without it
]
KINDS: tuple[Kind, ...] = (
    "anonymous",
    "free",
    "premium",
    "restricted",
    "key",
    "powerless_key",
    "admin",
    "admin_key",
    "weak_admin_key",
)
KEYS: frozenset[Kind] = frozenset({"key", "powerless_key", "admin_key", "weak_admin_key"})
ADMINS: frozenset[Kind] = frozenset({"admin", "admin_key"})
WITHOUT_SCOPES: frozenset[Kind] = frozenset({"powerless_key", "weak_admin_key"})
FREE_PERMISSIONS = frozenset({"play", "transcode", "request", "download"})


@dataclass(frozen=True, slots=True)
class Row:
    """The rule of one route."""

    access: Access
    owned: str = ""
    admins_too: bool = False
    restricted: bool = True
    permission: str = ""
    elsewhere: str = ""

    def refusal(self, kind: Kind) -> int | None:
        """The status with which `kind` is refused; None where it is let in."""
        if self.access in {"anybody", "near", "signed"}:
            return None
        if kind == "anonymous":
            return 401
        if not self._let_in(kind) or (kind == "restricted" and not self.restricted):
            return 403
        if self.permission and kind not in ADMINS and self.permission not in FREE_PERMISSIONS and kind != "premium":
            return 403
        return None

    def _let_in(self, kind: Kind) -> bool:
        if self.access == "member":
            return True
        if self.access == "person":
            return kind not in KEYS
        if self.access == "admin_person":
            return kind == "admin"
        if self.access in {"admin", "library:write"}:
            return kind in ADMINS
        return kind not in WITHOUT_SCOPES


_CATALOGUE = Row("catalog:read")
_SIGNED = Row("signed")
_SESSION = "/api/v1/streaming/sessions/{session_id}"

ROWS: dict[str, Row] = {
    # operations
    "GET /api/health": Row("anybody"),
    "GET /api/health/details": Row("admin"),
    "GET /api/health/live": Row("anybody"),
    "GET /api/health/ready": Row("anybody"),
    "GET /metrics": Row("near"),
    "POST /api/v1/batch": _CATALOGUE,
    "GET /api/v1/events": Row("member", elsewhere="tests/integration/server"),
    # first start and sign-in
    "GET /api/v1/setup": Row("anybody"),
    "POST /api/v1/setup": Row("anybody"),
    "GET /api/v1/auth/jwks": Row("anybody"),
    "POST /api/v1/auth/login": Row("anybody"),
    "POST /api/v1/auth/logout": Row("anybody", elsewhere="tests/integration/accounts"),
    "POST /api/v1/auth/refresh": Row("anybody"),
    # other ways in
    "POST /api/v1/auth/invitation": Row("anybody"),
    "POST /api/v1/auth/register": Row("anybody"),
    "POST /api/v1/auth/password-reset": Row("anybody"),
    "GET /api/v1/auth/providers": Row("anybody"),
    "POST /api/v1/auth/plex/start": Row("anybody"),
    "POST /api/v1/auth/plex/poll": Row("anybody"),
    "GET /api/v1/auth/oidc/start": Row("anybody"),
    "GET /api/v1/auth/oidc/callback": Row("anybody"),
    "POST /api/v1/auth/oidc/backchannel-logout": Row("anybody"),
    "POST /api/v1/auth/oidc/logout": Row("member", elsewhere="tests/integration/accounts/test_oidc.py"),
    "POST /api/v1/auth/device/start": Row("anybody"),
    "POST /api/v1/auth/device/poll": Row("anybody"),
    "POST /api/v1/auth/device/inspect": Row("person", restricted=False),
    "POST /api/v1/auth/device/approve": Row("person", restricted=False),
    "GET /api/v1/me/identities": Row("member", restricted=False),
    "DELETE /api/v1/me/identities/{identity_id}": Row(
        "person", restricted=False, elsewhere="tests/integration/accounts/test_plex.py"
    ),
    # one's own account
    "GET /api/v1/me": Row("member"),
    "DELETE /api/v1/me": Row("person", restricted=False, elsewhere="tests/integration/accounts/test_own_data.py"),
    "GET /api/v1/me/export": Row("person", restricted=False),
    "PATCH /api/v1/me": Row("person", restricted=False),
    "GET /api/v1/me/api-keys": Row("member", restricted=False),
    "POST /api/v1/me/api-keys": Row("person", restricted=False),
    "DELETE /api/v1/me/api-keys/{key_id}": Row("person", owned="api_key", restricted=False),
    "POST /api/v1/me/api-keys/{key_id}/rotate": Row("person", owned="api_key", restricted=False),
    "GET /api/v1/me/profiles": Row("member"),
    "POST /api/v1/me/profiles": Row("person", restricted=False),
    "PATCH /api/v1/me/profiles/{profile_id}": Row("person", owned="profile", restricted=False),
    "DELETE /api/v1/me/profiles/{profile_id}": Row("person", owned="profile", restricted=False),
    "POST /api/v1/me/profiles/{profile_id}/use": Row(
        "member", owned="profile", elsewhere="tests/integration/accounts/test_profiles.py"
    ),
    "PUT /api/v1/me/password": Row("person", restricted=False),
    "GET /api/v1/me/second-factor": Row("member", restricted=False),
    "POST /api/v1/me/second-factor": Row("person", restricted=False),
    "DELETE /api/v1/me/second-factor": Row("person", restricted=False),
    "POST /api/v1/me/second-factor/confirm": Row("person", restricted=False),
    "POST /api/v1/me/second-factor/recovery-codes": Row("person", restricted=False),
    "GET /api/v1/me/sessions": Row("member", restricted=False),
    "DELETE /api/v1/me/sessions": Row("person", elsewhere="tests/integration/accounts", restricted=False),
    "DELETE /api/v1/me/sessions/{session_id}": Row("person", owned="session", restricted=False),
    # what one watches and thinks; the path names a title, whose the answer is follows from the caller
    "GET /api/v1/me/continue-watching": Row("progress"),
    "GET /api/v1/me/history": Row("progress"),
    "GET /api/v1/me/ratings": Row("progress"),
    "GET /api/v1/me/ratings/{title_id}": Row("progress"),
    "PUT /api/v1/me/ratings/{title_id}": Row("progress"),
    "DELETE /api/v1/me/ratings/{title_id}": Row("progress"),
    "GET /api/v1/me/recommendations": Row("progress"),
    "GET /api/v1/me/watchlist": Row("progress"),
    "GET /api/v1/me/watchlist/{title_id}": Row("progress"),
    "PUT /api/v1/me/watchlist/{title_id}": Row("progress"),
    "DELETE /api/v1/me/watchlist/{title_id}": Row("progress"),
    "GET /api/v1/streaming/progress/{title_id}": Row("progress"),
    "POST /api/v1/streaming/progress/{title_id}": Row("progress"),
    # catalogue
    "GET /api/v1/discover": _CATALOGUE,
    "GET /api/v1/genres": _CATALOGUE,
    "GET /api/v1/home": _CATALOGUE,
    "GET /api/v1/images/{kind}/{size}/{name}": _CATALOGUE,
    **{
        f"GET /api/v1/{kind}/{rest}": _CATALOGUE
        for kind in ("movies", "shows")
        for rest in ("now-playing", "popular", "top-rated", "trending", "upcoming", "{title_id}", "{title_id}/credits")
    },
    **{
        f"GET /api/v1/{kind}/{{title_id}}/{rest}": _CATALOGUE
        for kind in ("movies", "shows")
        for rest in ("recommendations", "similar", "videos")
    },
    "GET /api/v1/shows/{title_id}/seasons/{number}": _CATALOGUE,
    "GET /api/v1/people/{person_id}": _CATALOGUE,
    "GET /api/v1/search": _CATALOGUE,
    "GET /api/v1/search/suggest": _CATALOGUE,
    "GET /api/v1/services": _CATALOGUE,
    "GET /api/v1/services/{name}": _CATALOGUE,
    "POST /api/v1/services/{name}/check": Row("admin"),
    # library
    "GET /api/v1/library/browse": Row("admin"),
    "GET /api/v1/library/demo": Row("library:read"),
    "POST /api/v1/library/demo": Row("admin", elsewhere="tests/integration/library"),
    "DELETE /api/v1/library/demo": Row("admin", elsewhere="tests/integration/library"),
    "GET /api/v1/library/folders": Row("library:write"),
    "POST /api/v1/library/folders": Row("library:write"),
    "DELETE /api/v1/library/folders/{folder_id}": Row("library:write"),
    "GET /api/v1/library/items/{item_id}": Row("library:read"),
    "GET /api/v1/library/movies": Row("library:read"),
    "GET /api/v1/library/problems": Row("library:write"),
    "POST /api/v1/library/purge": Row("library:write", elsewhere="tests/integration/library"),
    "GET /api/v1/library/recent": Row("library:read"),
    "POST /api/v1/library/scan": Row("library:write", elsewhere="tests/integration/library"),
    "GET /api/v1/library/scan/{job_id}": Row("library:read"),
    "GET /api/v1/library/shows": Row("library:read"),
    # playing
    "GET /api/v1/streaming/bandwidth": Row("playback"),
    "GET /api/v1/streaming/files/{file_id}": _SIGNED,
    "POST /api/v1/streaming/prepare": Row("library:write"),
    "GET /api/v1/streaming/prepared": Row("library:read"),
    "DELETE /api/v1/streaming/prepared/{item_id}": Row("library:write"),
    "GET /api/v1/streaming/sessions": Row("playback"),
    "POST /api/v1/streaming/sessions": Row("playback"),
    f"DELETE {_SESSION}": Row("playback", owned="playback", admins_too=True),
    f"GET {_SESSION}/audio/{{name}}/index.m3u8": _SIGNED,
    f"GET {_SESSION}/audio/{{name}}/init.mp4": _SIGNED,
    f"GET {_SESSION}/audio/{{name}}/{{number}}.m4s": _SIGNED,
    f"GET {_SESSION}/master.m3u8": _SIGNED,
    f"GET {_SESSION}/subtitles/{{index}}/index.m3u8": _SIGNED,
    f"GET {_SESSION}/subtitles/{{index}}/{{number}}.vtt": _SIGNED,
    f"GET {_SESSION}/trickplay/thumbnails.vtt": _SIGNED,
    f"GET {_SESSION}/trickplay/{{number}}.jpg": _SIGNED,
    f"GET {_SESSION}/video/{{name}}/index.m3u8": _SIGNED,
    f"GET {_SESSION}/video/{{name}}/init.mp4": _SIGNED,
    f"GET {_SESSION}/video/{{name}}/{{number}}.m4s": _SIGNED,
    "GET /api/v1/streaming/sources/{title_id}": Row("playback"),
    # administration
    "GET /api/v1/admin/audit": Row("admin"),
    "GET /api/v1/admin/breakers": Row("admin"),
    "POST /api/v1/admin/breakers/{name}/reset": Row("admin"),
    "POST /api/v1/admin/breakers/{name}/trip": Row("admin"),
    "GET /api/v1/admin/cache": Row("admin"),
    "POST /api/v1/admin/cache/purge": Row("admin"),
    "GET /api/v1/admin/limits": Row("admin"),
    "GET /api/v1/admin/blocks": Row("admin"),
    "POST /api/v1/admin/blocks": Row("admin"),
    "DELETE /api/v1/admin/blocks/{block_id}": Row("admin"),
    "GET /api/v1/admin/blocks/suspects": Row("admin"),
    "GET /api/v1/admin/blocks/lists": Row("admin"),
    "PUT /api/v1/admin/blocks/lists": Row("admin"),
    "POST /api/v1/admin/cache/warm": Row("admin", elsewhere="tests/integration/catalog"),
    "GET /api/v1/admin/jobs": Row("admin"),
    "GET /api/v1/admin/jobs/{job_id}": Row("admin"),
    "POST /api/v1/admin/jobs/{job_id}/cancel": Row("admin"),
    "POST /api/v1/admin/jobs/{job_id}/retry": Row("admin"),
    "POST /api/v1/admin/recommendations/learn": Row("admin", elsewhere="tests/integration/progress"),
    "GET /api/v1/admin/schedules": Row("admin"),
    "GET /api/v1/admin/stats": Row("admin"),
    "GET /api/v1/admin/permissions": Row("admin"),
    "GET /api/v1/admin/users": Row("admin"),
    "POST /api/v1/admin/users": Row("admin"),
    "GET /api/v1/admin/users/{user_id}": Row("admin"),
    "PATCH /api/v1/admin/users/{user_id}": Row("admin"),
    "DELETE /api/v1/admin/users/{user_id}": Row("admin"),
    "GET /api/v1/admin/users/{user_id}/sessions": Row("admin"),
    "DELETE /api/v1/admin/users/{user_id}/sessions": Row("admin"),
    "DELETE /api/v1/admin/users/{user_id}/second-factor": Row("admin"),
    "POST /api/v1/admin/users/{user_id}/password-reset": Row("admin"),
    "GET /api/v1/admin/invitations": Row("admin"),
    "POST /api/v1/admin/invitations": Row("admin"),
    "DELETE /api/v1/admin/invitations/{invitation_id}": Row("admin"),
}
