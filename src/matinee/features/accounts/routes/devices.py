"""`/auth/device`: letting in a device without a keyboard; `/me/identities`: who you are elsewhere."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from matinee.features.accounts.identities import Identities
from matinee.features.accounts.pairing import Pairings
from matinee.features.accounts.qr import qr_svg
from matinee.features.accounts.routes.browsers import Owner, absolute
from matinee.features.accounts.routes.me import GrownUp
from matinee.features.accounts.routes.origins import Sender, signed_in_answer
from matinee.features.accounts.schemas import (
    DeviceApproveBody,
    DeviceInspectBody,
    DeviceInspectView,
    DevicePollBody,
    DeviceStartBody,
    DeviceStartView,
    IdentityView,
    LoginView,
)
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.answers.paging import ListOf
from matinee.infra.http.dependencies import Reading, Writing, service
from matinee.infra.http.input.identifiers import ObjectId
from matinee.infra.http.limits import limited

router = APIRouter(prefix="/auth/device", tags=["auth"])
identities_router = APIRouter(prefix="/me/identities", tags=["me"])
Devices = Annotated[Pairings, Depends(service(Pairings))]
Known = Annotated[Identities, Depends(service(Identities))]
_PAGE = "/link"


@router.post("/start", response_model=DeviceStartView)
@limited("sign_in")
async def start_device(request: Request, body: DeviceStartBody, devices: Devices, origin: Sender) -> Response:
    """A code for a device that cannot type well (RFC 8628). Show it with the address or the QR code, then poll."""
    started = await devices.start(body.client_name, origin)
    page = absolute(request, _PAGE)
    complete = f"{page}#code={started.user_code}"
    view = DeviceStartView(
        device_code=started.device_code,
        user_code=started.user_code,
        verification_path=_PAGE,
        verification_url=page,
        verification_url_complete=complete,
        expires_in=int(started.lifetime.total_seconds()),
        interval=int(started.interval.total_seconds()),
        qr_svg=qr_svg(complete),
    )
    return answer(request, view, cache=NO_STORE)


@router.post("/poll", response_model=LoginView)
async def poll_device(request: Request, body: DevicePollBody, devices: Devices, origin: Sender) -> Response:
    """Whether somebody has let the device in.

    400 `authorization_pending` until then, 400 `slow_down` for polls before their time (each makes the interval five seconds
    longer), 400 `device_code_expired`, 403 `device_denied`.
    """
    return signed_in_answer(request, await devices.poll(body.device_code.get_secret_value(), origin))


@router.post("/inspect", response_model=DeviceInspectView)
async def inspect_device(request: Request, caller: Owner, body: DeviceInspectBody, devices: Devices, origin: Sender) -> Response:
    """Which device shows this code: look before you let it in. Guesses are limited."""
    found = await devices.inspect(caller, body.user_code, origin)
    view = DeviceInspectView(
        client_name=found.client_name, address=found.address, created_at=found.created_at, expires_at=found.expires_at
    )
    return answer(request, view, cache=NO_STORE)


@router.post("/approve", status_code=204)
async def approve_device(caller: Owner, body: DeviceApproveBody, devices: Devices, origin: Sender) -> Response:
    """Let the device in as yourself, or refuse it. A code works once."""
    await devices.decide(caller, body.user_code, body.approve, origin)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


@identities_router.get("", response_model=ListOf[IdentityView])
async def list_identities(request: Request, caller: GrownUp, known: Known, unit: Reading) -> Response:
    """Where else you sign in from: Plex, and providers of sign-ins."""
    found = await known.of_user(unit, caller.user_id)
    return answer(request, ListOf[IdentityView](items=[IdentityView.of(one) for one in found]))


@identities_router.delete("/{identity_id}", status_code=204)
async def unlink_identity(identity_id: ObjectId, caller: Owner, known: Known, unit: Writing, origin: Sender) -> Response:
    """Unlink an identity. 409 when it is your only way in."""
    await known.unlink(unit, caller, identity_id, origin)
    return Response(status_code=204, headers={"cache-control": NO_STORE})
