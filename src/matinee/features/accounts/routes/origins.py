"""What a request tells about its sender, and the cookies of a sign-in."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from matinee.features.accounts.policy import CSRF_COOKIE, SESSION_COOKIE, AccountsOptions, Origin
from matinee.features.accounts.sessions import SignedIn
from matinee.infra.http.dependencies import container_of

FORWARDING = ("x-forwarded-for", "forwarded", "x-real-ip")


def _origin_of(request: Request) -> Origin:
    headers = request.headers
    return Origin(
        address=request.client.host if request.client else "",
        device=headers.get("user-agent", ""),
        host=headers.get("host", ""),
        forwarded=any(name in headers for name in FORWARDING),
    )


Sender = Annotated[Origin, Depends(_origin_of)]


def set_cookies(request: Request, response: Response, signed_in: SignedIn) -> None:
    """The session for the browser alone, and the CSRF value for the page to send back."""
    options = container_of(request).get(AccountsOptions)
    age = int(options.session_lifetime.total_seconds())
    path = options.base_path or "/"
    for name, value, hidden in ((SESSION_COOKIE, signed_in.session_token, True), (CSRF_COOKIE, signed_in.csrf_token, False)):
        if value is not None:
            response.set_cookie(
                name, value, max_age=age, path=path, secure=options.cookie_secure, httponly=hidden, samesite="lax"
            )


def delete_cookies(request: Request, response: Response) -> None:
    """Both cookies, gone."""
    options = container_of(request).get(AccountsOptions)
    for name in (SESSION_COOKIE, CSRF_COOKIE):
        response.delete_cookie(name, path=options.base_path or "/", secure=options.cookie_secure, samesite="lax")
