"""`/me`: the caller's own account."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from matinee.features.accounts.api_keys import ApiKeys
from matinee.features.accounts.memory import LastUses
from matinee.features.accounts.new_passwords import NewPasswords
from matinee.features.accounts.profiles import Profiles
from matinee.features.accounts.routes.origins import Sender
from matinee.features.accounts.schemas import (
    ApiKeyBody,
    ApiKeyView,
    CreatedApiKeyView,
    MeView,
    PasswordBody,
    SessionView,
    UserView,
)
from matinee.features.accounts.schemas.people import RenameBody
from matinee.features.accounts.schemas.profiles import ActiveProfile
from matinee.features.accounts.service import AccountsService
from matinee.features.accounts.sessions import Sessions
from matinee.infra.database import ReadUnit
from matinee.infra.errors import Forbidden
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.answers.paging import ListOf
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import CurrentCaller, Reading, Writing, service
from matinee.infra.http.idempotency import IdempotentRoute, idempotency_key
from matinee.infra.http.input.identifiers import ObjectId

router = APIRouter(prefix="/me", tags=["me"], route_class=IdempotentRoute)
Accounts = Annotated[AccountsService, Depends(service(AccountsService))]
SignIns = Annotated[Sessions, Depends(service(Sessions))]
ProfilesOf = Annotated[Profiles, Depends(service(Profiles))]
ChosenPasswords = Annotated[NewPasswords, Depends(service(NewPasswords))]
Keys = Annotated[ApiKeys, Depends(service(ApiKeys))]
Uses = Annotated[LastUses, Depends(service(LastUses))]


async def _grown_up(caller: CurrentCaller) -> Caller:
    if caller.max_age is not None:
        raise Forbidden("A limited profile neither sees nor changes the account. Switch to another profile first.")
    return caller


GrownUp = Annotated[Caller, Depends(_grown_up)]
"""A caller in a profile without a limit: devices, keys and ways to sign in are no child's business, not even to look at."""


async def _person(caller: GrownUp) -> Caller:
    if caller.credential == "api_key":
        raise Forbidden("An API key cannot change passwords, sessions or keys. Sign in to do this.")
    return caller


Person = Annotated[Caller, Depends(_person)]
"""A `GrownUp` who signed in; a leaked key must not be able to make itself permanent."""


@router.get("", response_model=MeView)
async def me(
    request: Request,
    caller: CurrentCaller,
    accounts: Accounts,
    profiles: ProfilesOf,
    uses: Uses,
    origin: Sender,
    unit: Reading,
) -> Response:
    """Who you are, the profile in use, and what the credential you use may do."""
    if caller.credential != "api_key":
        uses.note_address(caller.credential_id, origin.address)
    return await _me(request, caller, accounts, profiles, unit)


async def _me(request: Request, caller: Caller, accounts: AccountsService, profiles: Profiles, unit: ReadUnit) -> Response:
    user = await accounts.user(unit, caller.user_id)
    known = UserView.of(user).model_dump()
    shared = await profiles.of_user(unit, caller.user_id)
    active = next((one for one in shared if one.id == caller.profile_id), shared[0])
    view = MeView(
        **known,
        scopes=sorted(caller.scopes),
        permissions=sorted(caller.permissions),
        has_password=bool(user.password_hash),
        created_at=user.created_at,
        profile=ActiveProfile.of(active),
        second_factor_needed=caller.lacks_factor,
        profiles_count=len(shared),
    )
    return answer(request, view)


@router.patch("", response_model=MeView)
async def change_me(
    request: Request,
    caller: Person,
    body: RenameBody,
    accounts: Accounts,
    profiles: ProfilesOf,
    unit: Writing,
    origin: Sender,
) -> Response:
    """Change your name, with which you sign in. Access tokens must be refreshed afterwards."""
    if body.name is not None:
        await accounts.rename(unit, caller, body.name, origin)
    return await _me(request, caller, accounts, profiles, unit)


@router.put("/password", status_code=204)
async def change_password(caller: Person, body: PasswordBody, passwords: ChosenPasswords, origin: Sender) -> Response:
    """Change your password. Your other sessions end; API keys stay."""
    current = body.current_password.get_secret_value() if body.current_password else None
    await passwords.change(caller, current, body.new_password.get_secret_value(), origin)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


@router.get("/sessions", response_model=ListOf[SessionView])
async def list_sessions(request: Request, caller: GrownUp, sessions: SignIns, unit: Reading) -> Response:
    """Where you are signed in, the last used first."""
    found = await sessions.of_user(unit, caller.user_id)
    return answer(request, ListOf[SessionView](items=[SessionView.of(one, caller.credential_id) for one in found]))


@router.delete("/sessions", status_code=204)
async def end_other_sessions(caller: Person, sessions: SignIns, unit: Writing, origin: Sender) -> Response:
    """Sign out everywhere but here."""
    await sessions.end_others(unit, caller.user_id, kept=caller.credential_id, actor=caller, origin=origin)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


@router.delete("/sessions/{session_id}", status_code=204)
async def end_session(session_id: ObjectId, caller: Person, sessions: SignIns, unit: Writing, origin: Sender) -> Response:
    """Sign out one device, at once."""
    await sessions.end(unit, caller.user_id, session_id, actor=caller, origin=origin)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


@router.get("/api-keys", response_model=ListOf[ApiKeyView])
async def list_api_keys(request: Request, caller: GrownUp, keys: Keys, unit: Reading) -> Response:
    """Your keys, newest first. The keys themselves are not kept and cannot be shown."""
    found = await keys.of_user(unit, caller.user_id)
    return answer(request, ListOf[ApiKeyView](items=[ApiKeyView.of(key) for key in found]))


@router.post("/api-keys", status_code=201, response_model=CreatedApiKeyView, dependencies=[Depends(idempotency_key)])
async def create_api_key(
    request: Request, caller: Person, body: ApiKeyBody, keys: Keys, unit: Writing, origin: Sender
) -> Response:
    """A new key for a program, with some of your scopes. Note it down: it is shown this once."""
    lifetime = None if body.expires_in is None else timedelta(seconds=body.expires_in)
    key, secret = await keys.create(unit, caller, origin, body.name, body.scopes, lifetime, body.profile_id)
    return answer(request, CreatedApiKeyView.with_secret(key, secret), cache=NO_STORE, status=201)


@router.post(
    "/api-keys/{key_id}/rotate",
    status_code=201,
    response_model=CreatedApiKeyView,
    dependencies=[Depends(idempotency_key)],
)
async def rotate_api_key(
    request: Request, key_id: ObjectId, caller: Person, keys: Keys, unit: Writing, origin: Sender
) -> Response:
    """A new key in place of this one, which stops working at once. Name, scopes and lifetime are the same."""
    key, secret = await keys.rotate(unit, caller, origin, key_id)
    return answer(request, CreatedApiKeyView.with_secret(key, secret), cache=NO_STORE, status=201)


@router.delete("/api-keys/{key_id}", status_code=204)
async def delete_api_key(key_id: ObjectId, caller: Person, keys: Keys, unit: Writing, origin: Sender) -> Response:
    """Delete a key. It stops working at once."""
    await keys.delete(unit, caller, origin, key_id)
    return Response(status_code=204, headers={"cache-control": NO_STORE})
