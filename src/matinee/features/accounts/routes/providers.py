"""`/auth/providers`, `/auth/plex`, `/auth/oidc`: signing in by other means than a password."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator
from starlette.responses import RedirectResponse

from matinee.features.accounts.errors import LogoutTokenInvalid, OidcFailed, TooManySignIns, WayInUnavailable
from matinee.features.accounts.oidc import OidcSignIns, Purpose, Returned
from matinee.features.accounts.plex import PlexSignIns
from matinee.features.accounts.policy import local_path
from matinee.features.accounts.routes.browsers import (
    absolute,
    browser_of,
    caller_if_valid,
    from_own_page,
    give_browser,
    may_link,
    own_page,
    remember_browser,
)
from matinee.features.accounts.routes.origins import Sender, delete_cookies, set_cookies, signed_in_answer
from matinee.features.accounts.schemas import (
    FarewellView,
    LoginView,
    PlexPollBody,
    PlexStartBody,
    PlexStartView,
    WayInView,
)
from matinee.features.accounts.sessions import Sessions
from matinee.infra.errors import Forbidden, MatineeError, UnsupportedMediaType
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.answers.paging import ListOf
from matinee.infra.http.dependencies import CurrentCaller, Writing, current_caller, service
from matinee.infra.http.documentation import may_answer
from matinee.infra.http.input.strict import any_parameter
from matinee.infra.http.limits import limited
from matinee.infra.http.middleware import API_PREFIX
from matinee.infra.http.problems import MEDIA_TYPE
from matinee.ports.identity import SignInProviders

_REFUSED = may_answer("oidc_failed", "plex_token_expired", "invalid_credentials", "unsupported_media_type", "resource_not_found")
router = APIRouter(prefix="/auth", tags=["auth"], responses=_REFUSED)
Plex = Annotated[PlexSignIns, Depends(service(PlexSignIns))]
Oidc = Annotated[OidcSignIns, Depends(service(OidcSignIns))]
SignIns = Annotated[Sessions, Depends(service(Sessions))]
_CALLBACK = f"{API_PREFIX}/auth/oidc/callback"
_AFTER_PLEX = "/signin?plex=done"
_LONGEST_TOKEN = 16_384


def _local(value: str) -> str:
    if not local_path(value):
        raise ValueError("must be a path of this server, such as /movies")
    return value


ReturnTo = Annotated[
    str, Query(max_length=1000, description="Where to go afterwards: a path of this server."), AfterValidator(_local)
]
Answered = Annotated[str | None, Query(max_length=2000)]


@router.get("/providers", response_model=ListOf[WayInView])
async def list_ways_in(request: Request, providers: Annotated[SignInProviders, Depends(service(SignInProviders))]) -> Response:
    """How one may sign in here."""
    ways = [WayInView(id="password", kind="password", label="Password")]
    ways += [WayInView(id=one.id, kind="plex", label=one.label) for one in providers.pins]
    ways += [WayInView(id=one.id, kind="oidc", label=one.label) for one in providers.redirects]
    ways.append(WayInView(id="device", kind="device", label="Another device"))
    return answer(request, ListOf[WayInView](items=ways), cache="public, max-age=60")


@router.post("/plex/start", response_model=PlexStartView)
@limited("sign_in")
async def start_plex(request: Request, body: PlexStartBody, plex: Plex, origin: Sender) -> Response:
    """Begin to sign in with Plex, or to link a Plex account to yours.

    Open `auth_url` for the person, then ask `POST /auth/plex/poll` every two seconds from the same browser.
    """
    caller = may_link(await current_caller(request)) if body.purpose == "link" else None
    browser = give_browser(request)
    started = await plex.start(body.purpose, caller, browser, absolute(request, _AFTER_PLEX), origin)
    view = PlexStartView(id=started[0], code=started[1], auth_url=started[2], expires_at=started[3])
    response = answer(request, view, cache=NO_STORE)
    remember_browser(request, response, browser)
    return response


@router.post(
    "/plex/poll",
    response_model=LoginView,
    responses={
        202: {
            "description": "A problem (plex_sign_in_pending): not confirmed yet",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        },
        204: {"description": "The Plex account is linked to yours"},
    },
)
async def poll_plex(request: Request, body: PlexPollBody, plex: Plex, origin: Sender) -> Response:
    """Whether the person has confirmed at Plex. 202 `plex_sign_in_pending` until then; 401 `plex_token_expired` at the end."""
    signed_in = await plex.poll(body.id, browser_of(request), await caller_if_valid(request), origin)
    if signed_in is None:
        return Response(status_code=204, headers={"cache-control": NO_STORE})
    return signed_in_answer(request, signed_in)


@router.get(
    "/oidc/start", status_code=303, response_class=Response, responses={303: {"description": "To the provider, or to /signin"}}
)
@limited("sign_in")
async def start_oidc(
    request: Request,
    oidc: Oidc,
    origin: Sender,
    provider: Annotated[str, Query(min_length=1, max_length=32, description="An id of `GET /auth/providers`.")],
    return_to: ReturnTo = "/",
    purpose: Purpose = "sign_in",
) -> Response:
    """Go to a provider of sign-ins. For a browser to open, not for a program to call.

    `purpose=link` links the identity to the account that is signed in; only a page of this server may begin that. Where the
    provider does not answer, the browser comes back to `/signin?problem=<code>`.
    """
    caller = None
    if purpose == "link":
        caller = may_link(await current_caller(request))
        if not from_own_page(request):
            raise Forbidden("Begin on the page of your account.")
    browser = give_browser(request)
    try:
        target = await oidc.start(provider, purpose, caller, browser, return_to, absolute(request, _CALLBACK), origin)
    except (WayInUnavailable, OidcFailed, TooManySignIns) as problem:
        return _told(request, problem, purpose, return_to)
    response = RedirectResponse(target, 303, {"cache-control": NO_STORE})
    remember_browser(request, response, browser)
    return response


@router.get(
    "/oidc/callback", status_code=303, response_class=Response, responses={303: {"description": "Back to where it began"}}
)
@any_parameter
async def finish_oidc(
    request: Request,
    oidc: Oidc,
    origin: Sender,
    state: Answered = None,
    code: Answered = None,
    error: Answered = None,
    iss: Answered = None,
) -> Response:
    """Where a provider sends the browser back to. Problems go to `/signin?problem=<code>`."""
    returned = Returned(state or "", code, error, iss)
    finished = await oidc.finish(returned, browser_of(request), await caller_if_valid(request), origin)
    if finished.problem is not None:
        return _told(request, finished.problem, finished.purpose, finished.return_to)
    response = RedirectResponse(own_page(request, finished.return_to), 303, {"cache-control": NO_STORE})
    if finished.signed_in is not None:
        set_cookies(request, response, finished.signed_in)
    return response


@router.post("/oidc/logout", response_model=FarewellView)
async def logout_everywhere(
    request: Request, oidc: Oidc, sessions: SignIns, unit: Writing, caller: CurrentCaller, origin: Sender
) -> Response:
    """End this session as `POST /auth/logout` does, and say where its sign-in at the provider can be ended, too."""
    target = await oidc.farewell(caller, absolute(request, "/signin"))
    if caller.credential != "api_key":
        await sessions.sign_out(unit, caller, origin)
    response = answer(request, FarewellView(redirect_to=target), cache=NO_STORE)
    delete_cookies(request, response)
    return response


@router.post(
    "/oidc/backchannel-logout",
    status_code=200,
    response_class=Response,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "required": ["logout_token"],
                        "properties": {"logout_token": {"type": "string", "maxLength": _LONGEST_TOKEN}},
                    }
                }
            },
        }
    },
)
async def end_from_provider(request: Request, oidc: Oidc, origin: Sender) -> Response:
    """A provider's word that a sign-in has ended there (OpenID Connect Back-Channel Logout): the sessions here end at once."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType("Send application/x-www-form-urlencoded.")
    tokens = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=20).get("logout_token", [])
    if len(tokens) != 1 or len(tokens[0]) > _LONGEST_TOKEN:
        raise LogoutTokenInvalid("Send one logout_token.")
    await oidc.end(tokens[0], origin)
    return Response(status_code=200, headers={"cache-control": NO_STORE})


def _told(request: Request, problem: MatineeError, purpose: Purpose, return_to: str) -> Response:
    """A browser is on its way here, not a program: a page of ours tells what went wrong."""
    query = f"problem={quote(problem.code)}"
    target = f"/signin?{query}" if purpose == "sign_in" else _with(return_to, query)
    return RedirectResponse(own_page(request, target), 303, {"cache-control": NO_STORE})


def _with(path: str, parameter: str) -> str:
    before, hash_mark, fragment = path.partition("#")
    return f"{before}{'&' if '?' in before else '?'}{parameter}{hash_mark}{fragment}"
