"""`/auth`: signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from matinee.features.accounts.errors import AccountDisabled, ApiKeyInvalid, SessionExpired, TokenRevoked
from matinee.features.accounts.memory import LastUses
from matinee.features.accounts.routes.origins import Sender, delete_cookies, signed_in_answer
from matinee.features.accounts.schemas import JwksView, LoginBody, LoginView, RefreshBody
from matinee.features.accounts.sessions import Sessions
from matinee.features.accounts.tokens import AccessTokens
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import Writing, current_caller, service
from matinee.infra.http.documentation import may_answer
from matinee.infra.http.limits import limited

_REFUSED = may_answer("invalid_credentials", "session_expired", "token_revoked", "account_disabled", "csrf_failed")
router = APIRouter(prefix="/auth", tags=["auth"], responses=_REFUSED)
SignIns = Annotated[Sessions, Depends(service(Sessions))]


async def _caller_if_valid(request: Request) -> Caller | None:
    """Signing out with a credential that has ended already is no error."""
    try:
        return await current_caller(request)
    except (SessionExpired, TokenRevoked, AccountDisabled, ApiKeyInvalid):
        return None


@router.post("/login", response_model=LoginView, responses=may_answer("second_factor_required", "second_factor_wrong"))
@limited("sign_in")
async def login(request: Request, body: LoginBody, sessions: SignIns, origin: Sender) -> Response:
    """Sign in with name and password, and a code where the account has a second factor.

    Without the code such an account answers 401 `second_factor_required`; repeat the request with `code` then.

    Answers an access token (15 minutes) and a refresh token (works once), and sets the session cookie for browsers. With the
    cookie, send the value of the cookie `matinee_csrf` in the header `X-CSRF-Token` on every write. Ten failed attempts in 15
    minutes: 429.
    """
    code = body.code.get_secret_value() if body.code else None
    signed_in = await sessions.sign_in(body.name, body.password.get_secret_value(), origin, code)
    return signed_in_answer(request, signed_in)


@router.post("/logout", status_code=204)
async def logout(
    request: Request,
    sessions: SignIns,
    unit: Writing,
    caller: Annotated[Caller | None, Depends(_caller_if_valid)],
    origin: Sender,
) -> Response:
    """End the session of the cookie or token, at once, with its refresh tokens."""
    if caller is not None and caller.credential != "api_key":
        await sessions.sign_out(unit, caller, origin)
    response = Response(status_code=204, headers={"cache-control": NO_STORE})
    delete_cookies(request, response)
    return response


@router.post("/refresh", response_model=LoginView)
async def refresh(
    request: Request,
    body: RefreshBody,
    sessions: SignIns,
    uses: Annotated[LastUses, Depends(service(LastUses))],
    origin: Sender,
) -> Response:
    """A new access token and a new refresh token. Using a refresh token twice ends the session, because somebody copied it."""
    signed_in = await sessions.refresh(body.refresh_token.get_secret_value(), origin)
    uses.note_address(signed_in.session_id, origin.address)
    return signed_in_answer(request, signed_in)


@router.get("/jwks", response_model=JwksView)
async def jwks(request: Request, tokens: Annotated[AccessTokens, Depends(service(AccessTokens))]) -> Response:
    """The public keys that verify access tokens (RFC 7517)."""
    return answer(request, JwksView.model_validate(tokens.jwks()), cache="public, max-age=3600")
