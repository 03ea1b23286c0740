"""`/me/second-factor`, and what administrators do about the second factor of others."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from matinee.features.accounts.qr import qr_svg
from matinee.features.accounts.routes.me import GrownUp, Person
from matinee.features.accounts.routes.origins import Sender
from matinee.features.accounts.schemas.second_factor import (
    ConfirmBody,
    EnrolBody,
    EnrolmentView,
    FactorProofBody,
    FactorView,
    RecoveryCodesView,
)
from matinee.features.accounts.second_factor import SecondFactors
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import Reading, Writing, requires, service
from matinee.infra.http.documentation import may_answer
from matinee.infra.ids import UserId

_REFUSED = may_answer("invalid_credentials", "second_factor_wrong")
router = APIRouter(prefix="/me/second-factor", tags=["me"])
of_others_router = APIRouter(prefix="/admin", tags=["people"])
Factors = Annotated[SecondFactors, Depends(service(SecondFactors))]
Admin = Annotated[Caller, Depends(requires("admin"))]


@router.get("", response_model=FactorView)
async def read_second_factor(request: Request, caller: GrownUp, factors: Factors, unit: Reading) -> Response:
    """Whether a code is asked for when you sign in with your password."""
    state = await factors.state(unit, caller)
    view = FactorView(
        enabled=state.since is not None, since=state.since, recovery_codes_left=state.codes_left, needed=state.needed
    )
    return answer(request, view)


@router.post("", status_code=201, response_model=EnrolmentView, responses=_REFUSED)
async def begin_second_factor(request: Request, caller: Person, body: EnrolBody, factors: Factors, origin: Sender) -> Response:
    """A new secret for an authenticator app (TOTP, RFC 6238). It counts after `POST /me/second-factor/confirm` within an hour."""
    enrolment = await factors.begin(caller, body.current_password.get_secret_value(), origin)
    view = EnrolmentView(secret=enrolment.secret, uri=enrolment.uri, qr_svg=qr_svg(enrolment.uri))
    return answer(request, view, cache=NO_STORE, status=201)


@router.post("/confirm", response_model=RecoveryCodesView, responses=_REFUSED)
async def confirm_second_factor(
    request: Request, caller: Person, body: ConfirmBody, factors: Factors, origin: Sender
) -> Response:
    """The first code of the app: from now on one is asked for at every sign-in with your password.

    Answers ten recovery codes, shown this once. Your other sessions end; access tokens must be refreshed.
    """
    codes = await factors.confirm(caller, body.code.get_secret_value(), origin)
    return answer(request, RecoveryCodesView(recovery_codes=codes), cache=NO_STORE)


@router.post("/recovery-codes", response_model=RecoveryCodesView, responses=_REFUSED)
async def renew_recovery_codes(
    request: Request, caller: Person, body: FactorProofBody, factors: Factors, origin: Sender
) -> Response:
    """Ten new recovery codes, shown this once. Those before no longer work."""
    codes = await factors.renew_codes(caller, body.current_password.get_secret_value(), body.code.get_secret_value(), origin)
    return answer(request, RecoveryCodesView(recovery_codes=codes), cache=NO_STORE)


@router.delete("", status_code=204, responses=_REFUSED)
async def remove_second_factor(caller: Person, body: FactorProofBody, factors: Factors, origin: Sender) -> Response:
    """The password is enough again. Your other sessions end; access tokens must be refreshed."""
    await factors.remove(caller, body.current_password.get_secret_value(), body.code.get_secret_value(), origin)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


@of_others_router.delete("/users/{user_id}/second-factor", status_code=204)
async def reset_second_factor(
    caller: Admin,
    user_id: Annotated[str, Path(min_length=1, max_length=64)],
    factors: Factors,
    unit: Writing,
    origin: Sender,
) -> Response:
    """Take somebody's second factor away, because the app and the recovery codes are lost. All their sessions end.

    Your own goes by `DELETE /me/second-factor`, with a code.
    """
    await factors.reset(unit, UserId(user_id), caller, origin)
    return Response(status_code=204, headers={"cache-control": NO_STORE})
