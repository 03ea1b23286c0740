"""What a request tells about its sender, and what a sign-in answers."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from matinee.features.accounts.policy import CSRF_COOKIE, SESSION_COOKIE, AccountsOptions, Origin
from matinee.features.accounts.schemas import LoginView, UserView
from matinee.features.accounts.sessions import SignedIn
from matinee.infra.http.answers.conventions import NO_STORE, answer
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


def signed_in_answer(request: Request, signed_in: SignedIn, status: int = 200) -> Response:
    """The tokens in the body; in cookies the session, for the browser alone, and the CSRF value, for the page to send back."""
    view = LoginView(
        access_token=signed_in.access_token,
        refresh_token=signed_in.refresh_token,
        expires_in=int(signed_in.expires_in.total_seconds()),
        user=UserView.of(signed_in.user),
    )
    response = answer(request, view, cache=NO_STORE, status=status)
    set_cookies(request, response, signed_in)
    return response


def set_cookies(request: Request, response: Response, signed_in: SignedIn) -> None:
    """The session and the CSRF value, where the sign-in has new ones."""
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
