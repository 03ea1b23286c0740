"""`/admin/invitations`, and joining with a link."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from matinee.features.accounts.invitations import Invitations
from matinee.features.accounts.resets import PasswordResets
from matinee.features.accounts.routes.origins import Sender, signed_in_answer
from matinee.features.accounts.schemas import LoginView
from matinee.features.accounts.schemas.links import (
    CreatedInvitationView,
    InvitationBody,
    InvitationTokenBody,
    InvitationView,
    OfferView,
    RegisterBody,
    ResetBody,
)
from matinee.infra.errors import Forbidden
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.answers.paging import DEFAULT, Cursor, Fields, Limit, ListOf
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import CurrentCaller, Reading, Writing, refuse_without_factor, service
from matinee.infra.http.documentation import may_answer
from matinee.infra.http.idempotency import IdempotentRoute, idempotency_key

router = APIRouter(prefix="/admin/invitations", tags=["people"], route_class=IdempotentRoute)
joining_router = APIRouter(prefix="/auth", tags=["auth"], responses=may_answer("resource_not_found", "account_disabled"))
All = Annotated[Invitations, Depends(service(Invitations))]
Resets = Annotated[PasswordResets, Depends(service(PasswordResets))]
Id = Annotated[str, Path(min_length=1, max_length=64)]


async def _may_invite(caller: CurrentCaller) -> Caller:
    person = caller.credential != "api_key" and caller.max_age is None
    if caller.is_admin or (person and "invite" in caller.permissions):
        return caller
    refuse_without_factor(caller)
    raise Forbidden("This needs an administrator, or the permission invite.")


Host = Annotated[Caller, Depends(_may_invite)]
"""Who may invite: administrators, and people with the permission, who see their own invitations only."""


@router.get("", response_model=ListOf[InvitationView])
async def list_invitations(
    request: Request,
    caller: Host,
    invitations: All,
    unit: Reading,
    limit: Limit = DEFAULT,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Response:
    """Invitations, newest first; those that ended are kept for a week."""
    page = await invitations.page(unit, caller, limit, cursor)
    items = [InvitationView.of(one) for one in page.items]
    return answer(request, ListOf[InvitationView](items=items, next_cursor=page.next_cursor), fields=fields)


@router.post("", status_code=201, response_model=CreatedInvitationView, dependencies=[Depends(idempotency_key)])
async def create_invitation(
    request: Request, caller: Host, body: InvitationBody, invitations: All, unit: Writing, origin: Sender
) -> Response:
    """A link with which somebody makes an account. It is shown this once."""
    invitation, token = await invitations.create(
        unit,
        caller,
        origin,
        role=body.role,
        tier=body.tier,
        uses=body.uses,
        lifetime=timedelta(seconds=body.expires_in),
        note=body.note,
    )
    return answer(request, CreatedInvitationView.with_token(invitation, token), cache=NO_STORE, status=201)


@router.delete("/{invitation_id}", status_code=204)
async def delete_invitation(caller: Host, invitation_id: Id, invitations: All, unit: Writing, origin: Sender) -> Response:
    """The link stops working at once. Accounts made with it stay."""
    await invitations.delete(unit, caller, invitation_id, origin)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


@joining_router.post("/invitation", response_model=OfferView)
async def inspect_invitation(request: Request, body: InvitationTokenBody, invitations: All, origin: Sender) -> Response:
    """What an invitation offers. 404 when it does not work any more; twenty of those in 15 minutes: 429."""
    found = await invitations.inspect(body.token.get_secret_value(), origin)
    view = OfferView.model_validate({"tier": found.tier, "role": found.role, "expires_at": found.expires_at, "server": "Matinee"})
    return answer(request, view, cache=NO_STORE)


@joining_router.post("/register", status_code=201, response_model=LoginView)
async def register(request: Request, body: RegisterBody, invitations: All, origin: Sender) -> Response:
    """Make an account with an invitation, and sign in as `POST /auth/login` does."""
    token, password = body.token.get_secret_value(), body.password.get_secret_value()
    signed_in = await invitations.register(token, body.name, password, origin)
    return signed_in_answer(request, signed_in, status=201)


@joining_router.post("/password-reset", status_code=204)
async def reset_password(body: ResetBody, resets: Resets, origin: Sender) -> Response:
    """Choose a new password with the link of an administrator. All your sessions end; sign in afterwards."""
    await resets.use(body.token.get_secret_value(), body.password.get_secret_value(), origin)
    return Response(status_code=204, headers={"cache-control": NO_STORE})
