"""`/setup`: the first start."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from matinee.features.accounts.first_start import FirstStart, SetupRequest
from matinee.features.accounts.routes.origins import Sender, signed_in_answer
from matinee.features.accounts.schemas import LoginView, SetupBody, SetupView
from matinee.infra.errors import FieldError, ValidationFailed
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.dependencies import Reading, service
from matinee.infra.http.documentation import may_answer

router = APIRouter(prefix="/setup", tags=["setup"], responses=may_answer("forbidden", "authentication_required"))
Start = Annotated[FirstStart, Depends(service(FirstStart))]


@router.get("", response_model=SetupView)
async def setup_state(request: Request, start: Start, unit: Reading, origin: Sender) -> Response:
    """Whether the server waits for its first administrator, and whether you need the token of the printed link for it."""
    state = await start.state(unit, origin)
    view = SetupView(
        needs_admin=state.needs_admin,
        needs_token=state.needs_token,
        demo=state.demo,
        folders=list(state.folders),
        version=state.version,
        catalog_access="public" if state.public_catalog else "members",
    )
    return answer(request, view, cache=NO_STORE)


@router.post("", status_code=201, response_model=LoginView)
async def setup(request: Request, body: SetupBody, start: Start, origin: Sender) -> Response:
    """Create the first administrator and sign in.

    Works once, from the same machine or a private network, or from anywhere with the one-time token. Afterwards: 409.
    """
    await start.check(body.token.get_secret_value() if body.token else None, origin)
    if body.library_path is not None and not await asyncio.to_thread(Path(body.library_path).is_dir):
        problem = FieldError("body.library_path", "There is no such folder on the server.", "folder_not_found")
        raise ValidationFailed(problem.message, errors=[problem])
    wanted = SetupRequest(
        name=body.name,
        password=body.password.get_secret_value(),
        token=body.token.get_secret_value() if body.token else None,
        library_path=body.library_path,
        demo=body.demo,
    )
    signed_in = await start.setup(wanted, origin)
    return signed_in_answer(request, signed_in, status=201)
