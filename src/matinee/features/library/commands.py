"""`matinee scan`: scan the library from the terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from matinee.features.library.policy import ScanRequest
from matinee.features.library.service import LibraryService
from matinee.infra.database import Database
from matinee.infra.errors import MatineeError
from matinee.infra.feature import Container, RunInApp
from matinee.infra.jobs.definitions import Jobs, JobView

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

    run: Any = context.obj  # typer types the context's object as Any
    try:
        job = cast(RunInApp, run)(work)
    except MatineeError as error:
        typer.echo(error.detail, err=True)
        raise typer.Exit(1) from error
    _summarise(console, job)
    raise typer.Exit(0 if job.state == "succeeded" else 1)


async def _scan(container: Container, console: Console, folder: Path | None, kind: str, full: bool) -> JobView:
    library = container.get(LibraryService)
    jobs = container.get(Jobs)  # type: ignore[type-abstract]  # a Protocol as a key
    await library.ensure_folders()
    folder_id = None if folder is None else await _folder_id(container, folder, kind)
    job_id = await library.start_scan(ScanRequest(folder_id, full=full), priority=1)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Scanning", total=None)
        async for job in jobs.watch(job_id):
            progress.update(task, completed=job.done, total=job.total, description=job.message or "Scanning")
    return await jobs.get(job_id)


async def _folder_id(container: Container, folder: Path, kind: str) -> str:
    library = container.get(LibraryService)
    path = str(await asyncio.to_thread(folder.resolve))
    async with container.get(Database).write() as unit:
        known = await library.folder_at(unit, path)
        return known.id if known else (await library.add_folder(unit, path, cast(Any, kind), scan=False)).id


def _summarise(console: Console, job: JobView) -> None:
    if job.state != "succeeded":
        console.print(f"The scan {job.state}: {job.error or ''}", markup=False)
        return
    grid = Grid(box=None, show_header=False)
    for name, value in (job.result or {}).items():
        grid.add_row(name, str(value))
    console.print(grid)
