"""`/me/export` and leaving."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import StreamingResponse

from matinee.features.accounts.own_data import Leaving
from matinee.features.accounts.routes.me import Person
from matinee.features.accounts.routes.origins import Sender, delete_cookies
from matinee.features.accounts.schemas.own_data import ExportView, LeaveBody
from matinee.infra.http.answers.conventions import NO_STORE
from matinee.infra.http.dependencies import service
from matinee.infra.http.documentation import may_answer
from matinee.infra.http.limits import limited

router = APIRouter(prefix="/me", tags=["me"])
Leave = Annotated[Leaving, Depends(service(Leaving))]


@router.get("/export", response_model=ExportView)
@limited("downloads")
async def export(caller: Person, leaving: Leave) -> Response:
    """All that this server keeps about your account, its profiles and what they did, as one JSON document without secrets.

    It counts as a download. What lives for minutes only (a sign-in under way) is not in it.
    """
    headers = {"cache-control": NO_STORE, "content-disposition": 'attachment; filename="matinee-export.json"'}
    return StreamingResponse(await leaving.export(caller), media_type="application/json", headers=headers)


@router.delete("", status_code=204, responses=may_answer("invalid_credentials", "second_factor_required", "second_factor_wrong"))
async def leave(request: Request, caller: Person, body: LeaveBody, leaving: Leave, origin: Sender) -> Response:
    """Delete your account with its profiles, progress, ratings, watchlists, devices and keys. It cannot be taken back.

    The last working administrator stays: 409.
    """
    password = body.current_password.get_secret_value() if body.current_password else None
    code = body.code.get_secret_value() if body.code else None
    await leaving.delete(caller, password, code, origin)
    response = Response(status_code=204, headers={"cache-control": NO_STORE})
    delete_cookies(request, response)
    return response
