"""`/me/profiles`: the people that share an account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import SecretStr

from matinee.features.accounts.profiles import Entered
from matinee.features.accounts.routes.me import Person, ProfilesOf
from matinee.features.accounts.routes.origins import Sender
from matinee.features.accounts.schemas.profiles import ProfileBody, ProfileChange, ProfileView, UseBody, UsedProfileView
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.answers.paging import ListOf
from matinee.infra.http.dependencies import CurrentCaller, Reading, Writing
from matinee.infra.http.idempotency import IdempotentRoute, idempotency_key

router = APIRouter(prefix="/me/profiles", tags=["me"], route_class=IdempotentRoute)
ProfilePath = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,64}$", description="As the list of profiles gives it.")]


@router.get("", response_model=ListOf[ProfileView])
async def list_profiles(request: Request, caller: CurrentCaller, profiles: ProfilesOf, unit: Reading) -> Response:
    """The profiles of your account, the default one first."""
    found = await profiles.of_user(unit, caller.user_id)
    views = [ProfileView.seen_by(one, caller.profile_id) for one in found]
    return answer(request, ListOf[ProfileView](items=views))


@router.post("", status_code=201, response_model=ProfileView, dependencies=[Depends(idempotency_key)])
async def create_profile(request: Request, caller: Person, body: ProfileBody, profiles: ProfilesOf, origin: Sender) -> Response:
    """A new profile, with its own progress, ratings, watchlist and home page. An account has at most eight."""
    made = await profiles.create(caller, body.model_dump(exclude={"pin"}), _plain(body.pin), origin)
    return answer(request, ProfileView.seen_by(made, caller.profile_id), cache=NO_STORE, status=201)


@router.patch("/{profile_id}", response_model=ProfileView)
async def change_profile(
    request: Request, profile_id: ProfilePath, caller: Person, body: ProfileChange, profiles: ProfilesOf, origin: Sender
) -> Response:
    """Change a profile. A new limit holds at once; clients with an access token refresh it then."""
    given = body.model_dump(exclude_unset=True, exclude={"pin"})
    values = {name: value for name, value in given.items() if value is not None or name not in {"name", "avatar"}}
    if "pin" in body.model_fields_set:
        values["pin_hash"] = None
    changed = await profiles.change(caller, profile_id, values, _plain(body.pin), origin)
    return answer(request, ProfileView.seen_by(changed, caller.profile_id), cache=NO_STORE)


@router.delete("/{profile_id}", status_code=204)
async def delete_profile(
    profile_id: ProfilePath, caller: Person, profiles: ProfilesOf, unit: Writing, origin: Sender
) -> Response:
    """Delete a profile with what it watched and rated. Devices that use it are signed out, keys made for it are deleted."""
    await profiles.delete(unit, caller, profile_id, origin)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


@router.post("/{profile_id}/use", response_model=UsedProfileView)
async def use_profile(
    request: Request, profile_id: ProfilePath, caller: CurrentCaller, body: UseBody, profiles: ProfilesOf, origin: Sender
) -> Response:
    """Go on as this profile, in this session. A profile with a PIN asks for it.

    Who sent an access token goes on with the one in the answer: those from before end. A missing or wrong PIN is a 422 at
    `body.pin` with the code `pin_required` or `pin_wrong`; five wrong ones in 15 minutes: 429. Browsers that enter a limited
    profile drop what they kept of earlier answers (`Clear-Site-Data`).
    """
    entered = await profiles.use(caller, profile_id, _plain(body.pin), origin)
    headers = {} if entered.profile.max_age is None else {"clear-site-data": '"cache"'}
    return answer(request, _used(entered), cache=NO_STORE, headers=headers)


def _used(entered: Entered) -> UsedProfileView:
    return UsedProfileView(
        profile=ProfileView.seen_by(entered.profile, entered.profile.id),
        access_token=entered.access_token,
        expires_in=None if entered.expires_in is None else int(entered.expires_in.total_seconds()),
    )


def _plain(pin: SecretStr | None) -> str | None:
    return None if pin is None else pin.get_secret_value()
