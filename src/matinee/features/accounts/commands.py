"""`matinee user ...`: accounts from the terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar, cast

import typer
from rich.console import Console
from rich.table import Table as Grid

from matinee.features.accounts.service import AccountsService
from matinee.infra.database import Database
from matinee.infra.errors import MatineeError
from matinee.infra.feature import Container, RunInApp
from matinee.infra.ids import UserId

T = TypeVar("T")


users = typer.Typer(help="Add, list and change accounts.", no_args_is_help=True)
commands = typer.Typer()
commands.add_typer(users, name="user")

Name = Annotated[str, typer.Argument(help="The name that the person signs in with.")]
NewPassword = Annotated[
    str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True, help="Asked for when left out.")
]


@users.command("add")
def add(
    context: typer.Context,
    name: Name,
    password: NewPassword,
    admin: Annotated[bool, typer.Option("--admin", help="May change everything.")] = False,
) -> None:
    """Add an account."""

    async def work(container: Container) -> None:
        await container.get(AccountsService).add_user(name, password, "admin" if admin else "user")

    _run(context, work)
    typer.echo(f"{name} can sign in now.")


@users.command("list")
def list_users(context: typer.Context) -> None:
    """Everybody who has an account."""

    async def work(container: Container) -> list[tuple[str, ...]]:
        async with container.get(Database).read() as unit:
            found = await container.get(AccountsService).users(unit)
        return [
            (user.name, user.role, user.tier, "disabled" if user.disabled else "", user.created_at.date().isoformat())
            for user in found
        ]

    grid = Grid("Name", "Role", "Tier", "State", "Since", box=None)
    for row in _run(context, work):
        grid.add_row(*row)
    Console().print(grid)


@users.command("password")
def set_password(context: typer.Context, name: Name, password: NewPassword) -> None:
    """Give somebody a new password; all their sessions end."""

    async def work(container: Container) -> None:
        service = container.get(AccountsService)
        await service.set_password(await _id_of(container, name), password)

    _run(context, work)
    typer.echo(f"{name} has a new password.")


@users.command("disable")
def disable(
    context: typer.Context,
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Open the account again.")] = False,
) -> None:
    """Close an account: its sessions end, its keys rest. A running server notices within 15 minutes at the latest."""

    async def work(container: Container) -> None:
        user_id = await _id_of(container, name)
        async with container.get(Database).write() as unit:
            await container.get(AccountsService).set_disabled(unit, user_id, not undo)

    _run(context, work)
    typer.echo(f"{name} {'can sign in again' if undo else 'cannot sign in any more'}.")


async def _id_of(container: Container, name: str) -> UserId:
    async with container.get(Database).read() as unit:
        return UserId((await container.get(AccountsService).user_named(unit, name)).id)


def _run(context: typer.Context, work: Callable[[Container], Awaitable[T]]) -> T:
    run: Any = context.obj  # typer types the context's object as Any
    try:
        return cast(RunInApp, run)(work)
    except MatineeError as error:
        typer.echo(error.detail, err=True)
        raise typer.Exit(1) from error
