"""Rules of accounts: lifetimes, names, passwords, scopes, and who may set up the server."""

from __future__ import annotations

import ipaddress
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic_core import PydanticCustomError

from matinee.infra.http.caller import ALL_SCOPES, USER_SCOPES, Scope
from matinee.infra.http.input.text import NAME

Role = Literal["admin", "user"]

SESSION_COOKIE = "matinee_session"
CSRF_COOKIE = "matinee_csrf"
CSRF_HEADER = "x-csrf-token"
API_KEY_HEADER = "x-api-key"
KEY_MARK = "mtn_"
"""What every API key starts with, so that scanners for leaked secrets can find them."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MIN_PASSWORD = 8
MAX_PASSWORD = 256
TRIVIAL_WORDS = frozenset(
    [
        "password",
        "passwort",
        "passw0rd",
        "contrasena",
        "motdepasse",
        "qwerty",
        "qwertz",
        "azerty",
        "qwertyuiop",
        "qwertzuiop",
        "asdfghjkl",
        "letmein",
        "iloveyou",
        "welcome",
        "willkommen",
        "admin",
        "administrator",
        "matinee",
        "changeme",
        "sunshine",
        "princess",
        "football",
        "baseball",
        "superman",
        "trustno1",
        "secret",
        "dragon",
        "monkey",
        "master",
        "abc",
        "abcd",
        "test",
        "hallo",
        "hello",
        "starwars",
    ]
)
LOCAL_SUFFIXES = (".local", ".localhost", ".lan", ".home", ".internal", ".home.arpa", ".fritz.box")
SEQUENCES = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "asdfghjkl", "1q2w3e4r5t6z")


@dataclass(frozen=True, slots=True)
class AccountsOptions:
    """Lifetimes and limits.

    `cookie_secure` belongs on behind TLS; `base_path` is the prefix that the server lives under ("" for none).
    """

    access_token_lifetime: timedelta = timedelta(minutes=15)
    session_lifetime: timedelta = timedelta(days=90)
    refresh_lifetime: timedelta = timedelta(days=30)
    setup_token_lifetime: timedelta = timedelta(days=7)
    reset_lifetime: timedelta = timedelta(hours=24)
    audit_kept: timedelta = timedelta(days=365)
    credential_memory: timedelta = timedelta(seconds=30)
    """How long a verified credential is taken without asking the database; a revocation in another process works after that."""
    remembered_credentials: int = 10_000
    sign_in_attempts: int = 10
    sign_in_window: timedelta = timedelta(minutes=15)
    hashing_threads: int = 2
    hash_memory: int = 64 * 1024
    """KiB that argon2 takes in each of the threads."""
    hash_rounds: int = 3
    waiting_hashes: int = 32
    cookie_secure: bool = False
    base_path: str = ""
    second_factor: Literal["offered", "admins"] = "offered"
    """Whether administrators need a second factor for what only they may do."""
    token_key: int = 1
    """Number of the key that signs access tokens."""
    public_url: str = ""
    """The address that people use, where it is not the one that requests name."""
    issuer: str = "matinee"
    demo: bool = False
    """Whether the first-run page proposes the demo library."""
    library_paths: Sequence[str] = ()
    """Folders known from the settings, shown on the first-run page."""
    version: str = ""
    public_catalog: bool = False
    """Whether visitors without an account may browse; the first thing that the UI asks."""


def name_key(name: str) -> str:
    """The form in which two names are compared: `Anna`, `anna` and full-width `ａｎｎａ` are one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def password_problem(password: str, name: str) -> str | None:
    """Why `password` is refused, or None. There are no composition rules, after NIST SP 800-63B section 5.1.1.2."""
    folded = password.casefold().strip()
    if len(password) < MIN_PASSWORD:
        return f"Use at least {MIN_PASSWORD} characters."
    if len(password) > MAX_PASSWORD:
        return f"Use at most {MAX_PASSWORD} characters."
    if folded == name_key(name) or folded == name_key(name) * 2 or folded[::-1] == name_key(name):
        return "The password must not be the name."
    if _is_trivial(folded):
        return "This password is among the first that anybody would try."
    return None


def _is_trivial(folded: str) -> bool:
    if len(set(folded)) <= 2:
        return True
    if any(folded in line * 2 or folded in line[::-1] * 2 for line in SEQUENCES):
        return True
    bare = folded.strip("0123456789!?.,-_*#+@$ ")
    return bare in TRIVIAL_WORDS or any(bare == word * 2 for word in TRIVIAL_WORDS)


def scopes_of(role: str) -> frozenset[Scope]:
    """Everything that a role may do."""
    return ALL_SCOPES if role == "admin" else USER_SCOPES


PROVEN_ELSEWHERE = frozenset({"plex", "oidc"})
"""Sign-ins at systems that ask for a second factor themselves, or do not."""


def lacks_factor(options: AccountsOptions, role: str, since: datetime | None, method: str) -> bool:
    """Whether an account, in a session begun by `method` ("" for keys), has to set up a second factor before it administers."""
    asked = options.second_factor == "admins" and role == "admin"
    return asked and since is None and method not in PROVEN_ELSEWHERE


def allowed_scopes(role: str, wanted: Iterable[str]) -> frozenset[Scope]:
    """`wanted` cut down to what the role may do; unknown names fall away."""
    chosen = set(wanted)
    return frozenset(scope for scope in scopes_of(role) if scope in chosen)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from.

    `address` is the peer's; `forwarded` says that a proxy stands between.
    """

    address: str
    device: str = ""
    host: str = ""
    forwarded: bool = False


def is_local(origin: Origin) -> bool:
    """Whether the caller sits at this machine or in its private network, and so may set up the server without the token.

    Behind a proxy the peer's address is the proxy's, which says nothing. A public host name pointing here is refused as
    well: it may be another site's page that has rebound its name to this address.
    """
    try:
        address = ipaddress.ip_address(origin.address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    near = address.is_loopback or address.is_private or address.is_link_local
    return near and not address.is_unspecified and not origin.forwarded and _is_local_host(origin.host)


def _is_local_host(host: str) -> bool:
    name = host.rsplit("]", 1)[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    name = name.casefold().rstrip(".")
    if "." not in name and ":" not in name:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name.endswith(LOCAL_SUFFIXES)
    return True


def name_problem(name: str) -> str | None:
    """Why `name` is refused, or None: the rules of every name that comes over HTTP (`infra.http.input.text`)."""
    try:
        cleaned = NAME.clean(name)
    except PydanticCustomError as error:
        return f"The name cannot be used: {error.message()}."
    if len(name_key(name)) > 128:
        return f"The name cannot be used: at most {NAME.max_graphemes} characters."
    if cleaned != name or not name.isprintable():
        return "The name cannot be used: it must not have HTML, control characters, or spaces at an end."
    return None


def cleaned_name(name: str) -> str:
    """The name as it is kept; what cannot be cleaned as it is, for `name_problem` to tell."""
    try:
        return NAME.clean(name)
    except PydanticCustomError:
        return name


ATTEMPT_LIFETIME = timedelta(minutes=10)
"""How long somebody may take at another system's page, where that system sets no end of its own."""
BROWSER_COOKIE = "matinee_sign_in"
USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""RFC 8628 section 6.1: no vowels, so no words; no digits, and so nothing that looks like a letter."""
USER_CODE_LENGTH = 8
PAIRING_LIFETIME = timedelta(minutes=15)
POLL_INTERVAL = timedelta(seconds=5)
WAITING_DEVICES = 20
"""Devices of one address that may wait at once."""
_LOCAL_PATH_LENGTH = 1000


def local_path(value: str) -> bool:
    """Whether a page to return to is on this server, however a browser may read it.

    Browsers take a backslash for a slash and drop tabs and line breaks: `/\\evil.example` and `/<tab>/evil.example` would leave.
    """
    if not value.startswith("/") or len(value) > _LOCAL_PATH_LENGTH or not value.isprintable():
        return False
    return not value.startswith("//") and "\\" not in value and " " not in value


def user_code_key(code: str) -> str:
    """A code as it is compared: without dashes and spaces, in capitals."""
    return "".join(letter for letter in code.upper() if letter in USER_CODE_LETTERS)


def shown_user_code(code: str) -> str:
    """`WDJBMJHT` as `WDJB-MJHT`."""
    return f"{code[:4]}-{code[4:]}"


def proposed_name(name: str) -> str:
    """What another system calls somebody, as a name that an account may have."""
    readable = "".join(letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", name))
    found = " ".join(readable.partition("@")[0].split())[:48].strip()
    return found if found and name_problem(found) is None else "member"
