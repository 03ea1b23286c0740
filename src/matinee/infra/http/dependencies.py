"""What routes ask for: services by type, units of work, the caller.

Movies = Annotated[CatalogService, Depends(service(CatalogService))]

@router.get("/things", dependencies=[Depends(requires("library:read"))])
async def list_things(things: Movies, unit: Reading) -> ...
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends, Request

from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.errors import AuthenticationRequired, Forbidden, MatineeError, ScopeMissing, SecondFactorNeeded
from matinee.infra.feature import Container
from matinee.infra.http.caller import ALL_SCOPES, USER_SCOPES, Authenticator, Caller, Permission, Scope
from matinee.infra.http.rights import Rights

T = TypeVar("T")
_ADMINISTRATION: frozenset[Scope] = ALL_SCOPES - USER_SCOPES


def container_of(request: Request) -> Container:
    """The container that bootstrap filled."""
    return cast(Container, request.app.state.container)


def service(kind: type[T]) -> Callable[[Request], Awaitable[T]]:
    """A dependency that gives the one instance of `kind`. Asynchronous, since the framework runs others in a thread."""

    async def provide(request: Request) -> T:
        return container_of(request).get(kind)

    return provide


async def _read(request: Request) -> AsyncIterator[ReadUnit]:
    async with container_of(request).get(Database).read() as unit:
        yield unit


async def _write(request: Request) -> AsyncIterator[UnitOfWork]:
    async with container_of(request).get(Database).write() as unit:
        yield unit


Reading = Annotated[ReadUnit, Depends(_read, scope="function")]
"""A read unit for the time of the handler."""
Writing = Annotated[UnitOfWork, Depends(_write, scope="function")]
"""A unit of work, committed when the handler has returned and before the answer is sent."""


async def current_caller(request: Request) -> Caller | None:
    """The caller, or None when the request carries no credential; looked up once a request, refusals included."""
    state: dict[str, Any] = request.scope.setdefault("state", {})
    if "caller" in state:
        return cast("Caller | None", state["caller"])
    if "caller_refused" in state:
        raise state["caller_refused"]
    authenticator = container_of(request).get(Authenticator)  # type: ignore[type-abstract]  # a key, not a constructor
    try:
        caller = await authenticator.authenticate(request.method, request.headers, request.cookies)
    except MatineeError as error:
        state["caller_refused"] = error
        raise
    state["caller"] = caller
    return caller


async def signed_in(caller: Annotated[Caller | None, Depends(current_caller)]) -> Caller:
    """The caller. Raises `AuthenticationRequired`."""
    if caller is None:
        raise AuthenticationRequired("Sign in, or send an API key in X-Api-Key.")
    return caller


CurrentCaller = Annotated[Caller, Depends(signed_in)]
"""The caller; 401 when there is none."""


def refuse_without_factor(caller: Caller) -> None:
    """Raises `SecondFactorNeeded` for an administrator who would be let in with one."""
    if caller.lacks_factor:
        raise SecondFactorNeeded("Set up a second factor on your account page first; this server asks administrators for one.")


def requires(scope: Scope) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency that gives the caller if it has `scope`, else answers 401 or 403."""

    async def check(caller: CurrentCaller) -> Caller:
        if scope in caller.scopes:
            return caller
        if scope in _ADMINISTRATION:
            refuse_without_factor(caller)
        if caller.credential == "api_key":
            raise ScopeMissing(f"This key lacks the scope {scope}.")
        raise Forbidden("This needs an administrator." if scope in _ADMINISTRATION else "")

    return check


def require_permission(permission: Permission) -> Callable[[Request, Caller], Awaitable[Caller]]:
    """A dependency that gives the caller if its account has `permission`, else answers 401 or 403 (`tier_required` where
    another tier would have it)."""

    async def check(request: Request, caller: CurrentCaller) -> Caller:
        if permission in caller.permissions:
            return caller
        refuse_without_factor(caller)
        rights = container_of(request).get(Rights)  # type: ignore[type-abstract]  # a key, not a constructor
        raise rights.refusal(permission, caller.tier)

    return check
