"""`matinee user ...` and `matinee audit`: accounts from the terminal."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from matinee.features.accounts.audit import AuditLog
from matinee.features.accounts.new_passwords import NewPasswords
from matinee.features.accounts.people import Changes, People
from matinee.features.accounts.permissions import Tier
from matinee.features.accounts.repository import AuditFilter
from matinee.features.accounts.resets import PasswordResets
from matinee.features.accounts.second_factor import SecondFactors
from matinee.features.accounts.service import AccountsService
from matinee.infra.database import Database
from matinee.infra.feature import Container
from matinee.infra.ids import UserId
from matinee.infra.terminal import in_app

T = TypeVar("T")


class OfRole(StrEnum):
    """A role, as an argument."""

    admin = "admin"
    user = "user"


class OfTier(StrEnum):
    """A tier, as an argument."""

    free = "free"
    premium = "premium"
    api = "api"


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
    tier: Annotated[OfTier | None, typer.Option(help="What the account may use; free when left out.")] = None,
) -> None:
    """Add an account."""

    async def work(container: Container) -> str:
        chosen: Tier | None = tier.value if tier else None
        return (await container.get(AccountsService).add_user(name, password, "admin" if admin else "user", chosen)).name

    typer.echo(f"{in_app(context, work)} can sign in now.")


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
    for row in in_app(context, work):
        grid.add_row(*row)
    Console().print(grid)


@users.command("password")
def set_password(context: typer.Context, name: Name, password: NewPassword) -> None:
    """Give somebody a new password; all their sessions end."""

    async def work(container: Container) -> None:
        await container.get(NewPasswords).set(await _id_of(container, name), password)

    in_app(context, work)
    typer.echo(f"{name} has a new password.")


@users.command("disable")
def disable(
    context: typer.Context,
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Open the account again.")] = False,
) -> None:
    """Close an account: its sessions end, its keys rest. A running server notices within 15 minutes at the latest."""
    _change(context, name, Changes(disabled=not undo))
    typer.echo(f"{name} {'can sign in again' if undo else 'cannot sign in any more'}.")


@users.command("enable")
def enable(context: typer.Context, name: Name) -> None:
    """Open an account again."""
    _change(context, name, Changes(disabled=False))
    typer.echo(f"{name} can sign in again.")


@users.command("role")
def set_role(context: typer.Context, name: Name, role: Annotated[OfRole, typer.Argument(help="admin or user.")]) -> None:
    """Make somebody an administrator, or no longer one. The last working administrator stays."""
    _change(context, name, Changes(role=role.value))
    typer.echo(f"{name} has the role {role.value} now.")


@users.command("tier")
def set_tier(context: typer.Context, name: Name, tier: Annotated[OfTier, typer.Argument(help="free, premium or api.")]) -> None:
    """Change what an account may use."""
    _change(context, name, Changes(tier=tier.value))
    typer.echo(f"{name} has the tier {tier.value} now.")


@users.command("sign-out")
def sign_out(context: typer.Context, name: Name) -> None:
    """End all sessions of an account. A running server notices within 15 minutes at the latest."""

    async def work(container: Container) -> int:
        user_id = await _id_of(container, name)
        async with container.get(Database).write() as unit:
            return await container.get(People).sign_out(unit, user_id, None, None)

    typer.echo(f"{name} is signed out of {in_app(context, work)} devices.")


@users.command("reset-link")
def reset_link(context: typer.Context, name: Name) -> None:
    """Print a link with which somebody chooses a new password, once, within a day. Put your server's address in front of it."""

    async def work(container: Container) -> tuple[str, str]:
        user_id = await _id_of(container, name)
        async with container.get(Database).write() as unit:
            token, until = await container.get(PasswordResets).create(unit, user_id, None, None)
        return token, until.isoformat(timespec="minutes")

    token, until = in_app(context, work)
    typer.echo(f"/reset#token={token}")
    typer.echo(f"It works until {until}.", err=True)


@users.command("reset-second-factor")
def reset_second_factor(context: typer.Context, name: Name) -> None:
    """Let somebody in with the password alone again, who lost the authenticator app and the recovery codes."""

    async def work(container: Container) -> bool:
        user_id = await _id_of(container, name)
        async with container.get(Database).write() as unit:
            return await container.get(SecondFactors).reset(unit, user_id, None, None)

    had = in_app(context, work)
    typer.echo(
        f"{name} {'signs in with the password alone now, and is signed out everywhere' if had else 'has no second factor'}."
    )


@commands.command("audit")
def show_audit(
    context: typer.Context,
    event: Annotated[str | None, typer.Option(help="Only this event, such as sign_in.")] = None,
    failures: Annotated[bool, typer.Option("--failures", help="Only what did not work.")] = False,
    number: Annotated[int, typer.Option(min=1, max=1000, help="How many entries at most.")] = 50,
) -> None:
    """The newest entries of the audit log."""

    async def work(container: Container) -> list[tuple[str, ...]]:
        wanted = AuditFilter(event=event, outcome="failure" if failures else None)
        async with container.get(Database).read() as unit:
            page = await container.get(AuditLog).page(unit, wanted, number, None)
        return [
            (
                entry.at.isoformat(timespec="seconds"),
                entry.event,
                entry.outcome,
                entry.actor_name,
                f"{entry.subject_kind or ''} {entry.subject_name}".strip(),
                entry.address,
                ", ".join(f"{name}={value}" for name, value in entry.detail.items()),
            )
            for entry in page.items
        ]

    grid = Grid("At", "Event", "Outcome", "Who", "What", "Address", "Detail", box=None)
    for row in in_app(context, work):
        grid.add_row(*map(escape, row))
    Console().print(grid)


def _change(context: typer.Context, name: str, changes: Changes) -> None:
    async def work(container: Container) -> None:
        user_id = await _id_of(container, name)
        async with container.get(Database).write() as unit:
            await container.get(People).change(unit, user_id, changes, None, None)

    in_app(context, work)


async def _id_of(container: Container, name: str) -> UserId:
    async with container.get(Database).read() as unit:
        return UserId((await container.get(AccountsService).user_named(unit, name)).id)
