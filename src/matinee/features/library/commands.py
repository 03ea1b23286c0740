"""`matinee scan`: scan the library from the terminal."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from matinee.features.library.policy import ScanRequest
from matinee.features.library.service import LibraryService
from matinee.infra.database import Database
from matinee.infra.feature import Container
from matinee.infra.ids import JobId
from matinee.infra.jobs.definitions import Jobs, JobView
from matinee.infra.terminal import in_app

T = TypeVar("T")
_MOST = 10_000
commands = typer.Typer()


@commands.command("scan")
def scan(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(help="A library folder, added if it is new; all folders when left out.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Name and match every file anew.")] = False,
    kind: Annotated[str, typer.Option(help="Of a new folder: movies, shows or mixed.")] = "mixed",
) -> None:
    """Scan the library: find new, changed, moved and missing videos."""
    if kind not in ("movies", "shows", "mixed"):
        raise typer.BadParameter("use movies, shows or mixed", param_hint="--kind")
    console = Console()

    async def work(container: Container) -> JobView:
        return await _scan(container, console, folder, kind, full)

    _end(console, in_app(context, work))


async def _scan(container: Container, console: Console, folder: Path | None, kind: str, full: bool) -> JobView:
    library = container.get(LibraryService)
    await library.ensure_folders()
    folder_id = None if folder is None else await _folder_id(container, folder, kind)
    job_id = await library.start_scan(ScanRequest(folder_id, full=full), priority=1)
    return await _watched(container, console, job_id, "Scanning")


async def _folder_id(container: Container, folder: Path, kind: str) -> str:
    library = container.get(LibraryService)
    path = str(await asyncio.to_thread(folder.resolve))
    async with container.get(Database).write() as unit:
        known = await library.folder_at(unit, path)
        return known.id if known else (await library.add_folder(unit, path, cast(Any, kind), scan=False)).id


demo = typer.Typer(help="The demo library: invented titles with clips made on this machine.", no_args_is_help=True)
commands.add_typer(demo, name="demo")


@demo.command("install")
def install_demo(context: typer.Context) -> None:
    """Make the demo library."""
    console = Console()

    async def work(container: Container) -> JobView:
        return await _watched(container, console, await container.get(LibraryService).start_demo(), "Making the demo")

    _end(console, in_app(context, work))


@demo.command("remove")
def remove_demo(context: typer.Context) -> None:
    """Remove the demo's titles, folder and files; nothing else is touched."""

    async def work(container: Container) -> None:
        await container.get(LibraryService).remove_demo()

    in_app(context, work)
    typer.echo("The demo is gone.")


library = typer.Typer(help="The library's records.", no_args_is_help=True)
commands.add_typer(library, name="library")


@library.command("purge")
def purge(
    context: typer.Context,
    older_than: Annotated[str, typer.Option(help="How long a file must have been missing: 30d, 12w, 1y.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list them.")] = False,
) -> None:
    """Forget files that have been missing for long. Titles and what was watched stay, and no file is deleted."""
    age, console = _age(older_than), Console()

    async def work(container: Container) -> JobView:
        job_id = await container.get(LibraryService).start_purge(age, dry_run=dry_run)
        return await _watched(container, console, job_id, "Looking for missing files")

    job = in_app(context, work)
    for path in (job.result or {}).get("paths", ()):
        console.print(path, markup=False, highlight=False, soft_wrap=True)
    _end(console, job)


def _age(text: str) -> timedelta:
    number, unit = text[:-1], {"d": 1, "w": 7, "y": 365}.get(text[-1:])
    if unit is None or not number.isdecimal() or not 0 < int(number) <= _MOST:
        raise typer.BadParameter("use a number of days, weeks or years: 30d, 12w, 1y", param_hint="--older-than")
    return timedelta(days=int(number) * unit)


async def _watched(container: Container, console: Console, job_id: JobId, words: str) -> JobView:
    jobs = container.get(Jobs)  # type: ignore[type-abstract]  # a Protocol as a key
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(words, total=None)
        async for job in jobs.watch(job_id):
            progress.update(task, completed=job.done, total=job.total, description=job.message or words)
    return await jobs.get(job_id)


def _end(console: Console, job: JobView) -> None:
    if job.state != "succeeded":
        console.print(f"The job {job.state}: {job.error or ''}", markup=False)
        raise typer.Exit(1)
    grid = Grid(box=None, show_header=False)
    for name, value in (job.result or {}).items():
        if isinstance(value, int):
            grid.add_row(name, str(value))
    console.print(grid)
