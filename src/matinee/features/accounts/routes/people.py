"""`/admin/users` and `/admin/permissions`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from matinee.features.accounts.people import Changes, People, Person
from matinee.features.accounts.permissions import PERMISSIONS, RIGHTS, permissions_of
from matinee.features.accounts.resets import PasswordResets
from matinee.features.accounts.routes.origins import Sender
from matinee.features.accounts.schemas import SessionView
from matinee.features.accounts.schemas.links import ResetLinkView
from matinee.features.accounts.schemas.people import (
    AdminUserBody,
    AdminUserPatch,
    AdminUserView,
    LimitsView,
    PermissionsView,
    PermissionView,
    TiersView,
    TierView,
)
from matinee.features.accounts.service import AccountsService
from matinee.infra.http.answers.conventions import NO_STORE, answer, check_if_match, etag_of
from matinee.infra.http.answers.paging import DEFAULT, Cursor, Fields, Limit, ListOf
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import Reading, Writing, requires, service
from matinee.infra.http.documentation import may_answer
from matinee.infra.http.idempotency import IdempotentRoute, idempotency_key
from matinee.infra.ids import UserId

router = APIRouter(prefix="/admin", tags=["people"], route_class=IdempotentRoute)
Accounts = Annotated[AccountsService, Depends(service(AccountsService))]
Everybody = Annotated[People, Depends(service(People))]
Resets = Annotated[PasswordResets, Depends(service(PasswordResets))]
Admin = Annotated[Caller, Depends(requires("admin"))]
Id = Annotated[str, Path(min_length=1, max_length=64)]
Search = Annotated[str, Query(max_length=64, description="Only names that contain this.")]


@router.get("/users", response_model=ListOf[AdminUserView])
async def list_users(
    request: Request,
    _caller: Admin,
    people: Everybody,
    unit: Reading,
    q: Search = "",
    limit: Limit = DEFAULT,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Response:
    """Everybody who has an account, by name."""
    page = await people.page(unit, q, limit, cursor)
    items = [_view(person) for person in page.items]
    return answer(request, ListOf[AdminUserView](items=items, next_cursor=page.next_cursor), fields=fields)


@router.post("/users", status_code=201, response_model=AdminUserView, dependencies=[Depends(idempotency_key)])
async def add_user(request: Request, caller: Admin, body: AdminUserBody, accounts: Accounts, origin: Sender) -> Response:
    """A new account. Better is an invitation: then nobody but its owner ever knows the password."""
    password = body.password.get_secret_value()
    user = await accounts.add_user(body.name, password, body.role, body.tier, actor=caller, origin=origin)
    return answer(request, _view(Person(user)), cache=NO_STORE, status=201)


@router.get("/users/{user_id}", response_model=AdminUserView)
async def read_user(request: Request, _caller: Admin, user_id: Id, people: Everybody, unit: Reading) -> Response:
    """One account."""
    return answer(request, _view(await people.one(unit, UserId(user_id))))


@router.patch("/users/{user_id}", response_model=AdminUserView, responses=may_answer("precondition_failed"))
async def change_user(
    request: Request,
    caller: Admin,
    user_id: Id,
    body: AdminUserPatch,
    people: Everybody,
    unit: Writing,
    origin: Sender,
) -> Response:
    """Change an account. With `If-Match` only if it is still as you read it (412).

    What it may do is different at once: sessions are looked up anew, and access tokens must be refreshed. Disabling ends its
    sessions, invitations and playing. `conflict` for a taken name, and for the last working administrator.
    """
    before = _view(await people.locked(unit, UserId(user_id))).model_dump_json().encode()
    check_if_match(request, etag_of(before), etag_of(before, "gzip"))
    changes = Changes(
        name=body.name,
        role=body.role,
        tier=body.tier,
        disabled=body.disabled,
        granted=None if body.granted is None else sorted(body.granted),
        denied=None if body.denied is None else sorted(body.denied),
        limits=body.limits.model_dump(exclude_unset=True) if body.limits else {},
    )
    return answer(request, _view(await people.change(unit, UserId(user_id), changes, caller, origin)))


@router.delete("/users/{user_id}", status_code=204)
async def delete_user(caller: Admin, user_id: Id, people: Everybody, unit: Writing, origin: Sender) -> Response:
    """Delete an account with its profiles, progress, sessions and keys, for good. `conflict` for the last working
    administrator."""
    await people.delete(unit, UserId(user_id), caller, origin)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


@router.get("/users/{user_id}/sessions", response_model=ListOf[SessionView])
async def list_sessions(request: Request, caller: Admin, user_id: Id, people: Everybody, unit: Reading) -> Response:
    """Where somebody is signed in, the last used first."""
    found = await people.sessions(unit, UserId(user_id))
    return answer(request, ListOf[SessionView](items=[SessionView.of(one, caller.credential_id) for one in found]))


@router.delete("/users/{user_id}/sessions", status_code=204)
async def sign_out_everywhere(caller: Admin, user_id: Id, people: Everybody, unit: Writing, origin: Sender) -> Response:
    """Sign somebody out everywhere, at once. API keys stay."""
    await people.sign_out(unit, UserId(user_id), caller, origin)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


@router.post(
    "/users/{user_id}/password-reset",
    status_code=201,
    response_model=ResetLinkView,
    dependencies=[Depends(idempotency_key)],
)
async def reset_password(request: Request, caller: Admin, user_id: Id, resets: Resets, unit: Writing, origin: Sender) -> Response:
    """A link with which somebody chooses a new password, once, within a day. The link before ends. It is shown this once."""
    token, until = await resets.create(unit, UserId(user_id), caller, origin)
    view = ResetLinkView(token=token, path=f"/reset#token={token}", expires_at=until)
    return answer(request, view, cache=NO_STORE, status=201)


@router.get("/permissions", response_model=PermissionsView)
async def list_permissions(request: Request, _caller: Admin) -> Response:
    """What there is to grant, and what comes with each tier."""
    tiers = {
        tier: TierView(permissions=sorted(rights.permissions), limits=LimitsView(**asdict(rights.limits)))
        for tier, rights in RIGHTS.items()
    }
    view = PermissionsView(
        permissions=[PermissionView(name=name, description=text) for name, text in PERMISSIONS.items()],
        tiers=TiersView(**tiers),
    )
    return answer(request, view)


def _view(person: Person) -> AdminUserView:
    user = person.user
    permissions = permissions_of(user.role, user.tier, user.granted, user.denied)
    return AdminUserView.of(user, permissions, person.identities)
