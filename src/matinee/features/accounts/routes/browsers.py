"""What ways in by other means need of a browser: a secret of its own, the address of this server as it sees it, its person."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from matinee.features.accounts.errors import AccountDisabled, ApiKeyInvalid, SessionExpired, TokenRevoked
from matinee.features.accounts.policy import BROWSER_COOKIE, AccountsOptions
from matinee.features.accounts.routes.me import Person
from matinee.infra.errors import AuthenticationRequired, CsrfFailed, Forbidden
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import container_of, current_caller

_LIFETIME = 3600
_LONGEST = 64


def browser_of(request: Request) -> str:
    """The browser's secret; "" when it has none."""
    found = request.cookies.get(BROWSER_COOKIE, "")
    return found if len(found) <= _LONGEST else ""


def give_browser(request: Request) -> str:
    """The browser's secret, a new one where it has none. Send it with `remember_browser`."""
    return browser_of(request) or secrets.token_urlsafe(32)


def remember_browser(request: Request, response: Response, browser: str) -> None:
    """Lax, since the provider's redirect comes from another site."""
    options = container_of(request).get(AccountsOptions)
    path, secure = options.base_path or "/", options.cookie_secure
    response.set_cookie(BROWSER_COOKIE, browser, max_age=_LIFETIME, path=path, secure=secure, httponly=True, samesite="lax")


def absolute(request: Request, path: str) -> str:
    """`path` of this server as an address that people and other systems use: the public one, else the one of the request."""
    options = container_of(request).get(AccountsOptions)
    base = options.public_url.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"
    return base.removesuffix(options.base_path or "\0") + options.base_path + path


def own_page(request: Request, path: str) -> str:
    """`path` for a redirect within this server."""
    return container_of(request).get(AccountsOptions).base_path + path


async def caller_if_valid(request: Request) -> Caller | None:
    """Who is signed in here already; None also for a credential that has ended or is not proven."""
    try:
        return await current_caller(request)
    except (SessionExpired, TokenRevoked, AccountDisabled, ApiKeyInvalid, CsrfFailed):
        return None


def may_link(caller: Caller | None) -> Caller:
    """The caller, if it may change how its account is entered. Raises `AuthenticationRequired`, `Forbidden`."""
    if caller is None:
        raise AuthenticationRequired("Sign in before you link an identity.")
    if caller.credential == "api_key":
        raise Forbidden("An API key cannot change how its owner signs in.")
    if caller.max_age is not None:
        raise Forbidden("This profile cannot change how its account is entered. Change to another profile first.")
    return caller


def from_own_page(request: Request) -> bool:
    """Whether a page of this server sent the browser here: nobody else may begin to link identities to its account."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("referer", "")).netloc == request.headers.get("host", "\0")


async def _unrestricted(caller: Person) -> Caller:
    return may_link(caller)


Owner = Annotated[Caller, Depends(_unrestricted)]
"""Somebody signed in, whose profile has no limit."""
